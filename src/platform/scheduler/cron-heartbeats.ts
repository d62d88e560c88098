import { Injectable } from '@nestjs/common';
import { RequestContext } from '../../common/request-context';
import { Database } from '../database/database';

/** Records that a schedule has run: `doctor` notices when it stops running. */
@Injectable()
export class CronHeartbeats {
  constructor(private readonly database: Database) {}

  /** Call at the end of a successful run. Uses PostgreSQL's clock, which tests do not move. */
  async beat(name: string): Promise<void> {
    await this.database.transaction(RequestContext.job('cron.beat'), (tx) =>
      tx.execute(BEAT, [name]),
    );
  }
}

const BEAT = `
  INSERT INTO cron_heartbeats (name, ran_at) VALUES ($1, now())
  ON CONFLICT (name) DO UPDATE SET ran_at = greatest(cron_heartbeats.ran_at, excluded.ran_at)`;

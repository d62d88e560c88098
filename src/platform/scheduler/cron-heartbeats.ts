import { Injectable } from '@nestjs/common';
import { RequestContext } from '../../common/request-context';
import { Database } from '../database/database';

/** Writes down that a schedule has run: `doctor` sees when it does not any more. */
@Injectable()
export class CronHeartbeats {
  constructor(private readonly database: Database) {}

  /** Call at the end of a run that went well. By PostgreSQL's own time, which tests do not move. */
  async beat(name: string): Promise<void> {
    await this.database.transaction(RequestContext.job('cron.beat'), (tx) =>
      tx.execute(BEAT, [name]),
    );
  }
}

const BEAT = `
  INSERT INTO cron_heartbeats (name, ran_at) VALUES ($1, now())
  ON CONFLICT (name) DO UPDATE SET ran_at = greatest(cron_heartbeats.ran_at, excluded.ran_at)`;

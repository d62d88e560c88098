import { Inject, Injectable } from '@nestjs/common';
import { hoursBefore } from '../../common/clock';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import { Scheduled } from '../../platform/scheduler/scheduled.decorator';
import { EventsRepository } from './events.repository';

const BATCH_SIZE = 5_000;

/** Deletes events after EVENTS_RETENTION_DAYS. The numbers go on. */
@Injectable()
export class EventRetention {
  constructor(
    private readonly database: Database,
    private readonly events: EventsRepository,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Every process with the `cron` role runs it; the rows of a batch are claimed by one of them. @returns how many */
  @Scheduled('events.prune', '47 * * * *')
  async prune(context: RequestContext): Promise<number> {
    let deleted = 0;
    for (;;) {
      const batch = await this.database.platform(context, 'the logs of all tenants', (tx) => {
        const before = hoursBefore(tx.now, 24 * this.config.eventsRetentionDays);
        return this.events.prune(tx, before, BATCH_SIZE);
      });
      deleted += batch;
      if (batch < BATCH_SIZE) return deleted;
    }
  }
}

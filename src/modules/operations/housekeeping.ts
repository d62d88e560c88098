import { Inject, Injectable, Logger } from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import { Idempotency } from '../../platform/http/idempotency/idempotency';
import { JobHandler } from '../../platform/queue/job-handler.decorator';
import { JobQueue } from '../../platform/queue/job-queue';
import { SessionsRepository } from '../identity/sessions.repository';

const ONE_HOUR_MS = 3_600_000;
const PRUNE = 'housekeeping.prune';

/** Forgets what has run out: old idempotent answers and dead sessions. */
@Injectable()
export class Housekeeping {
  private readonly logger = new Logger(Housekeeping.name);

  constructor(
    private readonly database: Database,
    private readonly queue: JobQueue,
    private readonly idempotency: Idempotency,
    private readonly sessions: SessionsRepository,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Every process with the `cron` role asks; the job's key makes it one job. */
  @Cron('17 * * * *', { name: PRUNE })
  async schedule(): Promise<void> {
    if (!this.config.roles.includes('cron')) return;
    try {
      await this.database.transaction(RequestContext.job(PRUNE), (tx) =>
        this.queue.enqueue(tx, PRUNE, {}, { key: PRUNE }),
      );
    } catch (error) {
      this.logger.warn(
        `could not ask for housekeeping, the next hour will: ${(error as Error).message}`,
      );
    }
  }

  @JobHandler(PRUNE)
  async prune(context: RequestContext): Promise<void> {
    const answers = await this.idempotency.prune(context);
    const sessions = await this.database.platform(
      context,
      'sessions of all tenants run out',
      (tx) => {
        const hoursAgo = (hours: number) => new Date(tx.now.getTime() - hours * ONE_HOUR_MS);
        return this.sessions.prune(
          tx,
          hoursAgo(this.config.sessionIdleHours),
          hoursAgo(24 * this.config.sessionAbsoluteDays),
        );
      },
    );
    this.logger.log(`forgot ${answers} answers and ${sessions} sessions`);
  }
}

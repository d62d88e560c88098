import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import { RequestContext } from '../../common/request-context';
import { continueTrace } from '../../common/trace';
import { CONFIG, type Config } from '../../platform/config/config';
import { runInLogScope } from '../../platform/logging/log-scope';
import { CronHeartbeats } from '../../platform/queue/cron-heartbeats';
import { RenewalService } from './renewal.service';

/** The name of its heartbeat. */
export const RENEWAL = 'subscriptions.renew';

/** Renews on schedule, in every process with the `cron` role; they share the work by the rows they claim. */
@Injectable()
export class RenewalCron implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(RenewalCron.name);
  private running: Promise<void> | null = null;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly scheduler: SchedulerRegistry,
    private readonly renewal: RenewalService,
    private readonly heartbeats: CronHeartbeats,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.config.roles.includes('cron')) return;
    const job = new CronJob(this.config.renewalCron, () => this.tick());
    this.scheduler.addCronJob(RENEWAL, job);
    job.start();
  }

  /** No new run starts, and the running one is waited for. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.scheduler.doesExist('cron', RENEWAL)) this.scheduler.deleteCronJob(RENEWAL);
    await this.running;
  }

  /** A run that is still going is not started again: @nestjs/schedule would overlap itself. */
  private tick(): void {
    if (this.running) return;
    const context = RequestContext.job('subscription.renew').with({ trace: continueTrace(null) });
    const scope = { id: context.requestId, trace: context.trace, requestContext: context };
    this.running = runInLogScope(scope, () => this.run(context)).finally(() => {
      this.running = null;
    });
  }

  private async run(context: RequestContext): Promise<void> {
    try {
      const { renewed, moved, expired, canceled } = await this.renewal.renewAll(context);
      await this.heartbeats.beat(RENEWAL);
      const decided = renewed + moved + expired + canceled;
      if (decided > 0)
        this.logger.log(
          `renewed ${renewed}, moved ${moved}, expired ${expired}, canceled ${canceled} subscriptions`,
        );
    } catch (error) {
      this.logger.error(
        `the renewal run failed, the next one goes on: ${(error as Error).message}`,
        (error as Error).stack,
      );
    }
  }
}

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
import { CONFIG, type Config } from '../../platform/config/config';
import { RenewalService } from './renewal.service';

/** Renews on schedule, in every process with the `cron` role; they share the work by the rows they claim. */
@Injectable()
export class RenewalCron implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(RenewalCron.name);
  private running: Promise<void> | null = null;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly scheduler: SchedulerRegistry,
    private readonly renewal: RenewalService,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.config.roles.includes('cron')) return;
    const job = new CronJob(this.config.renewalCron, () => this.tick());
    this.scheduler.addCronJob('subscriptions.renew', job);
    job.start();
  }

  /** No new run starts, and the running one is waited for. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.scheduler.doesExist('cron', 'subscriptions.renew'))
      this.scheduler.deleteCronJob('subscriptions.renew');
    await this.running;
  }

  /** A run that is still going is not started again: @nestjs/schedule would overlap itself. */
  private tick(): void {
    if (this.running) return;
    this.running = this.run().finally(() => {
      this.running = null;
    });
  }

  private async run(): Promise<void> {
    try {
      const { renewed, moved, expired, canceled } = await this.renewal.renewAll(
        RequestContext.job('subscription.renew'),
      );
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

import { Injectable, Logger } from '@nestjs/common';
import type { RequestContext } from '../../../common/request-context';
import { Scheduled } from '../../../platform/scheduler/scheduled.decorator';
import { RenewalService } from './renewal.service';

/** The name of its heartbeat. */
export const RENEWAL = 'subscriptions.renew';

/** Renews on schedule, in every process with the `cron` role; they share the work by claiming rows. */
@Injectable()
export class RenewalCron {
  private readonly logger = new Logger(RenewalCron.name);

  constructor(private readonly renewal: RenewalService) {}

  @Scheduled(RENEWAL, ({ renewalCron }) => renewalCron)
  async renewOnSchedule(job: RequestContext): Promise<void> {
    const context = job.with({ action: 'subscription.renew' });
    const { renewed, moved, expired, canceled } = await this.renewal.renewAll(context);
    if (renewed + moved + expired + canceled === 0) return;
    this.logger.log(
      `renewed ${renewed}, moved ${moved}, expired ${expired}, canceled ${canceled} subscriptions`,
    );
  }
}

import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import { RenewalService } from '../subscriptions/renewal.service';
import { isActive } from '../subscriptions/subscription-view';
import { SubscriptionsService } from '../subscriptions/subscriptions.service';
import { toMetered } from '../subscriptions/dto/usage.response';
import type { SdkStatusResponse } from './dto/recording.responses';

/** What an SDK asks before it records. */
@Injectable()
export class SdkService {
  constructor(
    private readonly database: Database,
    private readonly subscriptions: SubscriptionsService,
    private readonly renewal: RenewalService,
  ) {}

  /** Whether a recording sent now would be stored; an ended period counts as what it would be renewed to. */
  status(context: RequestContext): Promise<SdkStatusResponse> {
    return this.database.transaction(context, async (tx) => {
      await this.renewal.renewOne(tx);
      const { subscription, plan, counts } = await this.subscriptions.getCurrent(tx);
      const usage = toMetered(counts.recordings, plan.recordingsLimit, subscription.periodEnd);
      if (!isActive(subscription))
        return { recording: false, reason: 'subscription_inactive', usage };
      const recording = usage.remaining === null || usage.remaining > 0;
      return { recording, reason: recording ? null : 'quota_exceeded', usage };
    });
  }
}

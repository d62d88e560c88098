import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { RenewalService } from '../../modules/subscriptions/renewal/renewal.service';
import { isActive } from '../../modules/subscriptions/decisions/subscription-view';
import { SubscriptionsService } from '../../modules/subscriptions/subscriptions.service';
import { grantOf } from '../../modules/entitlements/usage';
import { recordings } from '../features';
import { toMetered } from '../../modules/entitlements/dto/usage.response';
import type { SdkStatusResponse } from './dto/recording.responses';

/** What an SDK reads before it records. */
@Injectable()
export class SdkService {
  constructor(
    private readonly subscriptions: SubscriptionsService,
    private readonly renewal: RenewalService,
  ) {}

  /** Whether a recording sent now would be accepted; an ended period counts as renewed. */
  async status(context: RequestContext): Promise<SdkStatusResponse> {
    await this.renewal.renewOne(context); // commits by itself: the closed period stays closed if anything fails afterwards
    const view = await this.subscriptions.getCurrent(context);
    const { subscription, plan } = view;
    const counts = view.counts[recordings.key]!; // it is declared
    const { limit, mode } = grantOf(recordings.key, counts, plan.grants);
    const usage = toMetered(counts, limit, subscription.periodEnd);
    if (!isActive(subscription))
      return { recording: false, reason: 'subscription_inactive', usage };
    const recording = mode === 'soft' || usage.remaining === null || usage.remaining > 0;
    return { recording, reason: recording ? null : 'quota_exceeded', usage };
  }
}

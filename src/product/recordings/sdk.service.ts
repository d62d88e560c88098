import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { RenewalService } from '../../modules/subscriptions/renewal/renewal.service';
import { isDue } from '../../modules/subscriptions/decisions/renewal-decision';
import { isActive, type UsageView } from '../../modules/subscriptions/decisions/subscription-view';
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

  /** Whether a recording sent now would be accepted; an ended period is renewed first. @throws 503 subscription_behind */
  async status(context: RequestContext): Promise<SdkStatusResponse> {
    const { subscription, plan, counts: all } = await this.readRenewed(context);
    const counts = all[recordings.key]!; // it is declared
    const { limit, mode } = grantOf(recordings.key, counts, plan.grants);
    const usage = toMetered(counts, limit, subscription.periodEnd);
    if (!isActive(subscription))
      return { recording: false, reason: 'subscription_inactive', usage };
    const recording = mode === 'soft' || usage.remaining === null || usage.remaining > 0;
    return { recording, reason: recording ? null : 'quota_exceeded', usage };
  }

  /** One read, unless the period has ended. @throws 503 subscription_behind */
  private async readRenewed(context: RequestContext): Promise<UsageView> {
    const view = await this.subscriptions.readUsage(context);
    if (!isDue(view.subscription, view.now)) return view;
    await this.renewal.renewOne(context);
    return this.subscriptions.readUsage(context);
  }
}

import type { UsageCounts } from '../../entitlements/usage';
import type { PlanWithTerms } from '../../plans/plan.entity';
import type { Subscription } from '../subscription.entity';

/** A business's current subscription with all that is counted against its plan, as one reading of the database. */
export interface SubscriptionView {
  subscription: Subscription;
  plan: PlanWithTerms;
  scheduledPlan: PlanWithTerms | null;
  counts: UsageCounts;
}

const ACTIVE = ['trialing', 'active', 'past_due'];

/** Nothing but a new subscription comes after it. */
export function isEnded({ status }: Pick<Subscription, 'status'>): boolean {
  return status === 'canceled' || status === 'expired';
}

/** Whether the subscription lets new things be made: recordings, applications, invitations. */
export function isActive(subscription: Pick<Subscription, 'status'>): boolean {
  return ACTIVE.includes(subscription.status);
}

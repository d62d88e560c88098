import type { PlanWithTerms } from '../plans/plan.entity';
import type { Subscription } from './subscription.entity';

/** A business's current subscription with all that is counted against its plan, as one reading of the database. */
export interface SubscriptionView {
  subscription: Subscription;
  plan: PlanWithTerms;
  scheduledPlan: PlanWithTerms | null;
  counts: UsageCounts;
}

export interface UsageCounts {
  recordings: number;
  applications: number;
  seats: number;
}

const ACTIVE = ['trialing', 'active', 'past_due'];

/** Whether the subscription lets new things be made: recordings, applications, invitations. */
export function isActive(subscription: Pick<Subscription, 'status'>): boolean {
  return ACTIVE.includes(subscription.status);
}

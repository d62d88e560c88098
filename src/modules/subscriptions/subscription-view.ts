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
  /** Of the running period. */
  recordings: number;
  /** The part of `recordings` that a change of plan brought along: there are no rows of this period for it. */
  carriedOver: number;
  /** The part of `recordings` that credits paid for; the rest counts against the plan's allowance. */
  credited: number;
  /** Credits that are not spent, expired or void. */
  credits: number;
  applications: number;
  seats: number;
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

import type { UsageCounts } from '../../entitlements/usage';
import type { PlanWithTerms } from '../../plans/plan.entity';
import type { Subscription } from '../subscription.entity';

/** A business's current subscription with all usage counted against its plan, in one read. */
export interface SubscriptionView {
  subscription: Subscription;
  plan: PlanWithTerms;
  scheduledPlan: PlanWithTerms | null;
  counts: UsageCounts;
  /** When it was read. */
  now: Date;
}

/** The part of it that answers about usage show. */
export interface UsageView {
  subscription: Pick<Subscription, 'id' | 'status' | 'periodOrdinal' | 'periodEnd' | 'runsUntil'>;
  plan: Pick<PlanWithTerms, 'grants'>;
  counts: UsageCounts;
  now: Date;
}

const ACTIVE = ['trialing', 'active', 'past_due'];

/** Only a new subscription can follow it. */
export function isEnded({ status }: Pick<Subscription, 'status'>): boolean {
  return status === 'canceled' || status === 'expired';
}

/** Whether the subscription allows creating things: invitations, and what the product counts. */
export function isActive(subscription: Pick<Subscription, 'status'>): boolean {
  return ACTIVE.includes(subscription.status);
}

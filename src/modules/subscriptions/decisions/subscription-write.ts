import type { ClosedPeriod } from './renewal-decision';
import type { SubscriptionStart } from './subscription-start';
import type { Subscription } from '../subscription.entity';

/** The result of a decision, written in one go. */
export interface SubscriptionWrite {
  /** The current subscription afterwards. */
  next: Subscription;
  /** The period that ended with it. */
  closed: ClosedPeriod | null;
  /** The subscription that replaces it. */
  successor: SubscriptionStart | null;
  /**
   * The counts: `kept` in its period; `carried` into the next one, where it stays used without rows of its
   * own; or `reset`.
   */
  usage: 'kept' | 'carried' | 'reset';
}

export function unchanged(subscription: Subscription): SubscriptionWrite {
  return { next: subscription, closed: null, successor: null, usage: 'kept' };
}

/**
 * The current period, ended now; at the earliest a millisecond after it began. A transaction that began before a
 * boundary may commit after the renewal: with its time as the end, the next period would overlap the last one, and
 * what was counted since the boundary would belong to none.
 */
export function closeNow(subscription: Subscription, now: Date): ClosedPeriod {
  const { periodOrdinal: ordinal, periodStart: start, planId } = subscription;
  const end = new Date(Math.max(now.getTime(), start.getTime() + 1));
  return { ordinal, start, end, planId };
}

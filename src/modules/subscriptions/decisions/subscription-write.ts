import type { ClosedPeriod } from './renewal-decision';
import type { SubscriptionStart } from './subscription-start';
import type { Subscription } from '../subscription.entity';

/** What a decision leaves behind, to be written in one go. */
export interface SubscriptionWrite {
  /** The subscription that was current, as it is afterwards. */
  next: Subscription;
  /** The period that ended with it. */
  closed: ClosedPeriod | null;
  /** The subscription that takes its place. */
  successor: SubscriptionStart | null;
  /**
   * What becomes of the count of recordings: `kept` in its period; `carried` into the next one, where it stays used
   * without rows of its own; `reset` to none.
   */
  usage: 'kept' | 'carried' | 'reset';
}

export function unchanged(subscription: Subscription): SubscriptionWrite {
  return { next: subscription, closed: null, successor: null, usage: 'kept' };
}

/**
 * The running period, ended now; at the earliest a millisecond after it began. A transaction that began before a
 * boundary may come after the renewal: were its time the end, the next period would overlap the last one, and what
 * was recorded since the boundary would be in none.
 */
export function closeNow(subscription: Subscription, now: Date): ClosedPeriod {
  const { periodOrdinal: ordinal, periodStart: start, planId } = subscription;
  const end = new Date(Math.max(now.getTime(), start.getTime() + 1));
  return { ordinal, start, end, planId };
}

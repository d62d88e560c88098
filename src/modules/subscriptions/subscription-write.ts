import type { ClosedPeriod } from './renewal-decision';
import type { SubscriptionStart } from './subscription-start';
import type { Subscription } from './subscription.entity';

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

/** The running period, ended at a moment; null when it began at that very moment and so has no length. */
export function closeAt(subscription: Subscription, end: Date): ClosedPeriod | null {
  const { periodOrdinal: ordinal, periodStart: start, planId } = subscription;
  return end > start ? { ordinal, start, end, planId } : null;
}

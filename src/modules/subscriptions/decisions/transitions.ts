import type { SubscriptionStatus } from '../subscription.entity';
import { invalidState } from '../subscriptions.errors';

/**
 * The transitions allowed in each status, and the status afterwards. All changes of status use this table; the database
 * refuses every other pair (record_subscription_event), and a test compares the two. `suspend` is a pause at the
 * payment provider: an owner whose payment is missing cannot pause. `canceled` and `expired` are final: a plan change
 * then starts a new subscription.
 */
export const TRANSITIONS = {
  trialing: {
    beginPeriod: 'active',
    changePlan: 'trialing',
    failPayment: 'past_due',
    pause: 'paused',
    cancel: 'canceled',
    expire: 'expired',
  },
  active: {
    beginPeriod: 'active',
    changePlan: 'active',
    failPayment: 'past_due',
    pause: 'paused',
    cancel: 'canceled',
    expire: 'expired',
  },
  past_due: {
    beginPeriod: 'past_due',
    changePlan: 'past_due',
    recoverPayment: 'active',
    endGrace: 'active',
    suspend: 'paused',
    cancel: 'canceled',
    expire: 'expired',
  },
  paused: { resume: 'active', resumeTrial: 'trialing', cancel: 'canceled' },
  canceled: {},
  expired: {},
} as const satisfies Record<SubscriptionStatus, Record<string, SubscriptionStatus>>;

type Table = typeof TRANSITIONS;
export type TransitionName = {
  [Status in SubscriptionStatus]: keyof Table[Status];
}[SubscriptionStatus];

/** The status after a transition. @throws 409 invalid_state where there is no such transition */
export function transition(from: SubscriptionStatus, name: TransitionName): SubscriptionStatus {
  const next = (TRANSITIONS[from] as Partial<Record<TransitionName, SubscriptionStatus>>)[name];
  if (!next) throw invalidState(`The subscription is ${from}.`);
  return next;
}

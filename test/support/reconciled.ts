import { nextReconcileStep, type ReconcileSetup } from '../../src/modules/billing/sync/reconcile';
import type { Intent, StripeSnapshot } from '../../src/modules/billing/stripe/stripe-snapshot';
import { runsUntilWhilePaid } from '../../src/modules/subscriptions/decisions/overdue';
import type { Subscription } from '../../src/modules/subscriptions/subscription.entity';
import type { SubscriptionWrite } from '../../src/modules/subscriptions/decisions/subscription-write';
import { planOf, subscriptionTo } from './subscription-fixtures';

/* A Stripe subscription from 31 January to 28 February, and the local one that follows it, step by step. */

export const day = (text: string): Date => new Date(`2027-${text}T10:00:00.000Z`);
export const [JANUARY, FEBRUARY, MARCH, APRIL] = [
  day('01-31'),
  day('02-28'),
  day('03-31'),
  day('04-30'),
];
export const NOW = day('02-10');

export const free = planOf('free', { intervalUnit: 'day', intervalCount: 15 });
export const pro = planOf('pro', { priceAmount: 4_900 });
export const big = planOf('big', { priceAmount: 9_900 });
export const yearly = planOf('yearly', { priceAmount: 49_000, intervalUnit: 'year' });

export const NO_INTENT: Intent = {
  ...{ nextPlanId: null, nextFrom: null, resumedUntil: null, isNotRenewed: false },
  ...{ isCanceled: false, endReason: null, paidPriceId: null },
};

export function snapshotOf(
  changes: Partial<StripeSnapshot> = {},
  intent: Partial<Intent> = {},
): StripeSnapshot {
  return {
    ...{
      id: 'sub_1',
      customerId: 'cus_1',
      businessId: null,
      itemId: 'si_1',
      priceId: 'price_pro',
      currency: 'usd',
      state: 'paid',
    },
    ...{ period: { start: JANUARY, end: FEBRUARY }, anchor: JANUARY, isOnTrial: false },
    ...{ isMoved: false, isPaused: false, canceledAt: null, endedAt: null },
    ...{ endsWithPeriod: false, endsBy: null, cancelAt: null, isScheduled: false },
    ...changes,
    intent: { ...NO_INTENT, ...intent },
  };
}

/** The local subscription that follows it. */
export function following(changes: Partial<Subscription> = {}): Subscription {
  const stripe = { stripeSubscriptionId: 'sub_1', runsUntil: runsUntilWhilePaid(FEBRUARY) };
  return subscriptionTo(pro, JANUARY, { ...stripe, ...changes });
}

export function setupOf(
  subscription: Subscription,
  changes: Partial<ReconcileSetup> = {},
): ReconcileSetup {
  return {
    ...{ subscription, plan: pro, paid: pro, next: null, newest: pro, fallback: free },
    ...changes,
  };
}

export function step(
  subscription: Subscription,
  snapshot: StripeSnapshot,
  { now = NOW, ...changes }: Partial<ReconcileSetup> & { now?: Date } = {},
): SubscriptionWrite | null {
  return nextReconcileStep(setupOf(subscription, changes), snapshot, now);
}

/** Step after step, like a reconciliation. */
export function settle(
  subscription: Subscription,
  snapshot: StripeSnapshot,
  { now = NOW, ...changes }: Partial<ReconcileSetup> & { now?: Date } = {},
) {
  const closed: Date[] = [];
  let current = subscription;
  for (let steps = 0; steps < 18; steps += 1) {
    const write = step(current, snapshot, { now, ...changes });
    if (!write) return { current, closed, steps };
    if (write.closed) closed.push(write.closed.end);
    const { successor } = write;
    current = successor ? { ...write.next, ...successor, id: 'successor' } : write.next;
  }
  throw new Error('there is always another step');
}

import { planOf, subscriptionTo } from '../../../test/support/subscription-fixtures';
import { runsUntilWhilePaid } from '../subscriptions/overdue';
import type { Subscription } from '../subscriptions/subscription.entity';
import type { SubscriptionWrite } from '../subscriptions/subscription-write';
import { follow, type FollowSetup } from './follow';
import type { Intent, StripeTruth } from './stripe-truth';

// Each step by itself, and where the steps end. Stripe's month is 31 January to 28 February, and so on.

const day = (text: string): Date => new Date(`2027-${text}T10:00:00.000Z`);
const [JANUARY, FEBRUARY, MARCH, APRIL] = [day('01-31'), day('02-28'), day('03-31'), day('04-30')];
const NOW = day('02-10');

const free = planOf('free', { intervalUnit: 'day', intervalCount: 15 });
const pro = planOf('pro', { priceAmount: 4_900 });

const NO_INTENT: Intent = {
  ...{ nextPlanId: null, nextFrom: null, resumedUntil: null, isNotRenewed: false },
  ...{ isCanceled: false, paidPriceId: null },
};

function truthOf(changes: Partial<StripeTruth> = {}, intent: Partial<Intent> = {}): StripeTruth {
  return {
    ...{
      id: 'sub_1',
      customerId: 'cus_1',
      businessId: null,
      itemId: 'si_1',
      priceId: 'price_pro',
      state: 'paid',
    },
    ...{ period: { start: JANUARY, end: FEBRUARY }, anchor: JANUARY, isOnTrial: false },
    ...{ isMoved: false, isPaused: false, endsWithPeriod: false, canceledAt: null, endedAt: null },
    ...changes,
    intent: { ...NO_INTENT, ...intent },
  };
}

/** Ours, following that. */
function following(changes: Partial<Subscription> = {}): Subscription {
  const stripe = { stripeSubscriptionId: 'sub_1', runsUntil: runsUntilWhilePaid(FEBRUARY) };
  return subscriptionTo(pro, JANUARY, { ...stripe, ...changes });
}

function setupOf(subscription: Subscription, changes: Partial<FollowSetup> = {}): FollowSetup {
  return { subscription, plan: pro, paid: pro, next: null, fallback: free, ...changes };
}

function step(
  subscription: Subscription,
  truth: StripeTruth,
  { now = NOW, ...changes }: Partial<FollowSetup> & { now?: Date } = {},
): SubscriptionWrite | null {
  return follow(setupOf(subscription, changes), truth, now);
}

/** Step after step, as a look does. */
function settle(
  subscription: Subscription,
  truth: StripeTruth,
  { now = NOW, ...changes }: Partial<FollowSetup> & { now?: Date } = {},
) {
  const closed: Date[] = [];
  let current = subscription;
  for (let steps = 0; steps < 18; steps += 1) {
    const write = step(current, truth, { now, ...changes });
    if (!write) return { current, closed, steps };
    if (write.closed) closed.push(write.closed.end);
    const { successor } = write;
    current = successor ? { ...write.next, ...successor, id: 'successor' } : write.next;
  }
  throw new Error('there is always another step');
}

describe('periods that passed unseen', () => {
  it('are closed in order, each where it ended; the last is Stripe’s', () => {
    const truth = truthOf({ period: { start: APRIL, end: day('05-31') } });
    const { current, closed } = settle(following(), truth, { now: day('05-10') });
    expect(closed).toEqual([FEBRUARY, MARCH, APRIL]);
    expect(current).toMatchObject({ status: 'active', periodOrdinal: 4, periodEnd: day('05-31') });
  });

  it('while it was past due, do not bring it back', () => {
    const late = following({ status: 'past_due', pastDueSince: JANUARY, runsUntil: day('12-01') });
    const truth = truthOf({ state: 'unpaid', period: { start: MARCH, end: APRIL } });
    const { current } = settle(late, truth, { now: day('04-10') });
    expect(current).toMatchObject({ status: 'past_due', periodOrdinal: 3, periodEnd: APRIL });
  });

  it('while it was paused, are closed after it is resumed', () => {
    const paused = following({ status: 'paused', pausedAt: NOW, runsUntil: null });
    const truth = truthOf({ period: { start: MARCH, end: APRIL } });
    const { current, closed } = settle(paused, truth, { now: day('04-10') });
    expect(closed).toEqual([FEBRUARY, MARCH]);
    expect(current).toMatchObject({ status: 'active', pausedAt: null, periodEnd: APRIL });
  });

  it('and then it ended: it ends where Stripe ended it', () => {
    const truth = truthOf({ state: 'ended', period: second(), endedAt: day('03-10') });
    const { current, closed } = settle(following(), truth, { now: day('03-20') });
    expect(closed).toEqual([FEBRUARY, day('03-10')]);
    expect(current).toMatchObject({ status: 'canceled', endedAt: day('03-10') });
  });

  const second = () => ({ start: FEBRUARY, end: MARCH });
});

it('what Stripe calls active long after the end of its period is past due since that end', () => {
  const { current } = settle(following(), truthOf(), { now: day('03-01') });
  expect(current).toMatchObject({ status: 'past_due', pastDueSince: FEBRUARY });
});

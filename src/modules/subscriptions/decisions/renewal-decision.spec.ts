import { boundary, type BillingInterval } from './periods';
import {
  decideRenewal,
  isDue,
  MAXIMUM_PERIODS_A_RUN,
  type RenewableSubscription,
  type RenewalDecision,
  type RenewalPlan,
  type RenewalPlans,
} from './renewal-decision';
import type { SubscriptionStatus } from '../subscription.entity';

const FIFTEEN_DAYS: BillingInterval = { unit: 'day', count: 15 };
const MONTHLY: BillingInterval = { unit: 'month', count: 1 };

function aPlan(changes: Partial<RenewalPlan> = {}): RenewalPlan {
  return {
    id: 'monthly',
    version: 1,
    interval: MONTHLY,
    renews: true,
    isFree: false,
    isArchived: false,
    ...changes,
  };
}

const FREE = aPlan({ id: 'free', interval: FIFTEEN_DAYS, isFree: true });
const YEARLY = aPlan({ id: 'yearly', interval: { unit: 'year', count: 1 }, isFree: true });

/** On the monthly plan since 31 January, in its second period. */
function aSubscription(changes: Partial<RenewableSubscription> = {}): RenewableSubscription {
  return {
    status: 'active',
    planId: 'monthly',
    planVersion: 1,
    scheduledPlanId: null,
    anchor: at('2026-01-31'),
    cycle: 1,
    periodOrdinal: 2,
    periodStart: at('2026-02-28'),
    periodEnd: at('2026-03-31'),
    autoRenew: true,
    cancelAtPeriodEnd: false,
    canceledAt: null,
    endedAt: null,
    ...changes,
  };
}

/** Ten days of trial, ended on 11 March. */
function aTrial(changes: Partial<RenewableSubscription> = {}): RenewableSubscription {
  return aSubscription({
    status: 'trialing',
    anchor: at('2026-03-11'),
    cycle: -1,
    periodOrdinal: 0,
    periodStart: at('2026-03-01'),
    periodEnd: at('2026-03-11'),
    ...changes,
  });
}

function plansOf(current: RenewalPlan, changes: Partial<RenewalPlans> = {}): RenewalPlans {
  return {
    current,
    currentInterval: current.interval,
    currentIsFree: current.isFree,
    scheduled: null,
    default: FREE,
    hasProvider: true,
    ...changes,
  };
}

function at(day: string): Date {
  return new Date(`${day}T12:00:00.000Z`);
}

function decideOn(
  day: string,
  subscription: RenewableSubscription,
  plans = plansOf(aPlan()),
): RenewalDecision {
  return decideRenewal(subscription, plans, at(day));
}

describe('decideRenewal', () => {
  describe('before the end of the period', () => {
    it('does nothing, up to the last millisecond', () => {
      const subscription = aSubscription({ cancelAtPeriodEnd: true });
      const lastMoment = new Date(subscription.periodEnd.getTime() - 1);
      expect(decideRenewal(subscription, plansOf(aPlan()), lastMoment)).toEqual({
        outcome: 'not_due',
        closed: [],
        next: subscription,
        isBehind: false,
      });
    });

    it('is due at the very end, since the end is exclusive', () => {
      const subscription = aSubscription();
      expect(isDue(subscription, subscription.periodEnd)).toBe(true);
      expect(decideRenewal(subscription, plansOf(aPlan()), subscription.periodEnd).outcome).toBe(
        'renewed',
      );
    });
  });

  it.each<[SubscriptionStatus, string]>([
    ['trialing', 'moved'],
    ['active', 'renewed'],
    ['past_due', 'renewed'],
    ['paused', 'not_due'],
    ['canceled', 'not_due'],
    ['expired', 'not_due'],
  ])('of a subscription that is %s: %s', (status, outcome) => {
    expect(decideOn('2026-04-01', aSubscription({ status })).outcome).toBe(outcome);
  });

  it('renews: closes the period and begins the next one where it ended', () => {
    const decision = decideOn('2026-04-01', aSubscription());
    expect(decision.closed).toEqual([
      { ordinal: 2, start: at('2026-02-28'), end: at('2026-03-31'), planId: 'monthly' },
    ]);
    expect(decision).toMatchObject({ outcome: 'renewed', isBehind: false });
    expect(decision.next).toEqual(
      aSubscription({
        cycle: 2,
        periodOrdinal: 3,
        periodStart: at('2026-03-31'),
        periodEnd: at('2026-04-30'),
      }),
    );
  });

  it('keeps a subscription that is past due past due', () => {
    expect(decideOn('2026-04-01', aSubscription({ status: 'past_due' })).next.status).toBe(
      'past_due',
    );
  });

  it('cancels where that was asked for, from the end of the period', () => {
    const askedAt = at('2026-03-05');
    const asked = aSubscription({ cancelAtPeriodEnd: true, canceledAt: askedAt });
    const decision = decideOn('2026-04-01', asked);
    expect(decision.outcome).toBe('canceled');
    expect(decision.closed).toHaveLength(1);
    expect(decision.next).toEqual({ ...asked, status: 'canceled', endedAt: at('2026-03-31') });
  });

  it('takes the end of the period for the moment of a cancellation that has none', () => {
    const { next } = decideOn('2026-04-01', aSubscription({ cancelAtPeriodEnd: true }));
    expect(next.canceledAt).toEqual(at('2026-03-31'));
  });

  it.each([
    ['it does not renew itself', aSubscription({ autoRenew: false }), aPlan()],
    ['its plan does not renew', aSubscription(), aPlan({ renews: false })],
  ])('expires where %s', (_, subscription, plan) => {
    const decision = decideOn('2026-04-01', subscription, plansOf(plan));
    expect(decision.outcome).toBe('expired');
    expect(decision.closed).toHaveLength(1);
    expect(decision.next).toEqual({
      ...subscription,
      status: 'expired',
      endedAt: at('2026-03-31'),
    });
  });

  describe('a plan that was free and was given a price', () => {
    const priced = plansOf(aPlan({ version: 2 }), { currentIsFree: true });

    it('is not kept without a payment: the default plan follows', () => {
      const { outcome, next } = decideOn('2026-04-01', aSubscription(), priced);
      expect([outcome, next.planId]).toEqual(['moved', 'free']);
    });

    it('is kept where money is taken elsewhere', () => {
      const elsewhere = { ...priced, hasProvider: false };
      expect(decideOn('2026-04-01', aSubscription(), elsewhere).outcome).toBe('renewed');
      const scheduled = aPlan({ id: 'other' });
      const waiting = aSubscription({ scheduledPlanId: 'other' });
      const { next } = decideOn('2026-04-01', waiting, { ...elsewhere, scheduled });
      expect(next.planId).toBe('other');
    });

    it('is not given to whom it was to follow', () => {
      const waiting = aSubscription({ scheduledPlanId: 'other' });
      const other = aPlan({ id: 'other' });
      const { next } = decideOn('2026-04-01', waiting, plansOf(aPlan(), { scheduled: other }));
      expect(next).toMatchObject({ planId: 'monthly', scheduledPlanId: null });
    });

    it('is kept where staff gave it with its price', () => {
      const { outcome } = decideOn('2026-04-01', aSubscription(), plansOf(aPlan({ version: 2 })));
      expect(outcome).toBe('renewed');
    });
  });

  it('a scheduled plan that was archived is not given', () => {
    const waiting = aSubscription({ scheduledPlanId: 'other' });
    const other = aPlan({ id: 'other', isFree: true, isArchived: true });
    const { next } = decideOn('2026-04-01', waiting, plansOf(aPlan(), { scheduled: other }));
    expect(next).toMatchObject({ planId: 'monthly', scheduledPlanId: null });
  });

  describe('a scheduled plan', () => {
    const scheduled = aSubscription({ scheduledPlanId: 'other' });

    it('is moved to, and no longer scheduled', () => {
      const other = aPlan({ isFree: true, id: 'other', version: 4 });
      const decision = decideOn('2026-04-01', scheduled, plansOf(aPlan(), { scheduled: other }));
      expect(decision.outcome).toBe('moved');
      expect(decision.next).toMatchObject({
        planId: 'other',
        planVersion: 4,
        scheduledPlanId: null,
        status: 'active',
        cycle: 2,
        periodOrdinal: 3,
      });
      expect(decision.closed[0]!.planId).toBe('monthly');
    });

    it('of another interval makes the end of the period the anchor; n restarts, the ordinal continues', () => {
      const { next } = decideOn('2026-04-01', scheduled, plansOf(aPlan(), { scheduled: YEARLY }));
      expect(next).toMatchObject({
        anchor: at('2026-03-31'),
        cycle: 0,
        periodOrdinal: 3,
        periodStart: at('2026-03-31'),
        periodEnd: at('2027-03-31'),
      });
    });

    it('takes effect once: the periods after it are renewals of it', () => {
      const plans = plansOf(aPlan(), { scheduled: FREE });
      const decision = decideOn('2026-05-01', scheduled, plans);
      expect(decision.outcome).toBe('moved');
      expect(decision.closed.map(({ planId }) => planId)).toEqual(['monthly', 'free', 'free']);
      expect(decision.next).toMatchObject({ planId: 'free', periodStart: at('2026-04-30') });
    });

    it('that does not renew expires when its own period has ended, in the same run', () => {
      const plans = plansOf(aPlan(), {
        scheduled: aPlan({ id: 'once', renews: false, isFree: true }),
      });
      const decision = decideOn('2026-06-01', scheduled, plans);
      expect(decision.outcome).toBe('expired');
      expect(decision.closed.map(({ planId }) => planId)).toEqual(['monthly', 'once']);
      expect(decision.next).toMatchObject({ planId: 'once', endedAt: at('2026-04-30') });
    });
  });

  describe('order of precedence', () => {
    const everything = { autoRenew: false, scheduledPlanId: 'yearly' };
    const plans = plansOf(aPlan(), { scheduled: YEARLY });

    it('a cancellation comes before an expiry', () => {
      const subscription = aSubscription({ ...everything, cancelAtPeriodEnd: true });
      expect(decideOn('2026-04-01', subscription, plans).outcome).toBe('canceled');
    });

    it('an expiry comes before a move', () => {
      const decision = decideOn('2026-04-01', aSubscription(everything), plans);
      expect(decision.outcome).toBe('expired');
      expect(decision.next.planId).toBe('monthly');
    });

    it('a move comes before a renewal', () => {
      const subscription = aSubscription({ ...everything, autoRenew: true });
      expect(decideOn('2026-04-01', subscription, plans).outcome).toBe('moved');
    });
  });

  describe('a trial', () => {
    it('of a free plan becomes active on it: ordinal 0, then 1, from the anchor', () => {
      const plan = aPlan({ id: 'free-monthly', isFree: true });
      const trial = aTrial({ planId: plan.id });
      const decision = decideOn('2026-03-12', trial, plansOf(plan));
      expect(decision.outcome).toBe('renewed');
      expect(decision.closed.map(({ ordinal }) => ordinal)).toEqual([0]);
      expect(decision.next).toEqual({
        ...trial,
        status: 'active',
        cycle: 0,
        periodOrdinal: 1,
        periodStart: at('2026-03-11'),
        periodEnd: at('2026-04-11'),
      });
    });

    it('of a priced plan, unpaid, moves to the default plan', () => {
      const decision = decideOn('2026-03-12', aTrial());
      expect(decision.outcome).toBe('moved');
      expect(decision.closed.map(({ planId }) => planId)).toEqual(['monthly']);
      expect(decision.next).toMatchObject({
        status: 'active',
        planId: 'free',
        anchor: at('2026-03-11'),
        cycle: 0,
        periodOrdinal: 1,
        periodEnd: at('2026-03-26'),
      });
    });

    it('goes to the scheduled plan where there is one', () => {
      const trial = aTrial({ scheduledPlanId: 'yearly' });
      const { next } = decideOn('2026-03-12', trial, plansOf(aPlan(), { scheduled: YEARLY }));
      expect(next).toMatchObject({ planId: 'yearly', status: 'active', periodOrdinal: 1 });
    });

    it('that was canceled ends with it', () => {
      const decision = decideOn('2026-03-12', aTrial({ cancelAtPeriodEnd: true }));
      expect(decision.next).toMatchObject({ status: 'canceled', endedAt: at('2026-03-11') });
    });
  });

  describe('a new version of the plan', () => {
    it('is what the next period is on', () => {
      const { outcome, next } = decideOn(
        '2026-04-01',
        aSubscription(),
        plansOf(aPlan({ version: 2 })),
      );
      expect(outcome).toBe('renewed');
      expect(next).toMatchObject({
        planVersion: 2,
        anchor: at('2026-01-31'),
        periodEnd: at('2026-04-30'),
      });
    });

    it('with another interval begins a new cycle', () => {
      const newVersion = aPlan({ version: 2, interval: FIFTEEN_DAYS });
      const plans = plansOf(newVersion, { currentInterval: MONTHLY });
      const { outcome, next } = decideOn('2026-04-01', aSubscription(), plans);
      expect(outcome).toBe('renewed');
      expect(next).toMatchObject({
        anchor: at('2026-03-31'),
        cycle: 0,
        periodOrdinal: 3,
        periodEnd: at('2026-04-15'),
      });
    });
  });

  describe('after an outage', () => {
    it('closes three missed periods in order, counted from the anchor', () => {
      const decision = decideOn('2026-06-01', aSubscription());
      expect(decision.closed.map(({ ordinal, end }) => [ordinal, end])).toEqual([
        [2, at('2026-03-31')],
        [3, at('2026-04-30')],
        [4, at('2026-05-31')],
      ]);
      expect(decision.next).toMatchObject({ cycle: 4, periodEnd: at('2026-06-30') });
    });

    it('stops at the first period that a cancellation ends', () => {
      const decision = decideOn('2026-06-01', aSubscription({ cancelAtPeriodEnd: true }));
      expect(decision.closed).toHaveLength(1);
      expect(decision.next.periodOrdinal).toBe(2);
    });

    const onFree = aSubscription({
      planId: 'free',
      anchor: at('2026-03-16'),
      cycle: 0,
      periodOrdinal: 1,
      periodStart: at('2026-03-16'),
      periodEnd: at('2026-03-31'),
    });

    it(`closes exactly ${MAXIMUM_PERIODS_A_RUN} and is not behind when there are no more`, () => {
      const fifteenthEnd = boundary(onFree.anchor, FIFTEEN_DAYS, 15);
      const decision = decideRenewal(onFree, plansOf(FREE), fifteenthEnd);
      expect(decision.closed).toHaveLength(15);
      expect(decision.isBehind).toBe(false);
      expect(decision.next.periodStart).toEqual(fifteenthEnd);
    });

    it(`closes ${MAXIMUM_PERIODS_A_RUN} of 16 and says that it is behind; the next run goes on`, () => {
      const sixteenthEnd = boundary(onFree.anchor, FIFTEEN_DAYS, 16);
      const first = decideRenewal(onFree, plansOf(FREE), sixteenthEnd);
      expect(first).toMatchObject({ outcome: 'renewed', isBehind: true });
      expect(first.closed).toHaveLength(15);
      expect(first.next).toMatchObject({ periodOrdinal: 16, periodEnd: sixteenthEnd });
      const second = decideRenewal(first.next, plansOf(FREE), sixteenthEnd);
      expect(second).toMatchObject({ outcome: 'renewed', isBehind: false });
      expect(second.closed.map(({ ordinal }) => ordinal)).toEqual([16]);
    });
  });
});

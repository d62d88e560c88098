import * as fc from 'fast-check';
import type { IntervalUnit } from '../plans/plan.entity';
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
import { SUBSCRIPTION_STATUSES, type SubscriptionStatus } from './subscription.entity';

const FIFTEEN_DAYS: BillingInterval = { unit: 'day', count: 15 };
const MONTHLY: BillingInterval = { unit: 'month', count: 1 };

function aPlan(changes: Partial<RenewalPlan> = {}): RenewalPlan {
  return {
    id: 'monthly',
    version: 1,
    interval: MONTHLY,
    renews: true,
    isFree: false,
    ...changes,
  };
}

const FREE = aPlan({ id: 'free', interval: FIFTEEN_DAYS, isFree: true });
const YEARLY = aPlan({ id: 'yearly', interval: { unit: 'year', count: 1 } });

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
    scheduled: null,
    default: FREE,
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

  describe('a scheduled plan', () => {
    const scheduled = aSubscription({ scheduledPlanId: 'other' });

    it('is moved to, and no longer scheduled', () => {
      const other = aPlan({ id: 'other', version: 4 });
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

    it('of another interval makes the end of the period the anchor; n begins anew, the ordinal goes on', () => {
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
      const plans = plansOf(aPlan(), { scheduled: aPlan({ id: 'once', renews: false }) });
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

interface Situation {
  subscription: RenewableSubscription;
  plans: RenewalPlans;
  now: Date;
}

const intervals = fc.record({
  unit: fc.constantFrom<IntervalUnit[]>('day', 'week', 'month', 'year'),
  count: fc.integer({ min: 1, max: 20 }),
});

function planArbitrary(id: string): fc.Arbitrary<RenewalPlan> {
  return fc.record({
    id: fc.constant(id),
    version: fc.integer({ min: 1, max: 3 }),
    interval: intervals,
    renews: mostly(true),
    isFree: fc.boolean(),
  });
}

/** Nine times out of ten: what ends a subscription would otherwise hide what comes after. */
function mostly(value: boolean): fc.Arbitrary<boolean> {
  return fc.integer({ min: 0, max: 9 }).map((draw) => (draw === 0 ? !value : value));
}

const situations: fc.Arbitrary<Situation> = fc
  .record({
    anchor: fc.date({
      min: at('2000-01-01'),
      max: at('2100-01-01'),
      noInvalidDate: true,
    }),
    currentInterval: intervals,
    current: planArbitrary('current'),
    scheduled: fc.option(planArbitrary('scheduled')),
    default: planArbitrary('default'),
    status: fc.constantFrom(...SUBSCRIPTION_STATUSES),
    cycle: fc.integer({ min: 0, max: 24 }),
    earlierPeriods: fc.integer({ min: 0, max: 24 }),
    autoRenew: mostly(true),
    cancelAtPeriodEnd: mostly(false),
    sinceEndDays: fc.integer({ min: -20, max: 900 }),
  })
  .map(toSituation);

type Draw = Pick<RenewableSubscription, 'anchor' | 'cycle' | 'status' | 'autoRenew'> &
  Pick<RenewableSubscription, 'cancelAtPeriodEnd'> &
  RenewalPlans & { earlierPeriods: number; sinceEndDays: number };

function toSituation(draw: Draw): Situation {
  const { anchor, cycle, status, autoRenew, cancelAtPeriodEnd } = draw;
  const { current, currentInterval, scheduled, sinceEndDays } = draw;
  const periodEnd = boundary(anchor, currentInterval, cycle + 1);
  const subscription = aSubscription({
    ...{ anchor, cycle, status, autoRenew, cancelAtPeriodEnd, periodEnd },
    planId: current.id,
    scheduledPlanId: scheduled?.id ?? null,
    periodOrdinal: cycle + draw.earlierPeriods,
    periodStart: boundary(anchor, currentInterval, cycle),
  });
  const plans = { current, currentInterval, scheduled, default: draw.default };
  return { subscription, plans, now: new Date(periodEnd.getTime() + sinceEndDays * 86_400_000) };
}

/** What the database would say of the plans after a decision was written. */
function plansAfter({ next }: RenewalDecision, plans: RenewalPlans): RenewalPlans {
  const { current, scheduled, default: fallback } = plans;
  const all = [current, fallback, ...(scheduled ? [scheduled] : [])];
  const plan = all.find(({ id }) => id === next.planId)!;
  return { ...plans, current: plan, currentInterval: plan.interval, scheduled: null };
}

function deepFrozen<T extends object>(value: T): T {
  for (const entry of Object.values(value) as unknown[])
    if (typeof entry === 'object' && entry !== null) deepFrozen(entry);
  return Object.freeze(value);
}

describe('decideRenewal, whatever the subscription', () => {
  function check(property: (situation: Situation, decision: RenewalDecision) => void): void {
    fc.assert(
      fc.property(situations, (situation) => {
        const { subscription, plans, now } = situation;
        property(situation, decideRenewal(subscription, plans, now));
      }),
      { numRuns: 300 },
    );
  }

  it('closes periods that tile, from the start of the running one', () => {
    check(({ subscription }, { closed }) => {
      const starts = closed.map(({ start }) => start);
      const ends = closed.map(({ end }) => end);
      expect(starts).toEqual([subscription.periodStart, ...ends].slice(0, closed.length));
      expect(closed.map(({ ordinal }) => ordinal)).toEqual(
        closed.map((_, index) => subscription.periodOrdinal + index),
      );
    });
  });

  it('begins the next period where the last one closed, unless nothing comes after', () => {
    check(({ subscription }, { closed, next, outcome }) => {
      const last = closed.at(-1);
      if (!last) return expect(next).toBe(subscription);
      const hasEnded = outcome === 'canceled' || outcome === 'expired';
      const current = { ordinal: next.periodOrdinal, start: next.periodStart };
      const after = hasEnded ? last : { ordinal: last.ordinal + 1, start: last.end };
      expect(current).toEqual({ ordinal: after.ordinal, start: after.start });
      expect(next.endedAt).toEqual(hasEnded ? last.end : null);
    });
  });

  it('closes nothing that has not ended, and leaves nothing that has', () => {
    check(({ now }, { closed, next, isBehind }) => {
      for (const { end } of closed) expect(end.getTime()).toBeLessThanOrEqual(now.getTime());
      expect(isDue(next, now)).toBe(isBehind);
    });
  });

  it(`closes at most ${MAXIMUM_PERIODS_A_RUN}, and all of them when it is behind`, () => {
    check((_, { closed, isBehind }) => {
      expect(closed.length).toBeLessThanOrEqual(MAXIMUM_PERIODS_A_RUN);
      if (isBehind) expect(closed).toHaveLength(MAXIMUM_PERIODS_A_RUN);
    });
  });

  it('is deterministic and changes nothing that it was given', () => {
    check(({ subscription, plans, now }, decision) => {
      const frozen = deepFrozen({ subscription: { ...subscription }, plans: { ...plans } });
      expect(decideRenewal(frozen.subscription, frozen.plans, now)).toEqual(decision);
    });
  });

  it('decides nothing more once it is not due', () => {
    check(({ plans, now }, decision) => {
      if (decision.isBehind) return;
      const again = decideRenewal(decision.next, plansAfter(decision, plans), now);
      expect(again).toEqual({
        outcome: 'not_due',
        closed: [],
        next: decision.next,
        isBehind: false,
      });
    });
  });

  it('goes on after being behind as if there had been one run', () => {
    check(({ plans, now }, first) => {
      if (!first.isBehind) return;
      const second = decideRenewal(first.next, plansAfter(first, plans), now);
      expect(second.closed[0]).toMatchObject({
        ordinal: first.closed.at(-1)!.ordinal + 1,
        start: first.closed.at(-1)!.end,
      });
    });
  });
});

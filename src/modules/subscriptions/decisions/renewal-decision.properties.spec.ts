import * as fc from 'fast-check';
import type { IntervalUnit } from '../../plans/plan.entity';
import { boundary } from './periods';
import {
  decideRenewal,
  isDue,
  MAXIMUM_PERIODS_A_RUN,
  type RenewableSubscription,
  type RenewalDecision,
  type RenewalPlan,
  type RenewalPlans,
} from './renewal-decision';
import { SUBSCRIPTION_STATUSES } from '../subscription.entity';

// Invariants of every renewal, for any subscription, plans and moment.

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
    isArchived: mostly(false),
  });
}

/** Nine times out of ten: an end would otherwise hide what comes after. */
function mostly(value: boolean): fc.Arbitrary<boolean> {
  return fc.integer({ min: 0, max: 9 }).map((draw) => (draw === 0 ? !value : value));
}

const situations: fc.Arbitrary<Situation> = fc
  .record({
    anchor: fc.date({
      min: new Date('2000-01-01T12:00:00.000Z'),
      max: new Date('2100-01-01T12:00:00.000Z'),
      noInvalidDate: true,
    }),
    currentInterval: intervals,
    currentIsFree: fc.boolean(),
    hasProvider: fc.boolean(),
    current: planArbitrary('current'),
    scheduled: fc.option(planArbitrary('scheduled')),
    default: planArbitrary('default'),
    status: fc.constantFrom(...SUBSCRIPTION_STATUSES),
    cycle: fc.integer({ min: -1, max: 24 }), // -1: a trial
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
  const { current, currentInterval, currentIsFree, hasProvider, scheduled, sinceEndDays } = draw;
  const periodEnd = boundary(anchor, currentInterval, cycle + 1);
  const subscription: RenewableSubscription = {
    ...{ anchor, cycle, status, autoRenew, cancelAtPeriodEnd, periodEnd },
    planId: current.id,
    planVersion: 1,
    scheduledPlanId: scheduled?.id ?? null,
    periodOrdinal: cycle + 1 + draw.earlierPeriods,
    periodStart: boundary(anchor, currentInterval, cycle),
    canceledAt: null,
    endedAt: null,
  };
  const plans = {
    ...{ current, currentInterval, currentIsFree, hasProvider, scheduled },
    default: draw.default,
  };
  return { subscription, plans, now: new Date(periodEnd.getTime() + sinceEndDays * 86_400_000) };
}

/** The plans as the database returns them after a decision was written. */
function plansAfter({ next }: RenewalDecision, plans: RenewalPlans): RenewalPlans {
  const { current, scheduled, default: fallback } = plans;
  const all = [current, fallback, ...(scheduled ? [scheduled] : [])];
  const plan = all.find(({ id }) => id === next.planId)!;
  const { interval: currentInterval, isFree: currentIsFree } = plan;
  return { ...plans, current: plan, currentInterval, currentIsFree, scheduled: null };
}

function deepFrozen<T extends object>(value: T): T {
  for (const entry of Object.values(value) as unknown[])
    if (typeof entry === 'object' && entry !== null) deepFrozen(entry);
  return Object.freeze(value);
}

describe('decideRenewal, for any subscription', () => {
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

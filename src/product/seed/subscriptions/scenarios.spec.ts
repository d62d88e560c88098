import fc from 'fast-check';
import { boundary } from '../../../modules/subscriptions/decisions/periods';
import { TRANSITIONS } from '../../../modules/subscriptions/decisions/transitions';
import { pickScenario } from './scenario-choice';
import * as scenarios from './scenarios';
import { standingOf, type Life, type LifeSetup } from './scenarios';
import type { SeedPlan } from '../chance/plan-choice';
import { Random } from '../chance/random';

const plan = (slug: string, changes: Partial<SeedPlan> = {}): SeedPlan => ({
  id: slug,
  slug,
  version: 1,
  interval: { unit: 'month', count: 1 },
  isDefault: false,
  isPublic: true,
  isFree: false,
  trialDays: 0,
  recordingsLimit: 1_000,
  applicationsLimit: 10,
  seatsLimit: 10,
  ...changes,
});
const free = plan('free', {
  isDefault: true,
  isFree: true,
  interval: { unit: 'day', count: 15 },
  applicationsLimit: 1,
});
const pro = plan('pro');
const yearly = plan('pro-yearly', { interval: { unit: 'year', count: 1 } });
const plans = [free, pro, yearly];
const { run, tryOut, fallBehind, pause, requestCancellation, stopRenewing, planToMove, moveUp } =
  scenarios;
const { leaveAtOnce, haveLeft, haveExpired } = scenarios;
const WAYS = [
  run,
  tryOut,
  fallBehind,
  pause,
  requestCancellation,
  stopRenewing,
  planToMove,
  moveUp,
];
const ENDS = [leaveAtOnce, haveLeft, haveExpired];

const setups = fc.record({
  plan: fc.constantFrom(pro, yearly),
  plans: fc.constant(plans),
  closed: fc.integer({ min: 1, max: 6 }),
  today: fc
    .date({ min: new Date('2024-01-01'), max: new Date('2032-12-31'), noInvalidDate: true })
    .map((date) => new Date(date.toISOString().slice(0, 10))),
});

function forAllLives(check: (life: Life, setup: LifeSetup) => void): void {
  fc.assert(
    fc.property(setups, fc.constantFrom(...WAYS, ...ENDS), fc.nat(), (setup, live, seed) => {
      check(live(setup, new Random(seed, 0)), setup);
    }),
  );
}

const make = (live: (typeof WAYS)[number], setup: Partial<LifeSetup> = {}) =>
  live({ plan: pro, plans, closed: 2, today: new Date('2026-11-21'), ...setup }, new Random(1, 0));

describe('a life', () => {
  it('has contiguous periods, counted from the anchor', () => {
    forAllLives(({ anchor, cycle, periods, endedAt }, setup) => {
      periods.slice(1).forEach(({ start, ordinal }, index) => {
        expect([start, ordinal]).toEqual([periods[index]!.end, periods[index]!.ordinal + 1]);
      });
      const last = periods.at(-1)!;
      if (cycle >= 0) expect(last.start).toEqual(boundary(anchor, last.plan.interval, cycle));
      if (cycle >= 0 && !endedAt)
        expect(last.end).toEqual(boundary(anchor, last.plan.interval, cycle + 1));
      expect(endedAt ? endedAt <= setup.today : last.end > setup.today).toBe(true);
      if (endedAt) expect(endedAt).toEqual(last.end);
    });
  });

  it('has an ordered history of allowed transitions, all in the past', () => {
    forAllLives(({ changes, periods }, { today }) => {
      expect(changes[0]!.at).toEqual(periods[0]!.start);
      changes.slice(1).forEach(({ at, after }, index) => {
        const before = changes[index]!;
        expect(at.getTime()).toBeGreaterThan(before.at.getTime());
        const targets: string[] = Object.values(TRANSITIONS[before.after.status]);
        expect([before.after.status, ...targets]).toContain(after.status);
      });
      expect(changes.at(-1)!.at.getTime()).toBeLessThanOrEqual(today.getTime());
    });
  });

  it('satisfies the constraints of the table', () => {
    forAllLives((life) => {
      const { status, cancelAtPeriodEnd, autoRenew, scheduledPlanId } = standingOf(life);
      const isOver = status === 'canceled' || status === 'expired';
      expect(status === 'paused').toBe(life.pausedAt !== null);
      expect(isOver).toBe(life.endedAt !== null);
      expect(status === 'trialing').toBe(life.cycle === -1);
      expect(status === 'trialing').toBe(life.periods.at(-1)!.ordinal === 0);
      if (status === 'expired') expect(autoRenew).toBe(false);
      if (cancelAtPeriodEnd || status === 'canceled') expect(life.canceledAt).not.toBeNull();
      if (scheduledPlanId)
        expect([autoRenew, cancelAtPeriodEnd, isOver]).toEqual([true, false, false]);
    });
  });

  it('that upgrades cuts the old period short and starts a new one on its plan', () => {
    const { anchor, periods, cycle, changes } = make(moveUp);
    const [before, now] = periods.slice(-2);
    expect([before!.plan.slug, now!.plan.slug, cycle]).toEqual(['free', 'pro', 0]);
    expect([before!.end, now!.start]).toEqual([anchor, anchor]);
    expect(changes.map(({ after }) => after.planId)).toEqual(['free', 'pro']);
    expect(changes.at(-1)).toMatchObject({ at: anchor, periodOrdinal: now!.ordinal });
  });

  it('that schedules a change picks a plan with room for its applications and seats', () => {
    expect(standingOf(make(planToMove)).scheduledPlanId).toBe('pro-yearly');
    expect(standingOf(make(planToMove, { plan: yearly })).scheduledPlanId).toBe('pro');
  });
});

describe('pickScenario', () => {
  const ofThousand = (setup: Partial<LifeSetup>) => {
    const given = { plan: pro, plans, closed: 2, today: new Date('2026-11-21'), ...setup };
    return Array.from({ length: 1_000 }, (_, stream) => pickScenario(given, new Random(1, stream)));
  };

  it('leaves most active, and omits no scenario', () => {
    const scenarios = ofThousand({});
    expect(new Set(scenarios)).toEqual(new Set([...WAYS, ...ENDS]));
    const running = scenarios.filter((scenario) => scenario === run).length;
    expect(running).toBeGreaterThan(500);
    expect(running).toBeLessThan(650);
  });

  it('gives no trial and no debt to a free plan, and no ended period to the newest', () => {
    const [ofFree, ofNew] = [
      new Set(ofThousand({ plan: free })),
      new Set(ofThousand({ closed: 0 })),
    ];
    for (const scenario of [tryOut, fallBehind, planToMove, moveUp])
      expect(ofFree).not.toContain(scenario);
    for (const scenario of [haveLeft, haveExpired]) expect(ofNew).not.toContain(scenario);
  });
});

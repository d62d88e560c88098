import * as fc from 'fast-check';
import type { IntervalUnit, PlanWithTerms } from '../../src/modules/plans/plan.entity';
import type { ChangeTime } from '../../src/modules/subscriptions/decisions/plan-change';
import { limitsOf, planOf } from './subscription-fixtures';
import type { Command, NewTerms } from './subscription-model';

/* Random plans, and random histories of a subscription to them. */

const ONE_DAY_MS = 86_400_000;
export const PLAN_COUNT = 4;

/** Nine times out of ten: what ends a subscription would otherwise hide what comes after. */
function mostly(value: boolean): fc.Arbitrary<boolean> {
  return fc.integer({ min: 0, max: 9 }).map((draw) => (draw === 0 ? !value : value));
}

const terms: fc.Arbitrary<NewTerms> = fc.record({
  priceAmount: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 100_000 })),
  intervalUnit: fc.constantFrom<IntervalUnit[]>('day', 'week', 'month', 'month', 'year'),
  intervalCount: fc.integer({ min: 1, max: 3 }),
});

const settings = fc.record({
  renews: mostly(true),
  trialDays: fc.constantFrom(0, 0, 7, 30),
  grants: fc
    .option(fc.integer({ min: 0, max: 20 }))
    .map((recordings) => limitsOf({ recordings, applications: 1, seats: 3 })),
});

/** The first is the default plan: free, without end. */
export const plans: fc.Arbitrary<PlanWithTerms[][]> = fc
  .array(fc.tuple(terms, settings), { minLength: PLAN_COUNT, maxLength: PLAN_COUNT })
  .map((draws) =>
    draws.map(([price, setting], index) =>
      index === 0
        ? [planOf('plan-0', { ...price, priceAmount: 0 }, { ...setting, renews: true })]
        : [planOf(`plan-${index}`, price, setting)],
    ),
  );

export const starts: fc.Arbitrary<Date> = fc.oneof(
  fc
    .constantFrom('2027-01-29', '2027-01-30', '2027-01-31', '2027-12-31', '2028-02-29')
    .map((day) => new Date(`${day}T23:59:30.000Z`)),
  fc.date({
    min: new Date('2020-01-01T00:00:00.000Z'),
    max: new Date('2040-01-01T00:00:00.000Z'),
    noInvalidDate: true,
  }),
);

const planIndex = fc.integer({ min: 0, max: PLAN_COUNT - 1 });
const times = fc.constantFrom<ChangeTime[]>('now', 'period_end');

function constant(name: 'uncancel' | 'pause' | 'resume'): fc.Arbitrary<Command> {
  return fc.constant({ do: name });
}

/** By weight. Time goes back a little where a transaction comes late that began early. */
export const commands: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.integer({ min: 0, max: 40 * ONE_DAY_MS }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.integer({ min: -5000, max: 5000 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('reachEnd' as const),
      offsetMs: fc.integer({ min: -2, max: 2 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('record' as const),
      count: fc.integer({ min: 1, max: 8 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record(
      { do: fc.constant('change' as const), plan: planIndex, when: times },
      { requiredKeys: ['do', 'plan'] },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('assign' as const), plan: planIndex }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), when: times }) },
  { weight: 1, arbitrary: constant('uncancel') },
  { weight: 2, arbitrary: constant('pause') },
  { weight: 3, arbitrary: constant('resume') },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('autoRenew' as const), on: mostly(true) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('edit' as const), plan: planIndex, terms }) },
);

import * as fc from 'fast-check';
import { DateTime } from 'luxon';
import { commands, plans, starts } from '../../../../test/support/subscription-histories';
import {
  SubscriptionModel,
  THREE_DAYS_MS,
  type Command,
  type ModelPeriod,
  type Step,
} from '../../../../test/support/subscription-model';
import { decideRenewal } from './renewal-decision';
import { isEnded } from './subscription-view';
import type { Subscription } from '../subscription.entity';
import { TRANSITIONS } from './transitions';

// Invariants of every history of a business: random plans, a random start, and random commands over a moving clock.

const NUMBER_OF_PERIODS = 24;

const histories = fc.record({
  plans,
  start: starts,
  commands: fc.array(commands, { minLength: 1, maxLength: 40 }),
});

type Property = (model: SubscriptionModel, step: Step, command: Command) => void;

/**
 * Plays random histories and checks the property after each command. @returns how often, for what must not be vacuous
 */
function check(property: Property, then: (model: SubscriptionModel) => void = () => undefined) {
  fc.assert(
    fc.property(histories, (history) => {
      const model = new SubscriptionModel(
        history.plans.map((versions) => [...versions]),
        history.start,
      );
      for (const command of history.commands) property(model, model.run(command), command);
      then(model);
    }),
    { numRuns: 200 },
  );
}

/** Continues on the default plan, from any state, until this many periods have passed. */
function letPeriodsPass(model: SubscriptionModel, count: number): void {
  const revive: Command[] = [
    { do: 'resume' },
    { do: 'uncancel' },
    { do: 'autoRenew', on: true },
    { do: 'assign', plan: 0 },
  ];
  for (const command of revive) model.run(command);
  for (let passed = 0; passed < count; passed += 1) {
    model.run({ do: 'reachEnd', offsetMs: 0 });
    model.renewAll();
  }
}

/** All periods of a business, the running one last. */
function periodsOf({ closed, subscription }: SubscriptionModel): ModelPeriod[] {
  if (isEnded(subscription)) return closed;
  const { id, periodOrdinal: ordinal, periodStart: start, periodEnd: end, planId } = subscription;
  return [...closed, { subscriptionId: id, ordinal, start, end, planId, used: 0 }];
}

function expectToTile(model: SubscriptionModel): void {
  const periods = periodsOf(model);
  for (const { start, end } of periods) expect(end.getTime()).toBeGreaterThan(start.getTime());
  periods.slice(1).forEach((period, index) => expectToFollow(model, periods[index]!, period));
}

/**
 * Without gap or overlap and with the next ordinal; or with a gap, where another subscription starts after one that had
 * ended.
 */
function expectToFollow(model: SubscriptionModel, last: ModelPeriod, next: ModelPeriod): void {
  if (last.subscriptionId === next.subscriptionId) {
    expect(next).toMatchObject({ ordinal: last.ordinal + 1, start: last.end });
    return;
  }
  const old = model.subscriptions.find(({ id }) => id === last.subscriptionId)!;
  expect([isEnded(old), old.endedAt]).toEqual([true, last.end]);
  expect(next.start.getTime()).toBeGreaterThanOrEqual(last.end.getTime());
  const { trialEndsAt } = model.subscriptions.find(({ id }) => id === next.subscriptionId)!;
  expect(next.ordinal).toBe(trialEndsAt ? 0 : 1);
}

function isAllowed(from: Subscription['status'], to: Subscription['status']): boolean {
  return from === to || (Object.values(TRANSITIONS[from]) as string[]).includes(to);
}

describe('every history of a business', () => {
  it(`has periods that tile, ${NUMBER_OF_PERIODS} of them and more`, () => {
    check(
      () => undefined,
      (model) => {
        letPeriodsPass(model, NUMBER_OF_PERIODS);
        expect(model.closed.length).toBeGreaterThanOrEqual(NUMBER_OF_PERIODS);
        expectToTile(model);
      },
    );
  });

  it('has a running period that ends where the anchor says, but for the end of a month after a pause', () => {
    const resumed = new Set<string>();
    check((model, _, command) => {
      const { subscription, plan } = model;
      const { anchor, cycle, id, periodOrdinal, periodEnd } = subscription;
      const period = `${id}/${periodOrdinal}`;
      if (command.do === 'resume') resumed.add(period);
      if (isEnded(subscription)) return;
      const { intervalUnit, intervalCount } = plan.terms;
      const expected = DateTime.fromJSDate(anchor, { zone: 'utc' }).plus({
        [`${intervalUnit}s`]: (cycle + 1) * intervalCount,
      });
      const offMs = Math.abs(expected.toMillis() - periodEnd.getTime());
      expect(offMs).toBeLessThanOrEqual(resumed.has(period) ? THREE_DAYS_MS : 0);
    });
  });

  it('closes nothing before it has ended, and never a period again', () => {
    check(
      ({ now }, { write }) => {
        if (write?.closed)
          expect(+write.closed.end).toBeLessThanOrEqual(+latest(write.closed, now));
      },
      ({ closed }) => {
        const keys = closed.map(({ subscriptionId, ordinal }) => `${subscriptionId}/${ordinal}`);
        expect(new Set(keys).size).toBe(keys.length);
      },
    );
  });

  /** Now; or, for what came late, the first millisecond of the period. */
  function latest({ start }: { start: Date }, now: Date): Date {
    return new Date(Math.max(+now, +start + 1));
  }

  it('makes one transition a command at most, and each is in the table', () => {
    check((_, { before, write }) => {
      if (!write) return;
      expect(write.next.id).toBe(before.id);
      expect(isAllowed(before.status, write.next.status)).toBe(true);
    });
  });

  it('makes only transitions of the table in a renewal too', () => {
    check((model) => {
      const before = model.subscription;
      while (model.renewOnce()) expect(model.subscription.id).toBe(before.id);
      expect(isAllowed(before.status, model.subscription.status)).toBe(true);
    });
  });

  it('has one current subscription, and no life in those that are not', () => {
    check(({ subscriptions, subscription }) => {
      expect(subscriptions.filter(({ isCurrent }) => isCurrent)).toEqual([subscription]);
      expect(subscriptions.slice(0, -1).every(isEnded)).toBe(true);
      for (const { status, endedAt, pausedAt } of subscriptions) {
        expect(isEnded({ status })).toBe(endedAt !== null);
        expect(status === 'paused').toBe(pausedAt !== null);
      }
    });
  });

  it('gives one trial', () => {
    check(({ subscriptions }) => {
      expect(subscriptions.filter(({ trialEndsAt }) => trialEndsAt).length).toBeLessThan(2);
    });
  });

  it('is never refilled but at the end of a period, and stays within the largest limit until then', () => {
    check((model) => {
      const { used, carriedOver, allowance, closed, complaints } = model;
      expect(complaints).toEqual([]);
      expect(used).toBe(allowance.used);
      expect(allowance.used).toBeLessThanOrEqual(allowance.limit);
      expect(carriedOver).toBeLessThanOrEqual(used);
      for (const period of closed) expect(period.used).toBeGreaterThanOrEqual(0);
    });
  });

  it('keeps every recording in one period', () => {
    let recorded = 0;
    check(
      ({ allowance }, _, command) => {
        recorded = command.do === 'record' ? Math.max(recorded, allowance.used) : recorded;
      },
      ({ closed, used, carriedOver, recorded: total, subscription }) => {
        const kept = closed.reduce((sum, period) => sum + period.used, 0);
        const running = isEnded(subscription) ? 0 : used - carriedOver;
        expect(kept + running).toBe(total);
      },
    );
    expect(recorded).toBeGreaterThan(0);
  });

  it('conserves money: credit + charge = due, and none moves at a period end, in a trial, or by staff', () => {
    let paid = 0;
    check((_, { before, change }, command) => {
      if (!change) return;
      const { credit, charge, due } = change.proration;
      expect(credit + charge).toBe(due);
      expect(credit <= 0 && charge >= 0).toBe(true);
      const isFree = change.when === 'period_end' || command.do === 'assign';
      if (isFree || before.status === 'trialing') expect([credit, charge]).toEqual([0, 0]);
      if (due !== 0) paid += 1;
    });
    expect(paid).toBeGreaterThan(0);
  });

  it('is what was foretold, at once or at the end of the period', () => {
    let waited = 0;
    check((model, { change }) => {
      if (!change) return;
      const { after, effectiveAt, when, plan } = change;
      if (when === 'now') {
        expect(model.used).toBe(after.counts.recordings?.used);
        const { id: _, createdAt: __, ...foretold } = after.subscription;
        expect(model.subscription).toMatchObject(foretold);
        expect(model.plan).toEqual(plan);
        return;
      }
      const { next } = decideRenewal(model.subscription, model.renewalPlans(), effectiveAt);
      expect(next).toEqual(after.subscription);
      expect(after.counts.recordings?.used).toBe(0);
      waited += 1;
    });
    expect(waited).toBeGreaterThan(0);
  });
});

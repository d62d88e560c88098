import {
  countsOf,
  limitsOf,
  planOf,
  problemOf,
  setupOf,
  subscriptionTo,
} from '../../../../test/support/subscription-fixtures';
import type { PlanWithTerms } from '../../plans/plan.entity';
import { cancel, pause, resume } from './life-cycle';
import {
  computeChange,
  type ChangeRequest,
  type ChangeSetup,
  type PlanChange,
} from './plan-change';
import type { Subscription } from '../subscription.entity';

const START = new Date('2027-04-01T00:00:00.000Z');
const END = new Date('2027-05-01T00:00:00.000Z');
const HALFWAY = new Date('2027-04-16T00:00:00.000Z');
const NOTHING = { credit: 0, charge: 0, due: 0, currency: 'usd' };

const free = planOf('free');
const small = planOf('small', { priceAmount: 1000 });
const large = planOf('large', { priceAmount: 3000 });
const yearly = planOf('yearly', { priceAmount: 9000, intervalUnit: 'year' });
const tried = planOf('tried', { priceAmount: 3000 }, { trialDays: 14 });
const once = planOf('once', {}, { renews: false });

/** In its first month on a plan, with seven recordings. */
function on(plan: PlanWithTerms, changes: Partial<Subscription> = {}): ChangeSetup {
  return setupOf(plan, subscriptionTo(plan, START, changes), { recordings: 7 });
}

function change(
  setup: ChangeSetup,
  target: PlanWithTerms,
  { when, isAssigned = false }: Partial<ChangeRequest> = {},
  now = HALFWAY,
): PlanChange {
  return computeChange(setup, { target, when, isAssigned }, now);
}

/** The end of the cycle that a subscription is in after a decision about it. */
function after(setup: ChangeSetup, subscription: Subscription): ChangeSetup {
  return { ...setup, subscription };
}

describe('when a change takes effect', () => {
  const daily = planOf('daily', { priceAmount: 100, intervalUnit: 'day' });
  it.each([
    { from: small, to: large, when: 'now' },
    { from: large, to: small, when: 'period_end' },
    { from: small, to: planOf('as dear', { priceAmount: 1000 }), when: 'now' },
    { from: small, to: yearly, when: 'period_end' }, // 7.50 a month
    { from: small, to: daily, when: 'now' },
    { from: free, to: small, when: 'now' },
    { from: small, to: free, when: 'period_end' },
  ])('from $from.slug to $to.slug: $when', ({ from, to, when }) => {
    expect(change(on(from), to).when).toBe(when);
    expect(change(on(from), to, { when: 'now' }).when).toBe('now');
    expect(change(on(from), to, { when: 'period_end' }).when).toBe('period_end');
    expect(change(on(from), to, { isAssigned: true }).when).toBe('now');
  });
});

describe('now, in the same interval', () => {
  it('the period runs on, on the other plan, which is paid for the rest', () => {
    const setup = on(small, { scheduledPlanId: 'free' });
    const next = { ...setup.subscription, planId: 'large', scheduledPlanId: null };
    expect(change(setup, large)).toEqual({
      when: 'now',
      effectiveAt: HALFWAY,
      plan: large,
      proration: { credit: -500, charge: 1500, due: 1000, currency: 'usd' },
      after: { subscription: next, counts: setup.counts },
      conflicts: [],
      write: { next, closed: null, successor: null, usage: 'kept' },
    });
  });

  it('takes the newest version of the target', () => {
    const newest = planOf('large', { priceAmount: 5000, version: 4 });
    const { write, proration } = change(on(small), newest);
    expect([write.next.planVersion, proration.charge]).toEqual([4, 2500]);
  });

  it('up and back resets no quota and costs nothing', () => {
    const setup = on(small);
    const up = change(setup, large);
    const back = change({ ...setup, ...up.after, plan: large }, small, { when: 'now' });
    expect(back.after).toEqual({ subscription: setup.subscription, counts: setup.counts });
    expect(up.proration.due + back.proration.due).toBe(0);
  });

  it('time that was paused was not paid for and is not credited twice', () => {
    const { subscription } = on(small);
    const resumed = resume(pause(subscription, HALFWAY).next, END).next;
    expect(change(after(on(small), resumed), large, {}, END).proration).toMatchObject({
      credit: -500,
      charge: 1500,
    });
  });

  it('is free during a trial, for any interval, and the trial continues', () => {
    const setup = on(tried);
    const { proration, write } = change(setup, yearly, { when: 'now' }, START);
    expect(proration).toEqual(NOTHING);
    const next = { ...setup.subscription, planId: 'yearly' };
    expect(write).toEqual({ next, closed: null, successor: null, usage: 'kept' });
  });
});

describe('now, in another interval', () => {
  it('the running period ends here, which is the anchor of what follows', () => {
    const { write, effectiveAt, after: then, proration } = change(on(small), yearly, NOW);
    const periodEnd = new Date('2028-04-16T00:00:00.000Z');
    expect(write).toMatchObject({
      closed: { ordinal: 1, start: START, end: HALFWAY, planId: 'small' },
      next: { planId: 'yearly', anchor: HALFWAY, cycle: 0, periodOrdinal: 2, periodEnd },
      successor: null,
      usage: 'carried',
    });
    expect(write.next.periodStart).toEqual(HALFWAY);
    expect([effectiveAt, then.counts.recordings?.used]).toEqual([HALFWAY, 7]);
    expect(proration).toMatchObject({ credit: -500, charge: 9000, due: 8500 });
  });

  it.each([0, -1, -5000])('%d ms after the boundary, the period lasts a millisecond', (ms) => {
    const { write, effectiveAt } = change(on(small), yearly, NOW, new Date(+START + ms));
    const end = new Date(+START + 1);
    expect(write.closed).toMatchObject({ start: START, end });
    expect(write.next).toMatchObject({ periodOrdinal: 2, periodStart: end, anchor: end });
    expect(effectiveAt).toEqual(end);
  });

  const NOW = { when: 'now' } as const;
});

describe('at the period end', () => {
  it('waits, and foretells the next period', () => {
    const setup = on(large);
    const { write, after: then, ...rest } = change(setup, yearly);
    const next = { ...setup.subscription, scheduledPlanId: 'yearly' };
    expect(write).toEqual({ next, closed: null, successor: null, usage: 'kept' });
    expect(rest).toMatchObject({ when: 'period_end', effectiveAt: END, proration: NOTHING });
    expect(then).toMatchObject({
      subscription: { planId: 'yearly', anchor: END, cycle: 0, periodOrdinal: 2, periodStart: END },
      counts: { recordings: { used: 0 } },
    });
  });

  it.each([
    [{ cancelAtPeriodEnd: true }, large],
    [{ autoRenew: false }, large],
    [{}, once],
  ])('is refused where nothing follows: %j', (changes, plan) => {
    const request = { when: 'period_end' } as const;
    expect(problemOf(() => change(on(plan, changes), free, request))).toBe('invalid_state');
  });

  it('may follow the trial of a plan that does not renew', () => {
    const trial = on(planOf('tried once', {}, { trialDays: 14, renews: false }));
    expect(change(trial, free, { when: 'period_end' }).effectiveAt).toEqual(
      trial.subscription.periodEnd,
    );
  });
});

describe('the own plan again', () => {
  const newer = planOf('small', { version: 2, priceAmount: 2000, intervalUnit: 'year' });

  it('changes nothing, and calls off a change that waits', () => {
    const setup = on(small, { scheduledPlanId: 'free' });
    const next = { ...setup.subscription, scheduledPlanId: null };
    expect(change(setup, small)).toMatchObject({
      ...{ when: 'now', effectiveAt: HALFWAY, proration: NOTHING },
      ...{ after: { subscription: next }, write: { next, usage: 'kept' } },
    });
  });

  it('foretells its newer version, which comes with the next period', () => {
    const setup = on(small);
    const told = change(setup, newer);
    expect(told).toMatchObject({ when: 'period_end', effectiveAt: END, plan: newer });
    expect(told.after).toMatchObject({
      subscription: { planVersion: 2, anchor: END, periodEnd: new Date('2028-05-01T00:00:00Z') },
      counts: { recordings: { used: 0 } },
    });
    expect(told.write.next).toEqual(setup.subscription);
  });

  it.each([{ cancelAtPeriodEnd: true }, { autoRenew: false }])(
    'does not, where no period follows: %j',
    (changes) => {
      expect(change(on(small, changes), newer)).toMatchObject({ when: 'now', plan: small });
    },
  );

  it('does not, where an unpaid trial moves to the default plan', () => {
    const plan = planOf('tried', { version: 2, priceAmount: 4000 }, { trialDays: 14 });
    expect(change(on(tried), plan, {}, START)).toMatchObject({ when: 'now', plan: tried });
  });
});

describe('a change on a subscription that has ended', () => {
  function canceled(plan: PlanWithTerms, at: Date, changes: Partial<Subscription> = {}) {
    const setup = on(plan, changes);
    return after(setup, cancel(setup.subscription, 'now', at).next);
  }

  it('begins a new one and keeps the old', () => {
    const setup = canceled(small, HALFWAY);
    const now = new Date('2027-06-15T00:00:00.000Z');
    const { write, effectiveAt, proration } = change(setup, large, {}, now);
    expect(write.next).toEqual({ ...setup.subscription, isCurrent: false });
    expect(write.successor).toMatchObject({ planId: 'large', periodOrdinal: 1, anchor: now });
    expect([effectiveAt, write.closed]).toEqual([now, null]);
    expect(proration).toMatchObject({ credit: 0, charge: 3000, due: 3000 });
  });

  it('costs nothing when staff assign it, or when it begins with a trial', () => {
    const setup = canceled(small, HALFWAY);
    expect(change(setup, large, { isAssigned: true }).proration).toEqual(NOTHING);
    const trial = change(setup, tried);
    expect(trial.write.successor).toMatchObject({ status: 'trialing', periodOrdinal: 0 });
    expect(trial.proration).toEqual(NOTHING);
  });

  it('gives no second trial', () => {
    const { write } = change({ ...canceled(small, HALFWAY), hadTrial: true }, tried);
    expect(write.successor).toMatchObject({ status: 'active', periodOrdinal: 1 });
  });

  const lastMoment = new Date(+END - 1);
  const leapDay = new Date('2028-02-29T00:00:00.000Z');
  it.each([
    ['canceled halfway, before the period would have ended', HALFWAY, lastMoment, 'carried'],
    ['canceled halfway, and back at its end', HALFWAY, END, 'reset'],
    ['canceled halfway, and back long after', HALFWAY, leapDay, 'reset'],
  ] as const)('%s', (_, canceledAt, now, usage) => {
    const then = change(canceled(small, canceledAt), small, {}, now);
    expect(then.write.usage).toBe(usage);
    expect(then.after.counts.recordings?.used).toBe(usage === 'carried' ? 7 : 0);
  });

  it.each([{ status: 'expired' }, { status: 'canceled', cancelAtPeriodEnd: true }] as const)(
    'whose period ran to its end resets the count: %j',
    (changes) => {
      // A pause across the end of a month: the cycle of the anchor ends after the period did.
      const anchor = new Date('2027-04-04T00:00:00.000Z');
      const ended = on(small, { ...changes, anchor, endedAt: END });
      expect(change(ended, small, {}, END).write.usage).toBe('reset');
    },
  );

  it('never begins before the old one has ended', () => {
    const setup = after(on(small), cancel(on(small).subscription, 'now', START).next);
    expect(change(setup, small, {}, START).effectiveAt).toEqual(setup.subscription.endedAt);
  });
});

describe('a trial of another plan', () => {
  it('ends a free subscription and carries its usage over', () => {
    const { write, proration } = change(on(free), tried);
    expect(write).toMatchObject({
      closed: { ordinal: 1, start: START, end: HALFWAY },
      next: { status: 'canceled', isCurrent: false, endedAt: HALFWAY, periodEnd: HALFWAY },
      successor: { status: 'trialing', planId: 'tried', periodStart: HALFWAY },
      usage: 'carried',
    });
    expect(proration).toEqual(NOTHING);
  });

  it('refills nothing while the period runs, wherever the anchor has moved to', () => {
    const anchor = new Date('2027-03-01T00:00:00.000Z');
    expect(change(on(free, { anchor }), tried).write.usage).toBe('carried');
  });

  it.each([
    ['a plan with a price', on(small)],
    ['an earlier trial', { ...on(free), hadTrial: true }],
  ])('is not given after %s', (_, setup) => {
    expect(change(setup, tried).write.successor).toBeNull();
  });
});

describe('what stands against a change', () => {
  const counts = countsOf({ applications: 2, seats: 5 });

  it('is listed by feature, and limits are inclusive', () => {
    const narrow = planOf('narrow', {}, { grants: limitsOf({ applications: 1, seats: 5 }) });
    const setup = { ...on(free), counts };
    const conflicts = [{ feature: 'applications', used: 2, limit: 1 }];
    expect(change(setup, narrow).conflicts).toEqual(conflicts);
    expect(change(setup, narrow, { when: 'period_end' }).conflicts).toEqual(conflicts);
    const wide = planOf('wide', {}, { grants: limitsOf({ applications: null, seats: null }) });
    expect(change(setup, wide).conflicts).toEqual([]);
  });

  it('two currencies are refused now, and may follow each other', () => {
    const euros = planOf('euros', { priceAmount: 3000, priceCurrency: 'eur' });
    expect(problemOf(() => change(on(small), euros, { when: 'now' }))).toBe('currency_mismatch');
    expect(change(on(small), euros, { when: 'period_end' }).proration.currency).toBe('eur');
    expect(change(on(small), euros, { isAssigned: true }).proration.due).toBe(0);
  });

  it('a paused subscription is refused', () => {
    const paused = on(small, { status: 'paused', pausedAt: START });
    expect(problemOf(() => change(paused, large))).toBe('invalid_state');
    expect(problemOf(() => change(paused, small, { isAssigned: true }))).toBe('invalid_state');
  });

  it('one that is past due changes and stays past due', () => {
    expect(change(on(small, { status: 'past_due' }), large).write.next.status).toBe('past_due');
  });
});

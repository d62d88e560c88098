import { PLATFORM_ID } from '../../src/common/ids';
import type { PlanResponse } from '../../src/modules/plans/dto/plan.response';
import { createApplication } from '../product/support/applications';
import { signUp, type Customer } from '../support/customers';
import { lengthOf, OwnSubscription } from '../support/life-cycle';
import { addMember } from '../support/members';
import { expectFaults, expectProblem } from '../support/problems';
import { sendRecording, storeRecording, storeRecordings } from '../product/support/recordings';
import { addStaff, assignPlan, makePlan, type StaffMember } from '../support/staff';
import {
  FREE_PERIOD_MS,
  FREE_RECORDINGS,
  LONG_SESSIONS,
  ONE_DAY_MS,
  renewAll,
  resetClock,
} from '../support/subscriptions';
import { TestApplication } from '../support/test-application';

/* An owner changes the plan, now or at the end of the period. Others are what a change costs, and what races with it. */

const WEEKLY = { unit: 'week', count: 1 };

let server: TestApplication;
let staff: StaffMember;
let customer: Customer;
let own: OwnSubscription;
let free: PlanResponse;
/** As `free`, with more of everything. */
let wide: PlanResponse;
/** Costs nothing either, but by the week. */
let weekly: PlanResponse;
/** Costs something, every 15 days. */
let priced: PlanResponse;
beforeAll(async () => {
  server = await TestApplication.start(LONG_SESSIONS);
  staff = await addStaff(server);
  wide = await makePlan(server, staff);
  weekly = await makePlan(server, staff, { interval: WEEKLY });
  priced = await makePlan(server, staff, { price: { amount: 1500, currency: 'usd' } });
});
afterAll(() => server.stop());
beforeEach(async () => {
  resetClock(server);
  customer = await signUp(server);
  own = new OwnSubscription(server, customer);
  free = customer.subscription.plan;
});

function changeTo({ id: planId }: Pick<PlanResponse, 'id'>, when?: string) {
  return own.act('change', { planId, when });
}

function askToChangeTo({ id: planId }: Pick<PlanResponse, 'id'>, when?: string) {
  return own.ask('change', { planId, when });
}

describe('a change to a plan of the same interval', () => {
  it('that costs no less takes effect at once; period, anchor and usage go on', async () => {
    await storeRecordings(server, customer, 3);
    const { currentPeriod, anchor, id } = await own.read();
    const changed = await changeTo(wide);
    expect(changed).toMatchObject({ id, plan: wide, status: 'active', currentPeriod, anchor });
    expect(changed.usage.recordings).toEqual({
      ...{ used: 3, limit: 1000, remaining: 997, credits: 0, overLimit: false },
      resetsAt: currentPeriod.end,
    });
    expect(await own.read()).toEqual(changed);
    expect(await own.verify()).toEqual({ counter: 3, rows: 3, equal: true });
    expect((await own.periods()).map(({ ordinal }) => ordinal)).toEqual([1]);
  });

  it('that costs less waits for the end of the period, where renewal applies it', async () => {
    await assignPlan(server, staff, customer, priced);
    await storeRecording(server, customer);
    const before = await own.read();
    const changed = await changeTo(free);
    expect(changed).toEqual({ ...before, scheduledPlan: free });
    server.clock.moveBy(FREE_PERIOD_MS);
    await renewAll(server);
    expect(await own.read()).toMatchObject({
      ...{ id: before.id, plan: free, scheduledPlan: null, anchor: before.anchor },
      currentPeriod: { ordinal: 2, start: before.currentPeriod.end },
      usage: { recordings: { used: 0, limit: FREE_RECORDINGS } },
    });
  });

  it('happens when it is asked to: a cheaper one now, a dearer one later', async () => {
    expect(await changeTo(wide, 'period_end')).toMatchObject({ plan: free, scheduledPlan: wide });
    await assignPlan(server, staff, customer, priced);
    expect(await changeTo(free, 'now')).toMatchObject({ plan: free, scheduledPlan: null });
  });

  it('takes the place of one that waits', async () => {
    await changeTo(wide, 'period_end');
    expect(await changeTo(weekly, 'period_end')).toMatchObject({ scheduledPlan: weekly });
    expect(await changeTo(wide, 'now')).toMatchObject({ plan: wide, scheduledPlan: null });
  });
});

describe('a change to a plan of another interval', () => {
  it('closes the period; the next begins there and continues ordinals and usage', async () => {
    await storeRecordings(server, customer, 3);
    const before = await own.read();
    const changed = await changeTo(weekly);
    const { start, end } = changed.currentPeriod;
    expect(changed).toMatchObject({
      ...{ id: before.id, plan: weekly, anchor: start, currentPeriod: { ordinal: 2 } },
      usage: { recordings: { used: 3, remaining: 997, resetsAt: end } },
    });
    expect(lengthOf(changed.currentPeriod)).toBe(7 * ONE_DAY_MS);
    const [, closed, ...others] = await own.periods();
    expect(others).toEqual([]);
    const { start: opened } = before.currentPeriod;
    const usage = { recordings: 3 };
    expect(closed).toMatchObject({ ordinal: 1, start: opened, end: start, planId: free.id, usage });
    await storeRecording(server, customer);
    expect(await own.verify()).toEqual({ counter: 4, rows: 4, equal: true });
  });

  it('counts the next periods from its own time, and from nothing', async () => {
    await storeRecordings(server, customer, 3);
    const { currentPeriod } = await changeTo(weekly);
    await storeRecording(server, customer);
    server.clock.moveBy(14 * ONE_DAY_MS);
    await renewAll(server);
    const [running, ...closed] = await own.periods();
    expect(running).toMatchObject({ ordinal: 4, usage: { recordings: 0 } });
    // What was carried over is counted where it was recorded.
    expect(closed.map(({ usage }) => usage.recordings)).toEqual([0, 1, 3]);
    expect(closed[1]).toMatchObject(currentPeriod);
    expect(Date.parse(running!.start)).toBe(Date.parse(currentPeriod.start) + 14 * ONE_DAY_MS);
    expect(await own.verify()).toEqual({ counter: 0, rows: 0, equal: true });
  });

  it('shows of the running period what was recorded in it, as when it is closed', async () => {
    await storeRecordings(server, customer, 3);
    await changeTo(weekly);
    await storeRecording(server, customer);
    expect((await own.periods()).map(({ usage }) => usage.recordings)).toEqual([1, 3]);
  });

  it('at the end of the period makes that the anchor', async () => {
    const { currentPeriod } = await changeTo(weekly, 'period_end');
    server.clock.moveBy(FREE_PERIOD_MS);
    await renewAll(server);
    const moved = await own.read();
    expect(moved).toMatchObject({ plan: weekly, anchor: currentPeriod.end });
    expect(lengthOf(moved.currentPeriod)).toBe(7 * ONE_DAY_MS);
  });

  it.each([0, -1000])('follows another change, by a clock that is %d ms on', async (moved) => {
    const first = await changeTo(weekly);
    server.clock.moveBy(moved);
    await storeRecording(server, customer);
    const second = await changeTo(free, 'now');
    expect(Date.parse(second.currentPeriod.start)).toBeGreaterThanOrEqual(
      Date.parse(first.currentPeriod.start),
    );
    server.clock.moveBy(FREE_PERIOD_MS - moved);
    await renewAll(server);
    const periods = await own.periods();
    expect(periods[0]).toMatchObject({ start: second.currentPeriod.end });
    expect(periods.slice(0, -1).map(({ start }) => start)).toEqual(
      periods.slice(1).map(({ end }) => end),
    );
  });
});

describe('up and down again', () => {
  it('refills nothing', async () => {
    await storeRecordings(server, customer, FREE_RECORDINGS);
    await changeTo(wide);
    await storeRecording(server, customer);
    await changeTo(free, 'now');
    const { usage } = await own.read();
    expect(usage.recordings).toMatchObject({ used: FREE_RECORDINGS + 1, remaining: 0 });
    expectProblem(await sendRecording(server, customer), 402, 'quota_exceeded');
  });

  it('by another interval refills nothing either', async () => {
    await storeRecordings(server, customer, FREE_RECORDINGS);
    await changeTo(weekly);
    await storeRecording(server, customer);
    const changed = await changeTo(free, 'now');
    expect(changed.usage.recordings).toMatchObject({ used: FREE_RECORDINGS + 1, remaining: 0 });
    expectProblem(await sendRecording(server, customer), 402, 'quota_exceeded');
    const count = FREE_RECORDINGS + 1;
    expect(await own.verify()).toEqual({ counter: count, rows: count, equal: true });
  });
});

describe('the same plan again', () => {
  it('is 200 without effect', async () => {
    const [before, history] = [await own.read(), await own.history()];
    for (const when of [undefined, 'now', 'period_end'])
      expect(await changeTo(free, when)).toEqual(before);
    expect(await own.history()).toEqual(history);
  });

  it('calls off a change that waits', async () => {
    const before = await own.read();
    await changeTo(wide, 'period_end');
    expect(await changeTo(free)).toEqual(before);
    server.clock.moveBy(FREE_PERIOD_MS);
    await renewAll(server);
    expect(await own.read()).toMatchObject({ plan: free, currentPeriod: { ordinal: 2 } });
  });

  it('needs neither listing nor payment', async () => {
    const unlisted = await makePlan(server, staff, { public: false, price: priced.price });
    const before = await assignPlan(server, staff, customer, unlisted);
    expect(await changeTo(unlisted)).toEqual(before);
    await server.post(`/v1/staff/plans/${unlisted.id}/archive`, staff.token);
    expect(await changeTo(unlisted)).toMatchObject({ plan: { id: unlisted.id } });
  });
});

describe('a change is refused', () => {
  it('to a plan that is not offered, as to one that never existed', async () => {
    const unlisted = await makePlan(server, staff, { public: false });
    const archived = await makePlan(server, staff);
    await server.post(`/v1/staff/plans/${archived.id}/archive`, staff.token).expect(200);
    for (const plan of [unlisted, archived, { id: PLATFORM_ID }])
      for (const action of ['change', 'preview-change'])
        expectProblem(await own.ask(action, { planId: plan.id }), 404, 'plan_not_found');
    expect(await own.read()).toMatchObject({ plan: free, scheduledPlan: null });
  });

  it.each(['now', 'period_end'])(
    '%s, to a plan with a price: there are no payments',
    async (when) => {
      const before = await own.read();
      expectProblem(await askToChangeTo(priced, when), 402, 'payment_required');
      expect(await own.read()).toEqual(before);
    },
  );

  it.each(['now', 'period_end'])('%s, while more is in use than the plan allows', async (when) => {
    await changeTo(wide);
    await createApplication(server, customer, 'One');
    const second = await createApplication(server, customer, 'Two');
    const narrow = await makePlan(server, staff, {
      limits: { recordings: 0, applications: 1, seats: 1 },
    });
    await storeRecording(server, customer);
    const { id } = await addMember(server, customer, 'viewer');
    const before = await own.read();
    const conflicts = [
      { feature: 'applications', used: 2, limit: 1 },
      { feature: 'seats', used: 2, limit: 1 },
    ];
    const refused = await askToChangeTo(narrow, when);
    expect(expectProblem(refused, 409, 'usage_exceeds_plan')).toMatchObject({ conflicts });
    expect(await own.preview({ planId: narrow.id, when })).toMatchObject({ when, conflicts });
    expect(await own.read()).toEqual(before);
    await server.delete(`/v1/applications/${second.id}`, customer.token).expect(204);
    const [, seats] = conflicts;
    const still = await askToChangeTo(narrow, when);
    expect(expectProblem(still, 409, 'usage_exceeds_plan')).toMatchObject({ conflicts: [seats] });
    await server.delete(`/v1/team-members/${id}`, customer.token).expect(204);
    await changeTo(narrow, when);
  });

  it('while the subscription is paused', async () => {
    await own.act('pause');
    for (const action of ['change', 'preview-change'])
      for (const plan of [free, wide])
        expectProblem(await own.ask(action, { planId: plan.id }), 409, 'invalid_state');
  });

  it('for the end of a period after which nothing follows', async () => {
    await own.act('cancel', { when: 'period_end' });
    expectProblem(await askToChangeTo(wide, 'period_end'), 409, 'invalid_state');
    expect(await changeTo(wide, 'now')).toMatchObject({ plan: wide, cancelAtPeriodEnd: true });
    await own.act('uncancel');
    await own.update({ autoRenew: false });
    expectProblem(await askToChangeTo(free, 'period_end'), 409, 'invalid_state');
  });

  it.each<[pointer: string, body: object]>([
    ['/planId', {}],
    ['/planId', { planId: 'free' }],
    ['/planId', { planId: null }],
    ['/when', { planId: PLATFORM_ID, when: 'later' }],
    ['/when', { planId: PLATFORM_ID, when: null }],
    ['/price', { planId: PLATFORM_ID, price: 0 }],
  ])('at %s: %j', async (pointer, body) => {
    expectFaults(await own.ask('change', body), pointer);
    expectFaults(await own.ask('preview-change', body), pointer);
  });
});

describe('after the end of a subscription, a change', () => {
  it('begins a new one, with the usage of the period that would still be running', async () => {
    await storeRecordings(server, customer, FREE_RECORDINGS);
    const ended = await own.act('cancel', { when: 'now' });
    const begun = await changeTo(free);
    expect(begun).toMatchObject({
      ...{ status: 'active', plan: free, autoRenew: true, canceledAt: null, endedAt: null },
      currentPeriod: { ordinal: 1, start: begun.anchor },
      usage: { recordings: { used: FREE_RECORDINGS, remaining: 0 } },
    });
    expect(begun.id).not.toBe(ended.id);
    expect(Date.parse(begun.anchor)).toBeGreaterThanOrEqual(Date.parse(ended.endedAt!));
    expect(lengthOf(begun.currentPeriod)).toBe(FREE_PERIOD_MS);
    expectProblem(await sendRecording(server, customer), 402, 'quota_exceeded');
    expect(await own.verify()).toMatchObject({ counter: FREE_RECORDINGS, equal: true });
  });

  it('begins a new one from nothing, where that period would be over', async () => {
    await storeRecordings(server, customer, 3);
    await own.act('cancel', { when: 'now' });
    server.clock.moveBy(FREE_PERIOD_MS);
    const { usage } = await changeTo(wide);
    expect(usage.recordings).toMatchObject({ used: 0, remaining: 1000 });
    await storeRecording(server, customer);
    expect(await own.verify()).toEqual({ counter: 1, rows: 1, equal: true });
  });

  it('starts a new one after it has expired, also before the renewal has run', async () => {
    await storeRecordings(server, customer, 3);
    const { id } = await own.update({ autoRenew: false });
    server.clock.moveBy(FREE_PERIOD_MS + ONE_DAY_MS);
    const begun = await changeTo(free);
    expect(begun).toMatchObject({ status: 'active', usage: { recordings: { used: 0 } } });
    expect(begun.id).not.toBe(id);
    expect((await own.history()).map(({ status }) => status)).toEqual([
      ...['active', 'expired', 'active', 'active'],
    ]);
  });

  it('is refused to a plan that is not offered or has a price, the former one too', async () => {
    const unlisted = await makePlan(server, staff, { public: false });
    for (const [plan, status, code] of [
      [unlisted, 404, 'plan_not_found'],
      [priced, 402, 'payment_required'],
    ] as const) {
      await assignPlan(server, staff, customer, plan);
      await own.act('cancel', { when: 'now' });
      expectProblem(await askToChangeTo(plan), status, code);
    }
    expect(await own.read()).toMatchObject({ status: 'canceled' });
  });

  it('is refused while more is in use than the plan allows', async () => {
    const none = await makePlan(server, staff, {
      limits: { recordings: 0, applications: 0, seats: 9 },
    });
    await createApplication(server, customer);
    await own.act('cancel', { when: 'now' });
    expectProblem(await askToChangeTo(none), 409, 'usage_exceeds_plan');
  });
});

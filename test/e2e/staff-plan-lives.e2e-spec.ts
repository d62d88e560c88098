import type { PlanResponse } from '../../src/modules/plans/dto/plan.response';
import type { SubscriptionResponse } from '../../src/modules/subscriptions/dto/subscription.response';
import { limitsOf } from '../support/subscription-fixtures';
import { signUp, type Customer } from '../support/customers';
import { walkPages } from '../support/pages';
import { expectProblem } from '../support/problems';
import { race, tally } from '../support/race';
import { sendRecording, storeRecording } from '../product/support/recordings';
import {
  changeSubscription,
  FREE_PERIOD_MS,
  ONE_DAY_MS,
  renewAll,
  resetClock,
} from '../support/subscriptions';
import { aPlan, StaffPlans } from '../support/staff-plans';
import type { TestApplication } from '../support/test-application';

const RACERS = 6;
const FREE_OF_CHARGE = { amount: 0, currency: 'usd' };

let plans: StaffPlans;
let server: TestApplication;
let free: PlanResponse;
beforeAll(async () => {
  plans = await StaffPlans.start();
  ({ server } = plans);
  free = (await plans.listAll()).find(({ slug }) => slug === 'free')!;
});
afterAll(() => server.stop());

async function listDefaults(): Promise<string[]> {
  return (await plans.listAll()).filter((plan) => plan.default).map(({ id }) => id);
}

describe('the default plan', () => {
  afterEach(() => plans.change(free, { default: true }));

  it('is another one as soon as staff say so, for those who sign up then', async () => {
    const next = await plans.create({ price: FREE_OF_CHARGE });
    expect(await plans.change(next, { default: true })).toEqual({ ...next, default: true });
    expect(await listDefaults()).toEqual([next.id]);
    expect((await signUp(server)).subscription.plan.slug).toBe(next.slug);
    const made = await plans.create({ price: FREE_OF_CHARGE, default: true });
    expect(await listDefaults()).toEqual([made.id]);
    expect((await signUp(server)).subscription.plan.slug).toBe(made.slug);
  });

  it('tells in the log which plan was it before', async () => {
    const next = await plans.create({ price: FREE_OF_CHARGE });
    const rows = await plans.readAudit(await plans.patch(next, { default: true }));
    expect(rows[next.id]?.changes).toEqual({ isDefault: [false, true] });
    expect(rows[free.id]?.changes).toEqual({ isDefault: [true, false] });
  });

  it('is free', async () => {
    const priced = await plans.create();
    const code = 'default_plan_must_be_free';
    expectProblem(await plans.patch(priced, { default: true }), 409, code);
    expectProblem(await plans.send(aPlan({ default: true })), 409, code);
    expectProblem(await plans.patch(free, { price: { amount: 1, currency: 'usd' } }), 409, code);
    expect(await listDefaults()).toEqual([free.id]);
    await plans.change(priced, { default: true, price: FREE_OF_CHARGE });
    expect(await listDefaults()).toEqual([priced.id]);
  });

  it('renews', async () => {
    const once = await plans.create({ price: FREE_OF_CHARGE, renews: false });
    const code = 'default_plan_must_renew';
    expectProblem(await plans.patch(once, { default: true }), 409, code);
    expectProblem(await plans.patch(free, { renews: false }), 409, code);
    const made = aPlan({ price: FREE_OF_CHARGE, renews: false, default: true });
    expectProblem(await plans.send(made), 409, code);
    expect(await listDefaults()).toEqual([free.id]);
  });

  it('stays until another takes its place', async () => {
    expectProblem(await plans.patch(free, { default: false }), 409, 'plan_is_default');
    expectProblem(await plans.askToArchive(free), 409, 'plan_is_default');
    expect(await plans.read(free)).toEqual(free);
  });

  it('stays where the plan that should take its place cannot be made', async () => {
    const made = aPlan({ slug: 'pro', price: FREE_OF_CHARGE, default: true });
    expectProblem(await plans.send(made), 409, 'plan_slug_taken');
    expect(await listDefaults()).toEqual([free.id]);
  });

  it('is one plan, under concurrent requests', async () => {
    const rivals = await race(RACERS, () => plans.create({ price: FREE_OF_CHARGE }));
    const answers = await plans.raceToEdit(RACERS + 2, (index) =>
      index < RACERS
        ? plans.patch(rivals[index]!, { default: true })
        : plans.send(aPlan({ price: FREE_OF_CHARGE, default: true })),
    );
    expect(tally(answers)).toEqual({ 200: RACERS, 201: 2 });
    expect(await listDefaults()).toHaveLength(1);
  });

  it('is not archived, nor priced, by a request that races with the one that makes it the default', async () => {
    const next = await plans.create({ price: FREE_OF_CHARGE });
    const edits = [
      () => plans.patch(next, { default: true }),
      () => plans.askToArchive(next),
      () => plans.patch(next, { price: { amount: 1, currency: 'usd' } }),
    ];
    await plans.raceToEdit(edits.length, (index) => edits[index]!());
    const [id, ...others] = await listDefaults();
    expect(others).toEqual([]);
    expect(await plans.read({ id: id! })).toMatchObject({ archived: false, price: FREE_OF_CHARGE });
  });
});

describe('POST /v1/staff/plans/{id}/archive', () => {
  it('takes a plan out of the list for good; twice is once', async () => {
    const plan = await plans.create();
    const first = await plans.askToArchive(plan);
    expect([first.status, first.body]).toEqual([200, { ...plan, archived: true }]);
    const { [plan.id]: row } = await plans.readAudit(first);
    expect(row).toMatchObject({ action: 'plan.archive', target: { type: 'plan' } });
    expect(Object.keys(row!.changes)).toEqual(['archivedAt']);
    const rows = await plans.countAuditRows();
    expect(await plans.archive(plan)).toEqual({ ...plan, archived: true });
    expect(await plans.countAuditRows()).toBe(rows);
    const offered = (await walkPages<PlanResponse>(server.get, '/v1/plans', 100)).flat();
    expect(offered.map(({ id }) => id)).not.toContain(plan.id);
  });

  it('leaves name, description and limits open, for those who are still on it', async () => {
    const plan = await plans.archive(await plans.create());
    const limits = { recordings: 1, applications: 1, seats: 1 };
    const open = { name: 'Old', description: 'Offered no more', limits };
    expect(await plans.change(plan, { ...open, public: true })).toEqual({
      ...plan,
      ...open,
      features: limitsOf(limits),
    });
  });

  it.each([
    { default: true },
    { default: true, price: FREE_OF_CHARGE },
    { price: { amount: 1, currency: 'usd' } },
    { interval: { unit: 'year', count: 1 } },
    { renews: false },
    { public: false },
    { trialDays: 1 },
    { name: 'Not even this', graceDays: 1 },
  ])('shuts the rest: %j', async (changes) => {
    const plan = await plans.archive(await plans.create());
    expectProblem(await plans.patch(plan, changes), 409, 'plan_archived');
    expect(await plans.read(plan)).toEqual(plan);
  });
});

describe('a subscriber', () => {
  let customer: Customer;
  let plan: PlanResponse;
  beforeEach(async () => {
    resetClock(server);
    customer = await signUp(server);
    plan = await plans.create({
      limits: { recordings: 1, applications: 2, seats: 3 },
      interval: { unit: 'day', count: 15 },
    });
    const { business } = customer;
    await changeSubscription(server.database, business.id, { planSlug: plan.slug });
  });
  afterAll(() => resetClock(server));

  const subscription = async (): Promise<SubscriptionResponse> => {
    const response = await server.get('/v1/subscription', customer.token);
    expect(response.status).toBe(200);
    return response.body as SubscriptionResponse;
  };

  it('has the new limits at once, on an archived plan too', async () => {
    await storeRecording(server, customer);
    expectProblem(await sendRecording(server, customer), 402, 'quota_exceeded');
    await plans.archive(plan);
    await plans.change(plan, { limits: { recordings: 2, seats: null } });
    expect(await subscription()).toMatchObject({
      plan: { version: 1, limits: { recordings: 2, applications: 2, seats: null } },
      usage: { recordings: { used: 1, limit: 2, remaining: 1 }, seats: { limit: null } },
    });
    await storeRecording(server, customer);
    await plans.change(plan, { limits: { recordings: 0 } });
    expectProblem(await sendRecording(server, customer), 402, 'quota_exceeded');
    await plans.change(plan, { limits: { recordings: null } });
    await storeRecording(server, customer);
  });

  it('meets another price and interval at the next period, not before', async () => {
    const { currentPeriod } = await subscription();
    await plans.change(plan, { price: { amount: 9900, currency: 'usd' } });
    const interval = { unit: 'week', count: 1 };
    const newest = await plans.change(plan, { interval });
    expect(await subscription()).toMatchObject({ plan, currentPeriod });
    server.clock.moveBy(FREE_PERIOD_MS - ONE_DAY_MS);
    await renewAll(server);
    expect(await subscription()).toMatchObject({ plan, currentPeriod });
    server.clock.moveBy(ONE_DAY_MS);
    await renewAll(server);
    const end = new Date(Date.parse(currentPeriod.end) + 7 * ONE_DAY_MS).toISOString();
    expect(await subscription()).toMatchObject({
      plan: newest,
      currentPeriod: { ordinal: 2, start: currentPeriod.end, end },
    });
  });
});

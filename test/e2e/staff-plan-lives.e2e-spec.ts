import type { Response } from 'supertest';
import { newId } from '../../src/common/ids';
import type { AuditEntryResponse } from '../../src/modules/audit/dto/audit-log';
import type { PlanResponse } from '../../src/modules/plans/dto/plan.response';
import type { SubscriptionResponse } from '../../src/modules/subscriptions/dto/subscription.response';
import { limitsOf } from '../support/subscription-fixtures';
import { signUp, type Customer } from '../support/customers';
import { holdingLocks } from '../support/held-locks';
import { walkPages } from '../support/pages';
import { expectProblem } from '../support/problems';
import { race, tally } from '../support/race';
import { sendRecording, storeRecording } from '../support/recordings';
import { addStaff, readAuditLog, type StaffMember } from '../support/staff';
import {
  changeSubscription,
  FREE_PERIOD_MS,
  LONG_SESSIONS,
  ONE_DAY_MS,
  renewAll,
  resetClock,
} from '../support/subscriptions';
import { TestApplication } from '../support/test-application';

const PLANS = '/v1/staff/plans';
const RACERS = 6;
/** What every editor has to wait for. */
const EDITING = 'LOCK TABLE plans IN SHARE ROW EXCLUSIVE MODE';

const FREE_OF_CHARGE = { amount: 0, currency: 'usd' };
const MONTHLY = { unit: 'month', count: 1 };

let server: TestApplication;
let staff: StaffMember;
let free: PlanResponse;
beforeAll(async () => {
  server = await TestApplication.start(LONG_SESSIONS);
  staff = await addStaff(server);
  free = (await listAll()).find(({ slug }) => slug === 'free')!;
});
afterAll(() => server.stop());

async function listAll(): Promise<PlanResponse[]> {
  return (await walkPages<PlanResponse>(asStaff, PLANS, 100)).flat();
}

function asStaff(path: string): Promise<Response> {
  return Promise.resolve(server.get(path, staff.token));
}

/** A body with what a new plan cannot do without. */
function aPlan(changes: object = {}): object & { slug: string } {
  const usual = {
    slug: `plan-${newId()}`,
    name: 'Plan',
    ...{ price: { amount: 4900, currency: 'usd' }, interval: MONTHLY },
    limits: { recordings: 10, applications: 2, seats: null },
  };
  return { ...usual, ...changes };
}

function send(body: object): Promise<Response> {
  return Promise.resolve(server.post(PLANS, staff.token, body));
}

async function create(changes: object = {}): Promise<PlanResponse> {
  const response = await send(aPlan(changes));
  expect(response.status).toBe(201);
  return response.body as PlanResponse;
}

function patch({ id }: Pick<PlanResponse, 'id'>, changes: object): Promise<Response> {
  return Promise.resolve(server.patch(`${PLANS}/${id}`, staff.token, changes));
}

async function change(plan: PlanResponse, changes: object): Promise<PlanResponse> {
  const response = await patch(plan, changes);
  expect(response.status).toBe(200);
  return response.body as PlanResponse;
}

function askToArchive({ id }: Pick<PlanResponse, 'id'>): Promise<Response> {
  return Promise.resolve(server.post(`${PLANS}/${id}/archive`, staff.token));
}

async function archive(plan: PlanResponse): Promise<PlanResponse> {
  const response = await askToArchive(plan);
  expect(response.status).toBe(200);
  return response.body as PlanResponse;
}

async function read({ id }: Pick<PlanResponse, 'id'>): Promise<PlanResponse> {
  const response = await asStaff(`${PLANS}/${id}`);
  expect(response.status).toBe(200);
  return response.body as PlanResponse;
}

/** Editors who all meet at the same lock, and are let go at once. */
async function raceToEdit(
  editors: number,
  edit: (index: number) => Promise<Response>,
): Promise<Response[]> {
  const { answers } = await holdingLocks(server.database, EDITING, [], async (untilWaited) => {
    const started = { answers: race(editors, edit) };
    await untilWaited(editors);
    return started; // inside an object, or they would be waited for with the lock still held
  });
  return answers;
}

async function listDefaults(): Promise<string[]> {
  return (await listAll()).filter((plan) => plan.default).map(({ id }) => id);
}

/** What the log of the installation tells of one request: by target, since rows of one moment have no order. */
async function readAudit({ headers }: Response): Promise<Record<string, AuditEntryResponse>> {
  const rows = await readAuditLog(server, staff.token, '', '/v1/staff/audit-log');
  const own = rows.filter(({ requestId }) => requestId === headers['x-request-id']);
  return Object.fromEntries(own.map((row) => [row.target.id ?? row.target.type, row]));
}

async function countAuditRows(): Promise<number> {
  const rows = await server.database.query(`SELECT FROM audit_log WHERE target_type ~ '^plan'`);
  return rows.length;
}

describe('the default plan', () => {
  afterEach(() => change(free, { default: true }));

  it('is another one as soon as staff say so, for those who sign up then', async () => {
    const next = await create({ price: FREE_OF_CHARGE });
    expect(await change(next, { default: true })).toEqual({ ...next, default: true });
    expect(await listDefaults()).toEqual([next.id]);
    expect((await signUp(server)).subscription.plan.slug).toBe(next.slug);
    const made = await create({ price: FREE_OF_CHARGE, default: true });
    expect(await listDefaults()).toEqual([made.id]);
    expect((await signUp(server)).subscription.plan.slug).toBe(made.slug);
  });

  it('tells in the log which plan was it before', async () => {
    const next = await create({ price: FREE_OF_CHARGE });
    const rows = await readAudit(await patch(next, { default: true }));
    expect(rows[next.id]?.changes).toEqual({ isDefault: [false, true] });
    expect(rows[free.id]?.changes).toEqual({ isDefault: [true, false] });
  });

  it('is free', async () => {
    const priced = await create();
    const code = 'default_plan_must_be_free';
    expectProblem(await patch(priced, { default: true }), 409, code);
    expectProblem(await send(aPlan({ default: true })), 409, code);
    expectProblem(await patch(free, { price: { amount: 1, currency: 'usd' } }), 409, code);
    expect(await listDefaults()).toEqual([free.id]);
    await change(priced, { default: true, price: FREE_OF_CHARGE });
    expect(await listDefaults()).toEqual([priced.id]);
  });

  it('renews', async () => {
    const once = await create({ price: FREE_OF_CHARGE, renews: false });
    const code = 'default_plan_must_renew';
    expectProblem(await patch(once, { default: true }), 409, code);
    expectProblem(await patch(free, { renews: false }), 409, code);
    const made = aPlan({ price: FREE_OF_CHARGE, renews: false, default: true });
    expectProblem(await send(made), 409, code);
    expect(await listDefaults()).toEqual([free.id]);
  });

  it('stays until another takes its place', async () => {
    expectProblem(await patch(free, { default: false }), 409, 'plan_is_default');
    expectProblem(await askToArchive(free), 409, 'plan_is_default');
    expect(await read(free)).toEqual(free);
  });

  it('stays where the plan that should take its place cannot be made', async () => {
    const made = aPlan({ slug: 'pro', price: FREE_OF_CHARGE, default: true });
    expectProblem(await send(made), 409, 'plan_slug_taken');
    expect(await listDefaults()).toEqual([free.id]);
  });

  it('is one plan, under concurrent requests', async () => {
    const rivals = await race(RACERS, () => create({ price: FREE_OF_CHARGE }));
    const answers = await raceToEdit(RACERS + 2, (index) =>
      index < RACERS
        ? patch(rivals[index]!, { default: true })
        : send(aPlan({ price: FREE_OF_CHARGE, default: true })),
    );
    expect(tally(answers)).toEqual({ 200: RACERS, 201: 2 });
    expect(await listDefaults()).toHaveLength(1);
  });

  it('is not archived, nor priced, by a request that races with the one that makes it the default', async () => {
    const next = await create({ price: FREE_OF_CHARGE });
    const edits = [
      () => patch(next, { default: true }),
      () => askToArchive(next),
      () => patch(next, { price: { amount: 1, currency: 'usd' } }),
    ];
    await raceToEdit(edits.length, (index) => edits[index]!());
    const [id, ...others] = await listDefaults();
    expect(others).toEqual([]);
    expect(await read({ id: id! })).toMatchObject({ archived: false, price: FREE_OF_CHARGE });
  });
});

describe('POST /v1/staff/plans/{id}/archive', () => {
  it('takes a plan out of the list for good; twice is once', async () => {
    const plan = await create();
    const first = await askToArchive(plan);
    expect([first.status, first.body]).toEqual([200, { ...plan, archived: true }]);
    const { [plan.id]: row } = await readAudit(first);
    expect(row).toMatchObject({ action: 'plan.archive', target: { type: 'plan' } });
    expect(Object.keys(row!.changes)).toEqual(['archivedAt']);
    const rows = await countAuditRows();
    expect(await archive(plan)).toEqual({ ...plan, archived: true });
    expect(await countAuditRows()).toBe(rows);
    const offered = (await walkPages<PlanResponse>(server.get, '/v1/plans', 100)).flat();
    expect(offered.map(({ id }) => id)).not.toContain(plan.id);
  });

  it('leaves name, description and limits open, for those who are still on it', async () => {
    const plan = await archive(await create());
    const limits = { recordings: 1, applications: 1, seats: 1 };
    const open = { name: 'Old', description: 'Offered no more', limits };
    expect(await change(plan, { ...open, public: true })).toEqual({
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
    const plan = await archive(await create());
    expectProblem(await patch(plan, changes), 409, 'plan_archived');
    expect(await read(plan)).toEqual(plan);
  });
});

describe('a subscriber', () => {
  let customer: Customer;
  let plan: PlanResponse;
  beforeEach(async () => {
    resetClock(server);
    customer = await signUp(server);
    plan = await create({
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
    await archive(plan);
    await change(plan, { limits: { recordings: 2, seats: null } });
    expect(await subscription()).toMatchObject({
      plan: { version: 1, limits: { recordings: 2, applications: 2, seats: null } },
      usage: { recordings: { used: 1, limit: 2, remaining: 1 }, seats: { limit: null } },
    });
    await storeRecording(server, customer);
    await change(plan, { limits: { recordings: 0 } });
    expectProblem(await sendRecording(server, customer), 402, 'quota_exceeded');
    await change(plan, { limits: { recordings: null } });
    await storeRecording(server, customer);
  });

  it('meets another price and interval at the next period, not before', async () => {
    const { currentPeriod } = await subscription();
    await change(plan, { price: { amount: 9900, currency: 'usd' } });
    const interval = { unit: 'week', count: 1 };
    const newest = await change(plan, { interval });
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

import type { Response } from 'supertest';
import { PLATFORM_ID } from '../../src/common/ids';
import type { SubscriptionEventResponse } from '../../src/modules/subscriptions/dto/subscription-event.response';
import { signUp, type Customer } from '../support/customers';
import { OwnSubscription, SUBSCRIPTION } from '../support/life-cycle';
import { addMember } from '../support/members';
import { BAD_CURSORS, BAD_LIST_QUERIES, walkPages } from '../support/pages';
import { comparable, expectFaults, expectProblem } from '../support/problems';
import { sendRecording } from '../product/support/recordings';
import {
  addStaff,
  askToAssign,
  assignPlan,
  makePlan,
  openSupport,
  REASON,
  type StaffMember,
} from '../support/staff';
import {
  changeSubscription,
  FREE_PERIOD_MS,
  LONG_SESSIONS,
  renewAll,
  resetClock,
} from '../support/subscriptions';
import { TestApplication } from '../support/test-application';

/* What happened to a subscription, and who or what caused it; and staff, who may assign any plan. */

const HISTORY = `${SUBSCRIPTION}/history`;

let server: TestApplication;
let staff: StaffMember;
let customer: Customer;
let own: OwnSubscription;
beforeAll(async () => {
  server = await TestApplication.start(LONG_SESSIONS);
  staff = await addStaff(server);
});
afterAll(() => server.stop());
beforeEach(async () => {
  resetClock(server);
  customer = await signUp(server);
  own = new OwnSubscription(server, customer);
});

function get(path: string): Promise<Response> {
  return Promise.resolve(server.get(path, customer.token));
}

/** What has happened since the signup, the oldest first. */
async function readEvents(): Promise<SubscriptionEventResponse[]> {
  return (await own.history()).slice(0, -1).reverse();
}

async function renewAfterPeriod(): Promise<void> {
  server.clock.moveBy(FREE_PERIOD_MS);
  await renewAll(server);
}

describe('the history', () => {
  it('begins with the signup', async () => {
    expect(await own.history()).toEqual([
      {
        ...{ id: expect.any(String) as string, at: expect.any(String) as string },
        ...{ action: 'business.sign_up', cause: expect.any(Object) as object, reason: null },
        ...{ statusBefore: null, status: 'active', planIdBefore: null },
        ...{ planId: customer.subscription.plan.id, scheduledPlanId: null },
        ...{ cancelAtPeriodEnd: false, autoRenew: true, periodOrdinal: 1 },
      },
    ]);
  });

  it('has each thing that an owner does, and who it was', async () => {
    const plan = await makePlan(server, staff);
    const later = await makePlan(server, staff);
    await own.act('change', { planId: later.id, when: 'period_end' });
    await own.act('change', { planId: plan.id });
    await own.act('pause');
    await own.act('resume');
    await own.update({ autoRenew: false });
    await own.act('cancel', { when: 'period_end' });
    await own.act('uncancel');
    await own.act('cancel', { when: 'now' });
    await own.act('change', { planId: plan.id });
    const events = await readEvents();
    const { id, email } = { id: customer.member.id, email: customer.email };
    const active = { status: 'active', statusBefore: 'active' };
    expect(events).toMatchObject([
      { action: 'subscription.change', ...active, scheduledPlanId: later.id },
      { action: 'subscription.change', ...active, planId: plan.id, scheduledPlanId: null },
      { action: 'subscription.pause', statusBefore: 'active', status: 'paused' },
      { action: 'subscription.resume', statusBefore: 'paused', status: 'active' },
      { action: 'subscription.update', ...active, autoRenew: false },
      { action: 'subscription.cancel', ...active, cancelAtPeriodEnd: true },
      { action: 'subscription.uncancel', ...active, cancelAtPeriodEnd: false },
      { action: 'subscription.cancel', statusBefore: 'active', status: 'canceled' },
      { action: 'subscription.change', statusBefore: null, status: 'active' },
    ]);
    for (const { cause, reason } of events) {
      expect(cause).toEqual({ kind: 'person', id, email });
      expect(reason).toBeNull();
    }
  });

  it('has nothing of what changes nothing', async () => {
    await own.update({ autoRenew: true });
    await own.act('change', { planId: customer.subscription.plan.id });
    await own.ask('uncancel');
    await own.ask('change', { planId: PLATFORM_ID });
    expect(await readEvents()).toEqual([]);
  });

  it('has what staff assign, with their reason, and is the same for both', async () => {
    const plan = await makePlan(server, staff, { public: false });
    await assignPlan(server, staff, customer, plan);
    await own.act('pause');
    const [assigned, paused] = await readEvents();
    expect(assigned).toMatchObject({
      ...{ action: 'staff_subscription.assign', reason: REASON },
      ...{ planIdBefore: customer.subscription.plan.id, planId: plan.id },
      cause: { kind: 'staff', id: staff.id, email: staff.email },
    });
    expect(paused).toMatchObject({ reason: null });
    const path = `/v1/staff/businesses/${customer.business.id}/subscription/history`;
    const seen = await server.get(path, staff.token);
    expect(seen.body).toEqual((await get(HISTORY)).body);
  });

  it('has what a renewal does, as the work of a job; a plain renewal is no event', async () => {
    await renewAfterPeriod();
    expect(await readEvents()).toEqual([]);
    const plan = await makePlan(server, await addStaff(server));
    await own.act('change', { planId: plan.id, when: 'period_end' });
    await renewAfterPeriod();
    await own.update({ autoRenew: false });
    await renewAfterPeriod();
    const events = await readEvents();
    const job = { action: 'subscription.renew', cause: { kind: 'job', email: null } };
    expect([events[1], events[3]]).toMatchObject([
      { ...job, planIdBefore: customer.subscription.plan.id, planId: plan.id, periodOrdinal: 3 },
      { ...job, statusBefore: 'active', status: 'expired', periodOrdinal: 3 },
    ]);
    expect(events).toHaveLength(4);
  });

  it('has a cancellation that renewal carries out', async () => {
    await own.act('cancel', { when: 'period_end' });
    await renewAfterPeriod();
    const [, canceled] = await readEvents();
    const cause = { kind: 'job', id: PLATFORM_ID, email: null };
    expect(canceled).toMatchObject({ action: 'subscription.renew', status: 'canceled', cause });
  });

  it('names the key whose recording came before the job', async () => {
    await own.act('cancel', { when: 'period_end' });
    server.clock.moveBy(FREE_PERIOD_MS);
    expectProblem(await sendRecording(server, customer), 403, 'subscription_inactive');
    const [, canceled] = await readEvents();
    expect(canceled).toMatchObject({ status: 'canceled', cause: { kind: 'sdk' } });
  });

  it('is in the audit log too', async () => {
    await own.act('pause');
    const log = await get('/v1/audit-log?action=subscription.pause');
    expect(log.body).toMatchObject({
      data: [{ target: { type: 'subscription' }, changes: { status: ['active', 'paused'] } }],
    });
  });
});

describe.each([
  ['the owner’s', HISTORY, () => customer.token],
  ['the staff’s', 'staff', () => staff.token],
])('%s list of it', (_, path, tokenOf) => {
  const list = (query = '') => {
    const staffs = `/v1/staff/businesses/${customer.business.id}/subscription/history`;
    return Promise.resolve(server.get(`${path === 'staff' ? staffs : path}${query}`, tokenOf()));
  };

  it('goes page by page', async () => {
    for (const autoRenew of [false, true, false, true]) await own.update({ autoRenew });
    const all = await own.history();
    expect(all).toHaveLength(5);
    for (const limit of [1, 2, 5]) {
      const pages = await walkPages<SubscriptionEventResponse>(
        (query) => list(query.slice(query.indexOf('?'))),
        '',
        limit,
      );
      expect(pages.flat()).toEqual(all);
    }
  });

  it.each(BAD_LIST_QUERIES)('refuses ?%s', async (query, pointer) => {
    expectFaults(await list(`?${query}`), pointer);
  });

  it.each(BAD_CURSORS)('refuses a cursor that is %s', async (__, cursor) => {
    expectFaults(await list(`?cursor=${encodeURIComponent(cursor)}`), '/cursor');
  });
});

describe('who reads it', () => {
  it('every member, and support', async () => {
    await signUp(server); // whose events are not among them
    const viewer = await addMember(server, customer, 'viewer');
    const support = await openSupport(server, staff, customer);
    for (const { token } of [viewer, support]) {
      const seen = await server.get(HISTORY, token);
      expect([seen.status, seen.body]).toEqual([200, (await get(HISTORY)).body]);
    }
  });

  it('no other credential', async () => {
    expectProblem(await server.get(HISTORY), 401, 'unauthenticated');
    for (const token of [customer.key, staff.token])
      expectProblem(await server.get(HISTORY, token), 403, 'wrong_credential_kind');
  });
});

describe('staff assign a plan', () => {
  it('unlisted, priced or too small for what is in use: at once and free of charge', async () => {
    const tiny = await makePlan(server, staff, {
      ...{ public: false, price: { amount: 9900, currency: 'eur' } },
      limits: { recordings: 0, applications: 0, seats: 0 },
    });
    const assigned = await assignPlan(server, staff, customer, tiny);
    expect(assigned).toMatchObject({ plan: tiny, status: 'active' });
    expect(await own.read()).toEqual(assigned);
    expectProblem(await sendRecording(server, customer), 402, 'quota_exceeded');
  });

  it('which replaces a scheduled change, and starts a new one after the end', async () => {
    const plan = await makePlan(server, staff);
    await own.act('change', { planId: plan.id, when: 'period_end' });
    const unlimited = await makePlan(server, staff, {
      limits: { recordings: null, applications: null, seats: null },
    });
    const assigned = await assignPlan(server, staff, customer, unlimited);
    expect(assigned).toMatchObject({ plan: unlimited, scheduledPlan: null });
    await own.act('cancel', { when: 'now' });
    const again = await assignPlan(server, staff, customer, plan);
    expect(again).toMatchObject({ plan, status: 'active', currentPeriod: { ordinal: 1 } });
    expect(again.id).not.toBe(assigned.id);
  });

  it('not to a paused subscription, nor an archived or unknown plan, nor an unknown business', async () => {
    const plan = await makePlan(server, staff);
    const assign = (planId: string, to: Pick<Customer, 'business'> = customer) =>
      askToAssign(server, staff, to, { planId, reason: REASON });
    expectProblem(await assign(PLATFORM_ID), 404, 'plan_not_found');
    const unknown = { business: { ...customer.business, id: PLATFORM_ID } };
    const missing = await assign(plan.id, unknown);
    expectProblem(missing, 404, 'business_not_found');
    const malformed = await assign(plan.id, { business: { ...customer.business, id: 'acme' } });
    expect(comparable(malformed)).toEqual(comparable(missing));
    await own.act('pause');
    expectProblem(await assign(plan.id), 409, 'invalid_state');
    await own.act('resume');
    await server.post(`/v1/staff/plans/${plan.id}/archive`, staff.token).expect(200);
    expectProblem(await assign(plan.id), 409, 'plan_archived');
    expect(await own.read()).toMatchObject({ plan: customer.subscription.plan });
  });

  it.each<[pointer: string, body: object]>([
    ['/reason', { planId: PLATFORM_ID }],
    ['/reason', { planId: PLATFORM_ID, reason: '' }],
    ['/reason', { planId: PLATFORM_ID, reason: 'r'.repeat(501) }],
    ['/planId', { reason: REASON }],
    ['/when', { planId: PLATFORM_ID, reason: REASON, when: 'now' }],
  ])('not with a fault at %s: %j', async (pointer, body) => {
    expectFaults(await askToAssign(server, staff, customer, body), pointer);
  });

  it('and no other credential does', async () => {
    const body = { planId: customer.subscription.plan.id, reason: REASON };
    const as = (token: string) => askToAssign(server, { token }, customer, body);
    expectProblem(await as('tnf_nonsense'), 401, 'unauthenticated');
    for (const token of [customer.token, customer.key])
      expectProblem(await as(token), 403, 'wrong_credential_kind');
  });

  it('and the history tells of a change that no route made', async () => {
    await changeSubscription(server.database, customer.business.id, { autoRenew: false });
    const [event] = await readEvents();
    expect(event).toMatchObject({ action: 'database.update', cause: { kind: 'database' } });
  });
});

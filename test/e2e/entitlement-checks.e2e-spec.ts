import type { Response } from 'supertest';
import { newId } from '../../src/common/ids';
import { listRows } from '../support/architecture/rows';
import { signUp, type Customer } from '../support/customers';
import { expectFaults, expectProblem } from '../support/problems';
import { sendRecording } from '../product/support/recordings';
import { createServiceKey } from '../support/service-keys';
import { addStaff, assignPlan, grantCredit, makePlan, type StaffMember } from '../support/staff';
import { changeSubscription } from '../support/subscriptions';
import { TestApplication } from '../support/test-application';

/* What a business may have, asked beforehand by a back end: the answer that the counting route would give. */

const CHECK = '/v1/entitlements/check';
const LIMIT = 3;

let server: TestApplication;
let staff: StaffMember;
let key: string;
let customer: Customer;
beforeAll(async () => {
  server = await TestApplication.start();
  staff = await addStaff(server);
  ({ key } = await createServiceKey(server, staff));
});
beforeEach(async () => {
  customer = await signUp(server);
});
afterAll(() => server.stop());

function check(body: object): Promise<Response> {
  const businessId = customer.business.id;
  return Promise.resolve(server.post(CHECK, key, { businessId, ...body }));
}

async function answerTo(feature: string, amount?: number): Promise<unknown> {
  const response = await check({ feature, ...(amount !== undefined && { amount }) });
  expect([response.status, response.body]).toEqual([200, expect.any(Object)]);
  return response.body;
}

/** A feature that staff add. */
async function addFeature(kind: string): Promise<string> {
  const featureKey = `${kind}_${newId().replaceAll('-', '')}`;
  const feature = { key: featureKey, name: kind, kind };
  expect((await server.post('/v1/staff/features', staff.token, feature)).status).toBe(201);
  return featureKey;
}

async function grant(features: object): Promise<void> {
  const plan = await makePlan(server, staff, { features, limits: {} });
  await assignPlan(server, staff, customer, plan);
}

describe('a metered feature', () => {
  const used = (count: number, remaining: number) => ({
    ...{ used: count, limit: LIMIT, remaining, credits: 0, overLimit: false },
    resetsAt: expect.any(String) as string,
  });
  const refusal = { allowed: false, reason: 'quota_exceeded' };

  it('is allowed as far as the plan goes, and not one more', async () => {
    await grant({ recordings: { limit: LIMIT } });
    const usage = used(0, LIMIT);
    expect(await answerTo('recordings')).toEqual({ allowed: true, reason: null, usage });
    expect(await answerTo('recordings', LIMIT)).toEqual({ allowed: true, reason: null, usage });
    expect(await answerTo('recordings', LIMIT + 1)).toEqual({ ...refusal, usage });
    for (let sent = 0; sent < LIMIT; sent += 1) await sendRecording(server, customer);
    expect(await answerTo('recordings')).toEqual({ ...refusal, usage: used(LIMIT, 0) });
    expectProblem(await sendRecording(server, customer), 402, 'quota_exceeded');
  });

  it('is allowed by credits, an unlimited plan, and a soft limit', async () => {
    await grant({ recordings: { limit: 0 } });
    expect(await answerTo('recordings')).toMatchObject(refusal);
    await grantCredit(server, staff, customer, 2);
    expect(await answerTo('recordings', 2)).toMatchObject({ allowed: true });
    expect(await answerTo('recordings', 3)).toMatchObject(refusal);
    await grant({ recordings: { limit: 0, mode: 'soft' } });
    expect(await answerTo('recordings', 3)).toMatchObject({ allowed: true });
    await grant({ recordings: { limit: null } });
    expect(await answerTo('recordings', 1_000_000_000)).toMatchObject({ allowed: true });
  });

  it('is not allowed where the plan does not name it, or the subscription is paused', async () => {
    const exports = await addFeature('metered');
    expect(await answerTo(exports)).toMatchObject({ ...refusal, usage: { limit: 0 } });
    await changeSubscription(server.database, customer.business.id, { status: 'paused' });
    const inactive = { allowed: false, reason: 'subscription_inactive' };
    expect(await answerTo('recordings')).toMatchObject(inactive);
  });

  it('is not allowed once it is archived', async () => {
    const exports = await addFeature('metered');
    await grant({ [exports]: { limit: 5 } });
    expect(await answerTo(exports)).toMatchObject({ allowed: true });
    await server.patch(`/v1/staff/features/${exports}`, staff.token, { archived: true });
    const archived = { allowed: false, reason: 'feature_archived', usage: null };
    expect(await answerTo(exports)).toEqual(archived);
  });
});

it('an allocated feature is allowed as far as there is room', async () => {
  await grant({ seats: { limit: 2 } });
  const usage = { used: 1, limit: 2, remaining: 1 };
  expect(await answerTo('seats')).toEqual({ allowed: true, reason: null, usage });
  expect(await answerTo('seats', 2)).toEqual({ allowed: false, reason: 'limit_reached', usage });
});

it('flags and values are allowed where they are granted, by the plan or to the business', async () => {
  const [sso, region] = [await addFeature('flag'), await addFeature('config')];
  const off = { allowed: false, usage: null };
  expect(await answerTo(sso)).toEqual({ ...off, reason: 'not_enabled' });
  expect(await answerTo(region)).toEqual({ ...off, reason: 'no_value' });
  await grant({ [sso]: { enabled: true }, [region]: { value: 'eu' } });
  const on = { allowed: true, reason: null, usage: null };
  expect([await answerTo(sso), await answerTo(region)]).toEqual([on, on]);
  const own = { enabled: false, reason: 'A pilot has ended' };
  const path = `/v1/staff/businesses/${customer.business.id}/entitlements/${sso}`;
  expect((await server.send('put', path, staff.token).send(own)).status).toBe(200);
  expect(await answerTo(sso)).toEqual({ ...off, reason: 'not_enabled' });
});

describe('bad input', () => {
  it('is refused, each fault as itself', async () => {
    expectProblem(await check({ feature: 'unheard_of' }), 404, 'feature_not_found');
    expectProblem(await check({ feature: `'; DROP TABLE features; --` }), 404, 'feature_not_found');
    expectFaults(await check({}), '/feature');
    expectFaults(await check({ feature: 1 }), '/feature');
    expectFaults(await check({ feature: '' }), '/feature');
    expectFaults(await check({ feature: 'x'.repeat(64) }), '/feature');
    for (const amount of [0, -1, 1.5, '1', null, 1_000_000_001, 2 ** 53])
      expectFaults(await check({ feature: 'recordings', amount }), '/amount');
    const flag = await addFeature('flag');
    const [fault] = expectFaults(await check({ feature: flag, amount: 2 }), '/amount');
    expect(fault!.code).toBe('feature_kind');
    expectFaults(await check({ feature: 'recordings', reserve: true }), '/reserve');
  });
});

it('writes nothing, and takes no Idempotency-Key', async () => {
  await answerTo('recordings'); // the use of the key is recorded
  const before = await listRows(server.database);
  const body = { businessId: customer.business.id, feature: 'recordings' };
  for (let times = 0; times < 2; times += 1) {
    const answer = await server.post(CHECK, key, body).set('idempotency-key', 'the same');
    expect([answer.status, answer.headers['idempotency-replayed']]).toEqual([200, undefined]);
  }
  expect(await listRows(server.database)).toEqual(before);
});

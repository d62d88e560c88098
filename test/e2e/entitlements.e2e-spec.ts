import type { Response } from 'supertest';
import type { FeatureResponse } from '../../src/modules/features/dto/feature';
import type { EntitlementsResponse } from '../../src/modules/entitlement-reads/dto/entitlements.response';
import { signUp, type Customer } from '../support/customers';
import { addFeature, giveOwnGrant } from '../support/entitlements';
import { addMember } from '../support/members';
import { expectProblem } from '../support/problems';
import { race } from '../support/race';
import { sendRecording, storeRecordings } from '../product/support/recordings';
import { createServiceKey } from '../support/service-keys';
import { addStaff, assignPlan, grantCredit, makePlan, type StaffMember } from '../support/staff';
import { statementsOf } from '../support/statement-counter';
import { LONG_SESSIONS, resetClock } from '../support/subscriptions';
import { TestApplication } from '../support/test-application';

/* One document of all that a business has, and what it costs to ask whether it has changed. */

const PATH = '/v1/entitlements';
const A_MINUTE_MS = 60_000;

let server: TestApplication;
let staff: StaffMember;
let sso: FeatureResponse;
let region: FeatureResponse;
let exports: FeatureResponse;
let customer: Customer;
beforeAll(async () => {
  server = await TestApplication.start(LONG_SESSIONS);
  staff = await addStaff(server);
  sso = await addFeature(server, staff, { kind: 'flag' });
  region = await addFeature(server, staff, { kind: 'config', visibility: 'client' });
  exports = await addFeature(server, staff, { resets: 'never' });
});
afterAll(() => server.stop());
beforeEach(async () => {
  resetClock(server);
  customer = await signUp(server);
});

function ask(token = customer.token, tag?: string): Promise<Response> {
  const request = server.get(PATH, token).set('accept-encoding', 'identity');
  return Promise.resolve(tag === undefined ? request : request.set('if-none-match', tag));
}

async function features(token?: string): Promise<EntitlementsResponse['features']> {
  const response = await ask(token);
  expect(response.status).toBe(200);
  return (response.body as EntitlementsResponse).features;
}

async function tagOf(token?: string): Promise<string> {
  return String((await ask(token)).headers.etag);
}

const give = (key: string, body: object) => giveOwnGrant(server, staff, customer, key, body);

describe('the document', () => {
  it('has every feature in the form of its kind', async () => {
    await storeRecordings(server, customer, 2);
    const all = await features();
    expect(all.recordings).toEqual({
      ...{ kind: 'metered', source: 'plan', limit: 100, mode: 'hard', used: 2, remaining: 98 },
      ...{ resetsAt: customer.subscription.currentPeriod.end, credits: 0, overLimit: false },
    });
    expect(all.seats).toEqual({
      ...{ kind: 'allocated', source: 'plan', limit: 3, mode: 'hard', used: 1, remaining: 2 },
      overLimit: false,
    });
    expect(all[sso.key]).toEqual({ kind: 'flag', source: 'plan', enabled: false });
    expect(all[region.key]).toEqual({ kind: 'config', source: 'plan', value: null });
    expect(all[exports.key]).toMatchObject({ source: 'plan', limit: 0, used: 0, resetsAt: null });
  });

  it('says what decides: the plan, its own grant, or credits alone', async () => {
    const granted = { [sso.key]: { enabled: true }, [region.key]: { value: 'eu' } };
    const plan = await makePlan(server, staff, { features: granted });
    await assignPlan(server, staff, customer, plan);
    expect(await features()).toMatchObject({
      [sso.key]: { source: 'plan', enabled: true },
      [region.key]: { source: 'plan', value: 'eu' },
    });
    await give(sso.key, { enabled: false });
    await give(region.key, { value: 7 });
    await give('seats', { limit: 0, mode: 'soft' });
    await give('recordings', { limit: 0 });
    expect(await features()).toMatchObject({
      [sso.key]: { source: 'business', enabled: false },
      [region.key]: { source: 'business', value: 7 },
      seats: { source: 'business', mode: 'soft', limit: 0, remaining: 0, overLimit: true },
      recordings: { source: 'business', remaining: 0 },
    });
    await grantCredit(server, staff, customer, 5);
    expect((await features()).recordings).toMatchObject({ source: 'credit', remaining: 5 });
  });

  it('leaves out grants that have ended, and archived features that are not used', async () => {
    const expiresAt = new Date(server.clock.at(new Date()).getTime() + A_MINUTE_MS);
    const old = await addFeature(server, staff, { kind: 'flag' });
    await give(sso.key, { enabled: true, expiresAt });
    expect(await features()).toMatchObject({ [sso.key]: { enabled: true }, [old.key]: {} });
    await server.patch(`/v1/staff/features/${old.key}`, staff.token, { archived: true });
    server.clock.moveBy(A_MINUTE_MS);
    const later = await features();
    expect(later[sso.key]).toEqual({ kind: 'flag', source: 'plan', enabled: false });
    expect(later).not.toHaveProperty(old.key);
  });

  it('shows an SDK key what is visible to clients, and a service key all of the business it names', async () => {
    const seen = await features(customer.key);
    expect(Object.keys(seen).sort()).toEqual([region.key, 'recordings'].sort());
    const { key } = await createServiceKey(server, staff, { scopes: ['entitlements:read'] });
    const named = await server.get(`${PATH}?businessId=${customer.business.id}`, key);
    expect(named.body).toEqual({ features: await features() });
    const { key: other } = await createServiceKey(server, staff, { scopes: ['usage:read'] });
    const refused = await server.get(`${PATH}?businessId=${customer.business.id}`, other);
    expectProblem(refused, 403, 'insufficient_scope');
    expectProblem(await ask(staff.token), 403, 'wrong_credential_kind');
    expect((await ask((await addMember(server, customer, 'viewer')).token)).status).toBe(200);
  });
});

describe('the tag', () => {
  it('is strong, and the same as long as nothing changes; the compressed answer has a weak one', async () => {
    await give(region.key, { value: 'long enough to be compressed'.repeat(30) });
    const first = await ask();
    const tag = String(first.headers.etag);
    expect(tag).toMatch(/^"[\w-]{43}"$/);
    expect(first.headers['cache-control']).toBe('private, no-cache');
    expect(await tagOf()).toBe(tag);
    const packed = await server.get(PATH, customer.token).set('accept-encoding', 'gzip');
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(packed.headers.etag).toBe(`W/${tag}`);
    for (const known of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const { status, text, headers } = await ask(customer.token, known);
      expect([status, text, headers.etag]).toEqual([304, '', tag]);
    }
    expect((await ask(customer.token, '"other"')).status).toBe(200);
    expect(await tagOf(customer.key)).not.toBe(tag);
  });

  it('is checked without a query where nothing has changed', async () => {
    for (const token of [customer.token, customer.key]) {
      const tag = await tagOf(token);
      const { all } = await statementsOf(async () => {
        for (const status of [304, 304]) expect((await ask(token, tag)).status).toBe(status);
      });
      expect(all).toEqual([]);
    }
  });

  it.each<[what: string, change: () => Promise<unknown>]>([
    ['a recording', () => storeRecordings(server, customer, 1)],
    ['a recording with an Idempotency-Key', () => sendOnce()],
    ['an event of a back end', () => countEvent()],
    ['a member', () => addMember(server, customer, 'viewer')],
    ['an own grant', () => give(sso.key, { enabled: true })],
    ['a credit', () => grantCredit(server, staff, customer, 1)],
    ['a plan', async () => assignPlan(server, staff, customer, await makePlan(server, staff))],
    ['a feature of the catalogue', () => addFeature(server, staff, { kind: 'flag' })],
  ])('is another one at once after %s here', async (_, change) => {
    const tag = await tagOf();
    expect((await ask(customer.token, tag)).status).toBe(304);
    await change();
    const answer = await ask(customer.token, tag);
    expect([answer.status, answer.headers.etag]).toEqual([200, await tagOf()]);
  });

  async function countEvent(): Promise<void> {
    const { key } = await createServiceKey(server, staff);
    await give(exports.key, { limit: 5 });
    const before = await features();
    const event = { businessId: customer.business.id, feature: exports.key, amount: 2 };
    const counted = await server.post('/v1/usage-events', key, { ...event, eventId: 'one' });
    expect(counted.status).toBe(201);
    expect(before[exports.key]).toMatchObject({ used: 0, remaining: 5 });
    expect((await features())[exports.key]).toMatchObject({ used: 2, remaining: 3 });
  }

  function sendOnce(): Promise<Response> {
    const body = { externalId: 'once', startedAt: '2026-01-01T00:00:00Z', durationMs: 1 };
    const request = server.post('/v1/recordings', customer.key, body);
    return Promise.resolve(request.set('idempotency-key', 'once'));
  }

  it('is another one after a second where something else has changed it', async () => {
    const tag = await tagOf();
    await server.database.query(
      `UPDATE usage_counters SET used = used + 1 WHERE business_id = $1 AND feature = 'seats'`,
      [customer.business.id],
    );
    server.clock.moveBy(1_000);
    expect((await ask(customer.token, tag)).status).toBe(200);
  });
});

it('many that ask at once are told what was stored here before they asked', async () => {
  for (let stored = 1; stored <= 5; stored += 1) {
    const asked = race(10, () => features());
    expect((await sendRecording(server, customer)).status).toBe(201);
    const after = await race(10, () => features());
    expect(after.map(({ recordings }) => recordings)).toEqual(
      Array.from({ length: 10 }, () => expect.objectContaining({ used: stored }) as object),
    );
    await asked;
  }
});

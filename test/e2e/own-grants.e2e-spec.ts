import type { Response } from 'supertest';
import { newId, PLATFORM_ID } from '../../src/common/ids';
import type { BusinessGrantResponse } from '../../src/modules/entitlements/dto/business-grant';
import type { UsageResponse } from '../../src/modules/entitlements/dto/usage.response';
import { createApplication } from '../product/support/applications';
import { signUp, type Customer } from '../support/customers';
import { addFeature, askForOwnGrant, giveOwnGrant, ownGrantsOf } from '../support/entitlements';
import { holdingLocks } from '../support/held-locks';
import { BAD_CURSORS, walkPages } from '../support/pages';
import { comparable, expectFaults, expectProblem } from '../support/problems';
import { race, tally } from '../support/race';
import { sendRecording, storeRecordings } from '../product/support/recordings';
import { addStaff, readAuditLog, REASON, type StaffMember } from '../support/staff';
import { LONG_SESSIONS, readCount, resetClock } from '../support/subscriptions';
import { TestApplication } from '../support/test-application';

/* What staff give one business in place of its plan's grant. The default plan: 100 recordings, 1 application, 3 seats. */

const ONE_HOUR_MS = 3_600_000;
const LARGEST = Number.MAX_SAFE_INTEGER;

let server: TestApplication;
let staff: StaffMember;
let customer: Customer;
beforeAll(async () => {
  server = await TestApplication.start(LONG_SESSIONS);
  staff = await addStaff(server);
});
afterAll(() => server.stop());
beforeEach(async () => {
  resetClock(server);
  customer = await signUp(server);
});

function give(key: string, body: object): Promise<BusinessGrantResponse> {
  return giveOwnGrant(server, staff, customer, key, body);
}

function ask(key: string, body: object): Promise<Response> {
  return askForOwnGrant(server, staff, customer, key, body);
}

function takeBack(key: string): Promise<Response> {
  return Promise.resolve(server.delete(`${ownGrantsOf(customer)}/${key}`, staff.token));
}

async function list(): Promise<BusinessGrantResponse[]> {
  const asStaff = (path: string) => Promise.resolve(server.get(path, staff.token));
  return (await walkPages<BusinessGrantResponse>(asStaff, ownGrantsOf(customer), 2)).flat();
}

async function usage(): Promise<UsageResponse> {
  return (await server.get('/v1/usage', customer.token)).body as UsageResponse;
}

const inAnHour = () => new Date(server.clock.at(new Date()).getTime() + ONE_HOUR_MS);

describe('a grant of its own', () => {
  it('is in place of the plan’s until it is taken back, for what is counted and what is created', async () => {
    await storeRecordings(server, customer, 3);
    const granted = await give('recordings', { limit: 3 });
    expect(granted).toEqual({
      ...{ feature: 'recordings', limit: 3, mode: 'hard', reason: REASON, expired: false },
      ...{ grantedBy: staff.email, createdAt: expect.any(String) as string, expiresAt: null },
    });
    expectProblem(await sendRecording(server, customer), 402, 'quota_exceeded');
    await give('recordings', { limit: 3, mode: 'soft' });
    expect((await sendRecording(server, customer)).body).toMatchObject({
      usage: { used: 4, limit: 3, overLimit: true },
    });
    await createApplication(server, customer);
    const another = () => server.post('/v1/applications', customer.token, { name: 'Another' });
    expectProblem(await another(), 402, 'limit_reached');
    await give('applications', { limit: null });
    expect((await another()).status).toBe(201);
    expect(await usage()).toMatchObject({
      recordings: { used: 4, limit: 3, remaining: 0, overLimit: true },
      applications: { used: 2, limit: null, remaining: null },
      seats: { used: 1, limit: 3 },
    });
    expect((await takeBack('recordings')).status).toBe(204);
    expectProblem(await takeBack('recordings'), 404, 'own_grant_not_found');
    expect(await usage()).toMatchObject({ recordings: { used: 4, limit: 100, remaining: 96 } });
  });

  it('of any kind is listed in the order of features, and replaced by the next', async () => {
    const sso = await addFeature(server, staff, { kind: 'flag' });
    const region = await addFeature(server, staff, { kind: 'config', values: ['eu', 3] });
    await give(region.key, { value: 'eu' });
    await give(sso.key, { enabled: true });
    await give('seats', { limit: LARGEST });
    await give(region.key, { value: 3, reason: 'Moved' });
    const grants = await list();
    expect(grants.map(({ feature }) => feature)).toEqual([sso.key, region.key, 'seats'].sort());
    const named = (key: string) => grants.find(({ feature }) => feature === key);
    expect(named(sso.key)).toMatchObject({ enabled: true });
    expect(named(sso.key)).not.toHaveProperty('limit');
    expect(named(region.key)).toMatchObject({ value: 3, reason: 'Moved' });
    expect(named('seats')).toMatchObject({ limit: LARGEST, mode: 'hard' });
  });

  it('that has ended counts no more, at the same instant for all who count and read', async () => {
    const expiresAt = inAnHour();
    await give('recordings', { limit: 0, expiresAt });
    await give('applications', { limit: 0, expiresAt });
    const create = () => server.post('/v1/applications', customer.token, { name: 'Shop' });
    server.clock.moveBy(ONE_HOUR_MS - 60_000);
    expectProblem(await sendRecording(server, customer), 402, 'quota_exceeded');
    expectProblem(await create(), 402, 'limit_reached');
    server.clock.moveBy(60_000);
    expect((await sendRecording(server, customer)).body).toMatchObject({ usage: { limit: 100 } });
    expect((await create()).status).toBe(201);
    expect(await usage()).toMatchObject({
      recordings: { used: 1, limit: 100 },
      applications: { used: 1, limit: 1 },
    });
    expect(await list()).toMatchObject([{ expired: true }, { expired: true }]);
    await give('recordings', { limit: 7 });
    expect(await usage()).toMatchObject({ recordings: { used: 1, limit: 7, remaining: 6 } });
  });

  it('and unspent credits never add up to more than 2^53 − 1', async () => {
    await give('recordings', { limit: LARGEST });
    const credits = `/v1/staff/businesses/${customer.business.id}/credits`;
    const body = { feature: 'recordings', amount: 1_000_000_000, reason: REASON };
    expect((await server.post(credits, staff.token, body)).status).toBe(201);
    expect((await sendRecording(server, customer)).body).toMatchObject({
      usage: { used: 1, limit: LARGEST, remaining: LARGEST },
    });
  });

  it('is told to the tenant by the audit log', async () => {
    await give('seats', { limit: 5 });
    await give('seats', { limit: 6, mode: 'soft' });
    await takeBack('seats');
    const rows = (await readAuditLog(server, customer.token)).filter(
      ({ target }) => target.type === 'entitlement',
    );
    expect(rows.map(({ action, target, actor }) => [action, target.id, actor.email])).toEqual([
      ['entitlement.revoke', 'seats', staff.email],
      ['entitlement.grant', 'seats', staff.email],
      ['entitlement.grant', 'seats', staff.email],
    ]);
    expect(rows[1]!.changes).toMatchObject({
      terms: [
        { limit: 5, mode: 'hard' },
        { limit: 6, mode: 'soft' },
      ],
    });
  });
});

describe('what is refused', () => {
  it.each<[pointer: string, code: string, key: string, wrong: object]>([
    ['/limit', 'too_small', 'recordings', { limit: -1 }],
    ['/limit', 'type', 'recordings', { limit: 1.5 }],
    ['/limit', 'too_large', 'recordings', { limit: LARGEST + 1 }],
    ['/limit', 'type', 'recordings', { limit: '5' }],
    ['/limit', 'limit', 'recordings', {}],
    ['/limit', 'limit', 'recordings', { mode: 'soft' }],
    ['/mode', 'choice', 'recordings', { limit: 1, mode: 'firm' }],
    ['/enabled', 'feature_kind', 'recordings', { enabled: true }],
    ['/value', 'feature_kind', 'seats', { limit: 1, value: 'eu' }],
    ['/limit', 'feature_kind', 'sso', { limit: 1 }],
    ['/limit', 'feature_kind', 'sso', { enabled: true, limit: null }],
    ['/enabled', 'boolean', 'sso', {}],
    ['/enabled', 'type', 'sso', { enabled: 'yes' }],
    ['/value', 'choice', 'region', { value: 'asia' }],
    ['/value', 'scalar', 'region', { value: 1.5 }],
    ['/value', 'value', 'region', {}],
    ['', 'feature_archived', 'old', { limit: 1 }],
    ['/reason', 'length', 'recordings', { limit: 1, reason: '' }],
    ['/reason', 'blank', 'recordings', { limit: 1, reason: ' ' }],
    ['/expiresAt', 'past', 'recordings', { limit: 1, expiresAt: '2020-01-01T00:00:00Z' }],
    ['/expiresAt', 'instant', 'recordings', { limit: 1, expiresAt: 'tomorrow' }],
    ['/stranger', 'unknown_field', 'recordings', { limit: 1, stranger: 1 }],
  ])('at %s as %s: of %s %j', async (pointer, code, name, wrong) => {
    const faults = expectFaults(await ask(await keyOf(name), wrong), pointer);
    expect(faults.map((fault) => fault.code)).toContain(code);
    expect(await list()).toEqual([]);
    expect(await usage()).toMatchObject({ recordings: { limit: 100 } });
  });

  /** Features that staff have added have a new key each. */
  async function keyOf(name: string): Promise<string> {
    if (name === 'sso') return (await addFeature(server, staff, { kind: 'flag' })).key;
    if (name === 'region')
      return (await addFeature(server, staff, { kind: 'config', values: ['eu', 'us'] })).key;
    if (name !== 'old') return name;
    const { key } = await addFeature(server, staff);
    await server.patch(`/v1/staff/features/${key}`, staff.token, { archived: true });
    return key;
  }

  it('a feature that is not in the catalogue, and a business that does not exist', async () => {
    for (const key of ['nothing', 'Seats', `a${'b'.repeat(63)}`, '%C3%A9'])
      expectProblem(await ask(key, { limit: 1 }), 404, 'feature_not_found');
    expectProblem(await takeBack('nothing'), 404, 'feature_not_found');
    const nowhere = { business: { ...customer.business, id: newId() } };
    expectProblem(
      await askForOwnGrant(server, staff, nowhere, 'seats', { limit: 1 }),
      404,
      'business_not_found',
    );
    const path = `/v1/staff/businesses/${PLATFORM_ID}/entitlements`;
    expectProblem(await server.get(path, staff.token), 404, 'business_not_found');
  });

  it.each(BAD_CURSORS)('a cursor that is %s', async (_, cursor) => {
    const path = `${ownGrantsOf(customer)}?cursor=${encodeURIComponent(cursor)}`;
    expectFaults(await server.get(path, staff.token), '/cursor');
  });

  it('everybody but staff', async () => {
    const path = ownGrantsOf(customer);
    for (const token of [customer.token, customer.key])
      expectProblem(await server.get(path, token), 403, 'wrong_credential_kind');
    expectProblem(await server.get(path), 401, 'unauthenticated');
    const other = await signUp(server);
    await give('seats', { limit: 9 });
    expect(comparable(await server.get('/v1/usage', other.token)).text).not.toContain('"limit":9');
  });
});

describe('counting at the same time', () => {
  const START = `SELECT start_counters(ARRAY[$1::uuid], $2, true)`;

  it.each([
    ['that has been counted before', 'recordings', true],
    ['that is counted for the first time', 'recordings', false],
    ['that resets each day, counted for the first time', 'daily', false],
  ])('a grant waits for what counts a feature %s', async (_, name, isCounted) => {
    const key = name === 'daily' ? (await addFeature(server, staff, { resets: 'day' })).key : name;
    if (isCounted) await storeRecordings(server, customer, 1);
    const held = isCounted
      ? 'SELECT FROM usage_counters WHERE business_id = $1 AND feature = $2 FOR UPDATE'
      : START;
    const { answer } = await holdingLocks(
      server.database,
      held,
      [customer.business.id, key],
      async (untilWaited) => {
        const started = { answer: give(key, { limit: 1 }) };
        await untilWaited();
        expect(await list()).toEqual([]);
        return started;
      },
    );
    expect(await answer).toMatchObject({ limit: 1 });
  });

  it('a grant waits for who creates what it limits', async () => {
    const { answer } = await holdingLocks(
      server.database,
      'SELECT FROM subscriptions WHERE business_id = $1 FOR UPDATE',
      [customer.business.id],
      async (untilWaited) => {
        const started = { answer: give('applications', { limit: 0 }) };
        await untilWaited();
        return started;
      },
    );
    expect(await answer).toMatchObject({ limit: 0 });
  });

  it('what got in is counted, and nothing gets in after the answer', async () => {
    const answers = race(30, () => sendRecording(server, customer));
    await race(3, () => give('recordings', { limit: 0 }));
    expectProblem(await sendRecording(server, customer), 402, 'quota_exceeded');
    const { 201: stored = 0, 402: refused = 0 } = tally(await answers);
    expect(stored + refused).toBe(30);
    const count = await readCount(server.database, customer.business.id);
    expect(count).toEqual({ counter: stored, rows: stored });
  });
});

import { OFREPProvider } from '@openfeature/ofrep-provider';
import { ErrorCode, OpenFeature, type Client } from '@openfeature/server-sdk';
import type { Response } from 'supertest';
import type { EvaluationsResponse } from '../../src/modules/entitlement-reads/dto/evaluation';
import { createServer } from '../../src/server';
import type { FeatureResponse } from '../../src/modules/features/dto/feature';
import { signUp, type Customer } from '../support/customers';
import { dumpDatabase, dumpHolds } from '../support/database-dump';
import { addFeature, giveOwnGrant } from '../support/entitlements';
import { keepingLogger } from '../support/logs';
import { comparable, expectFaults, expectProblem } from '../support/problems';
import { createServiceKey } from '../support/service-keys';
import { addStaff, assignPlan, makePlan, type StaffMember } from '../support/staff';
import { TestApplication } from '../support/test-application';
import { testConfig } from '../support/test-config';
import { METERED } from '../product/description';

/* Flags and values for front ends, by OpenFeature's remote evaluation protocol, and its Node SDK on it. */

const ALL = '/ofrep/v1/evaluate/flags';
/** In half the share and out of it: a flag's key takes part, so the tests look for them. */
const USERS = Array.from({ length: 40 }, (_, number) => `user-${number}`);

let server: TestApplication;
let staff: StaffMember;
let sso: FeatureResponse;
let region: FeatureResponse;
let secret: FeatureResponse;
let customer: Customer;
beforeAll(async () => {
  server = await TestApplication.start();
  staff = await addStaff(server);
  sso = await addFeature(server, staff, { kind: 'flag', visibility: 'client' });
  region = await addFeature(server, staff, { kind: 'config', visibility: 'client' });
  secret = await addFeature(server, staff, { kind: 'flag' });
});
afterAll(async () => {
  await OpenFeature.close();
  await server.stop();
});
beforeEach(async () => {
  customer = await signUp(server);
});

const give = (key: string, body: object) => giveOwnGrant(server, staff, customer, key, body);

function ask(path: string, token: string | undefined, body?: object, tag?: string) {
  const request = server.post(path, token, body);
  return Promise.resolve(tag === undefined ? request : request.set('if-none-match', tag));
}

function evaluate(key: string, context: object = {}, token = customer.token): Promise<Response> {
  return ask(`${ALL}/${key}`, token, { context });
}

async function evaluateAll(token = customer.token): Promise<EvaluationsResponse['flags']> {
  const response = await ask(ALL, token, { context: {} });
  expect(response.status).toBe(200);
  return (response.body as EvaluationsResponse).flags;
}

function rollOut(percentage: number | null, key = sso.key): Promise<Response> {
  const rollout = percentage === null ? null : { percentage };
  return Promise.resolve(server.patch(`/v1/staff/features/${key}`, staff.token, { rollout }));
}

/** As OFREP's errors are, which are problem documents too. */
function expectError(answer: Response, status: number, errorCode: string, key?: string): void {
  expect(answer.status).toBe(status);
  expectProblem(answer, status, (answer.body as { code: string }).code);
  const errorDetails = expect.stringMatching(/\S/) as string;
  expect(answer.body).toMatchObject({ errorCode, errorDetails, ...(key && { key }) });
}

describe('one flag', () => {
  it('is what the own grant says, else the rollout, else the plan, else off', async () => {
    const read = async () => (await evaluate(sso.key, { targetingKey: 'user-1' })).body as object;
    expect(await read()).toEqual({
      ...{ key: sso.key, value: false, reason: 'DEFAULT', variant: 'off' },
    });
    const plan = await makePlan(server, staff, { features: { [sso.key]: { enabled: true } } });
    await assignPlan(server, staff, customer, plan);
    expect(await read()).toMatchObject({ value: true, reason: 'STATIC', variant: 'on' });
    expect((await rollOut(100)).body).toMatchObject({ rollout: { percentage: 100 } });
    expect(await read()).toMatchObject({ value: true, reason: 'SPLIT' });
    await give(sso.key, { enabled: false });
    expect(await read()).toMatchObject({ value: false, reason: 'TARGETING_MATCH' });
    await rollOut(null);
  });

  it('on for a share needs a targeting key, and is the same for it each time', async () => {
    await rollOut(50);
    const chosen = async () => {
      const answers: unknown[] = [];
      for (const targetingKey of USERS)
        answers.push(
          ((await evaluate(sso.key, { targetingKey })).body as { value: boolean }).value,
        );
      return answers;
    };
    const first = await chosen();
    expect(new Set(first)).toEqual(new Set([true, false]));
    expect(await chosen()).toEqual(first);
    expectError(await evaluate(sso.key), 400, 'TARGETING_KEY_MISSING', sso.key);
    expectError(await evaluate(sso.key, { targetingKey: '' }), 400, 'TARGETING_KEY_MISSING');
    const fault = (await evaluateAll()).find(({ key }) => key === sso.key);
    expect(fault).toMatchObject({ key: sso.key, errorCode: 'TARGETING_KEY_MISSING' });
    await rollOut(null);
  });

  it('is not found where it does not exist, is hidden, is counted, or nothing grants its value', async () => {
    const unknown = await evaluate('nothing', {}, customer.key);
    const hidden = await evaluate(secret.key, {}, customer.key);
    expectError(unknown, 404, 'FLAG_NOT_FOUND', 'nothing');
    expect(comparable(hidden).text).toBe(
      comparable(unknown).text.replaceAll('nothing', secret.key),
    );
    expect((await evaluate(secret.key)).status).toBe(200);
    expectError(await evaluate(METERED), 404, 'FLAG_NOT_FOUND', METERED);
    expectError(await evaluate(region.key), 404, 'FLAG_NOT_FOUND', region.key);
    await give(region.key, { value: 'eu' });
    expect((await evaluate(region.key)).body).toEqual({
      ...{ key: region.key, value: 'eu', reason: 'TARGETING_MATCH' },
    });
  });

  it.each<[what: string, body: object, code: string]>([
    ['a context that is a text', { context: 'user-1' }, 'INVALID_CONTEXT'],
    ['a context that is a list', { context: [] }, 'INVALID_CONTEXT'],
    ['a targeting key that is a number', { context: { targetingKey: 1 } }, 'INVALID_CONTEXT'],
    ['a context above 4 KiB', { context: { more: 'x'.repeat(4_090) } }, 'INVALID_CONTEXT'],
    ['a list', [], 'PARSE_ERROR'],
  ])('is not evaluated for %s', async (_, body, code) => {
    expectError(await ask(`${ALL}/${sso.key}`, customer.token, body), 400, code, sso.key);
    expectError(await ask(ALL, customer.token, body), 400, code);
  });

  it('has no other members in its request; only a service key names a business', async () => {
    const named = { context: {}, businessId: customer.business.id };
    expectFaults(await ask(ALL, customer.token, named), '/businessId');
    expectFaults(await ask(`${ALL}/${sso.key}`, customer.key, { flags: [] }), '/flags');
    const { key } = await createServiceKey(server, staff, { scopes: ['entitlements:read'] });
    expect((await ask(ALL, key, named)).status).toBe(200);
    expect((await ask(`${ALL}?businessId=${customer.business.id}`, key, {})).status).toBe(200);
    expectError(await ask(ALL, key, {}), 422, 'INVALID_CONTEXT');
  });

  it('takes a context of 4 KiB with anything in it, and no body at all', async () => {
    const context = { more: 'x'.repeat(4_000), list: [1, { deep: null }], targetingKey: 'user-1' };
    expect((await evaluate(sso.key, context)).status).toBe(200);
    expect((await ask(`${ALL}/${sso.key}`, customer.token)).status).toBe(200);
  });

  it('has errors of the protocol for what is refused before it is evaluated, too', async () => {
    expectError(await ask(`${ALL}/${sso.key}`, undefined, {}), 401, 'GENERAL', sso.key);
    expectError(await ask(ALL, staff.token, {}), 403, 'GENERAL');
    const broken = await server
      .post(ALL, customer.token)
      .set('content-type', 'application/json')
      .send('{');
    expectError(broken, 400, 'PARSE_ERROR');
  });
});

describe('all flags', () => {
  it('are those that the caller may see, with the values that something grants', async () => {
    await give(region.key, { value: 3 });
    const seen = (await evaluateAll(customer.key)).map(({ key }) => key);
    expect(seen).toEqual([sso.key, region.key].sort());
    const all = (await evaluateAll()).map(({ key }) => key);
    expect(all).toEqual(expect.arrayContaining([sso.key, region.key, secret.key]));
    expect(all).not.toContain(METERED);
  });

  it('have a tag, and are 304 as long as nothing changes', async () => {
    const first = await ask(ALL, customer.key, { context: {} });
    const tag = String(first.headers.etag);
    const again = await ask(ALL, customer.key, { context: {} }, tag);
    expect([again.status, again.text]).toEqual([304, '']);
    await give(sso.key, { enabled: true });
    const changed = await ask(ALL, customer.key, { context: {} }, tag);
    expect([changed.status, changed.headers.etag === tag]).toEqual([200, false]);
  });

  it('are 50 at most, and say so', async () => {
    const [row] = await server.database.query<{ known: number }>(
      `SELECT count(*)::integer AS known FROM features WHERE kind IN ('flag', 'config') AND archived_at IS NULL`,
    );
    await server.database.query(
      `INSERT INTO features (id, name, kind, visibility, is_declared, created_at)
       SELECT 'zz_' || lpad(n::text, 2, '0'), 'Many', 'flag', 'team', false, now() FROM generate_series(1, 60) AS n`,
    );
    const answer = await ask(ALL, customer.token, {});
    const { flags, metadata } = answer.body as EvaluationsResponse;
    expect(metadata).toEqual({ evaluated: 50, of: row!.known + 60 });
    expect(flags.length).toBeLessThanOrEqual(50);
    await server.database.query(`DELETE FROM features WHERE id LIKE 'zz%'`);
  });
});

it('nothing of a context is stored or logged', async () => {
  const { logger, lines } = keepingLogger();
  logger.level = 'trace';
  const config = testConfig(server.database.url, {});
  const logging = await createServer(config, logger);
  await logging.listen({ port: 0, host: '127.0.0.1' });
  const context = { targetingKey: 'a-person-not-to-be-kept', email: 'kept-nowhere@example.com' };
  const headers = { authorization: `Bearer ${customer.key}`, 'content-type': 'application/json' };
  const url = await logging.getUrl();
  for (const [path, status] of [
    [ALL, 200],
    [`${ALL}/${sso.key}`, 200],
    [`${ALL}/nothing`, 404],
  ] as const) {
    const body = JSON.stringify({ context });
    const answer = await fetch(url + path, { method: 'POST', headers, body });
    expect(answer.status).toBe(status);
  }
  await logging.close();
  expect(lines().length).toBeGreaterThan(0);
  const dump = await dumpDatabase(server.database);
  for (const text of Object.values(context))
    expect([dumpHolds(dump, text), JSON.stringify(lines()).includes(text)]).toEqual([false, false]);
});

describe('the rollout', () => {
  it('may be that of a declared flag only by its kind: others are refused', async () => {
    expectFaults(await rollOut(10, region.key), '/rollout');
    expectFaults(await rollOut(101), '/rollout/percentage');
    expectFaults(await rollOut(0.5), '/rollout/percentage');
    expectFaults(await rollOut(10, METERED), '/rollout');
    const both = { rollout: { percentage: 1 }, name: 'Renamed' };
    const path = `/v1/staff/features/${METERED}`;
    expectProblem(await server.patch(path, staff.token, both), 409, 'feature_declared');
  });
});

describe("OpenFeature's Node SDK", () => {
  async function connect(domain: string, token: string): Promise<Client> {
    const headers: [string, string][] = [['Authorization', `Bearer ${token}`]];
    const provider = new OFREPProvider({ baseUrl: server.url, headers });
    await OpenFeature.setProviderAndWait(domain, provider);
    return OpenFeature.getClient(domain);
  }

  it('evaluates flags and values of the business that a service key names', async () => {
    const { key } = await createServiceKey(server, staff, { scopes: ['entitlements:read'] });
    const client = await connect('service', key);
    const context = { targetingKey: 'user-1', businessId: customer.business.id };
    expect(await client.getBooleanValue(sso.key, true, context)).toBe(false);
    await give(sso.key, { enabled: true });
    await give(region.key, { value: 'eu' });
    expect(await client.getBooleanDetails(sso.key, false, context)).toMatchObject({
      ...{ value: true, reason: 'TARGETING_MATCH', variant: 'on' },
    });
    expect(await client.getStringValue(region.key, 'us', context)).toBe('eu');
    expect(await client.getBooleanDetails('nothing', true, context)).toMatchObject({
      ...{ value: true, errorCode: ErrorCode.FLAG_NOT_FOUND },
    });
    const nowhere = { ...context, businessId: 'nowhere' };
    expect(await client.getBooleanDetails(sso.key, false, nowhere)).toMatchObject({
      ...{ value: false, errorCode: ErrorCode.INVALID_CONTEXT },
    });
  });

  it('evaluates with an SDK key what is visible to clients, and takes its defaults for the rest', async () => {
    const client = await connect('sdk', customer.key);
    await give(sso.key, { enabled: true });
    await give(secret.key, { enabled: true });
    expect(await client.getBooleanValue(sso.key, false)).toBe(true);
    expect(await client.getBooleanDetails(secret.key, false)).toMatchObject({
      ...{ value: false, errorCode: ErrorCode.FLAG_NOT_FOUND },
    });
    await rollOut(50);
    const other = await signUp(server);
    const strangers = await connect('others', other.key);
    expect(await strangers.getBooleanDetails(sso.key, true)).toMatchObject({
      ...{ value: true, errorCode: ErrorCode.TARGETING_KEY_MISSING },
    });
    await rollOut(null);
  });
});

import type { CreatedApiKeyResponse } from '../../../src/modules/api-keys/dto/api-key.responses';
import type { ApplicationResponse } from '../../../src/product/applications/dto/application.response';
import { aRecording, signUp, type Customer } from '../../support/customers';
import { expectProblem, type Answer } from '../../support/problems';
import { sendRaw } from '../../support/raw-http';
import { statementsOf } from '../../support/statement-counter';
import { changeSubscription } from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';
import { until } from '../../support/until';

/* Pages of web applications use the SDK's routes from a browser, on two servers over one database. */

const SHOP = 'https://shop.example';
const BLOG = 'https://blog.example:8443';
const FRONT = 'https://front.example';
const SHOWN =
  'ETag, X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, Idempotency-Replayed, X-Support-Session';

let here: TestApplication;
let elsewhere: TestApplication;
let customer: Customer;
let shop: ApplicationResponse;
let blog: ApplicationResponse;
beforeAll(async () => {
  here = await TestApplication.start();
  elsewhere = await TestApplication.start({ corsOrigins: [FRONT] }, here.database);
});
afterAll(async () => {
  await elsewhere.app.close();
  await here.stop();
});
beforeEach(async () => {
  customer = await signUp(here);
  await changeSubscription(here.database, customer.business.id, { planSlug: 'pro' });
  shop = await createWeb([SHOP, 'http://localhost:5173']);
  blog = await createWeb([BLOG]);
});
afterEach(() => here.database.query('UPDATE applications SET deleted_at = now()'));

async function createWeb(origins: string[], of = customer): Promise<ApplicationResponse> {
  const body = { name: 'Page', platform: 'web', origins };
  const answer = await here.post('/v1/applications', of.token, body);
  expect([answer.status, answer.text]).toEqual([201, answer.text]);
  return answer.body as ApplicationResponse;
}

async function createKey(fields: object): Promise<string> {
  const body = { name: 'Key', ...fields };
  const answer = await here.post('/v1/api-keys', customer.token, body);
  return (answer.body as CreatedApiKeyResponse).key;
}

function preflight(path: string, origin: string, server = here): Promise<Answer> {
  const asked = { origin, 'access-control-request-method': 'POST' };
  return sendRaw(server.url, { method: 'OPTIONS', path, headers: Object.entries(asked) });
}

/** Reads the status as the page of an origin does. */
function readStatus(key: string, origin: string, server = here): Promise<Answer> {
  return sendAs(key, origin, { path: '/v1/sdk/status' }, server);
}

function sendAs(
  token: string,
  origin: string,
  { path, body, method = body ? 'POST' : 'GET' }: { path: string; body?: object; method?: string },
  server = here,
): Promise<Answer> {
  const headers = { origin, authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const text = body && JSON.stringify(body);
  return sendRaw(server.url, { method, path, headers: Object.entries(headers), body: text });
}

function corsOf({ headers }: Answer): Record<string, unknown> {
  const entries = Object.entries(headers).filter(([name]) => name.startsWith('access-control-'));
  return Object.fromEntries(entries);
}

function isShown(answer: Answer): boolean {
  expect(answer.headers.vary).toBe('Origin');
  return answer.headers['access-control-allow-origin'] !== undefined;
}

describe('a preflight of a page of some application', () => {
  it.each([
    ['/v1/recordings', 'POST'],
    ['/v1/recordings/batch', 'POST'],
    ['/v1/sdk/status', 'GET, HEAD'],
  ])('is told what an SDK may send to %s', async (path, methods) => {
    for (const origin of [SHOP, BLOG, 'http://localhost:5173']) {
      const answer = await preflight(path, origin);
      expect([answer.status, answer.text, answer.headers.vary]).toEqual([204, '', 'Origin']);
      expect(corsOf(answer)).toEqual({
        'access-control-allow-origin': origin,
        'access-control-expose-headers': SHOWN,
        'access-control-allow-methods': methods,
        'access-control-allow-headers':
          'Authorization, Content-Encoding, Content-Type, Idempotency-Key, If-None-Match, X-Request-Id',
        'access-control-max-age': '600',
      });
    }
  });

  it.each(['/v1/business', '/v1/applications', '/v1/auth/login', '/v1/staff/plans'])(
    'is told nothing about %s, which is no route of SDKs',
    async (path) => {
      const answer = await preflight(path, SHOP);
      expectProblem(answer, 405, 'method_not_allowed');
      expect(corsOf(answer)).toEqual({});
      const read = await sendAs(customer.token, SHOP, { path: '/v1/applications' });
      expect([read.status, corsOf(read)]).toEqual([200, {}]);
    },
  );

  it.each(['https://evil.example', `${SHOP}:8443`, 'http://shop.example', 'null', '*'])(
    'is told nothing for %s',
    async (origin) => {
      const answer = await preflight('/v1/recordings', origin);
      expectProblem(answer, 405, 'method_not_allowed');
      expect([corsOf(answer), answer.headers.vary]).toEqual([{}, 'Origin']);
    },
  );

  it('asks the database nothing, for any sender', async () => {
    const origins = Array.from({ length: 20 }, (_, number) => `https://stranger-${number}.example`);
    await until('twenty preflights need no query', async () => {
      const { all } = await statementsOf(() =>
        Promise.all([SHOP, ...origins].map((origin) => preflight('/v1/recordings', origin))),
      );
      return all.length === 0;
    });
  });

  it('leaves the pages of CORS_ORIGINS all routes', async () => {
    for (const path of ['/v1/recordings', '/v1/business'])
      expect((await preflight(path, FRONT, elsewhere)).status).toBe(204);
    const { headers } = await preflight('/v1/recordings', FRONT, elsewhere);
    expect(headers['access-control-allow-methods']).toBe('GET, HEAD, POST');
    expect(isShown(await readStatus(customer.key, FRONT, elsewhere))).toBe(true);
    expect(isShown(await readStatus(customer.key, SHOP, elsewhere))).toBe(true);
    expect(isShown(await readStatus(customer.key, FRONT))).toBe(false);
  });
});

describe('an answer to an SDK', () => {
  it('is read by the pages of its business, whichever application', async () => {
    for (const origin of [SHOP, BLOG]) {
      const answer = await readStatus(customer.key, origin);
      expect(answer.status).toBe(200);
      expect(corsOf(answer)).toEqual({
        'access-control-allow-origin': origin,
        'access-control-expose-headers': SHOWN,
      });
    }
  });

  it('is read by the pages of the application that its key is bound to', async () => {
    const key = await createKey({ applicationId: shop.id });
    expect(isShown(await readStatus(key, SHOP))).toBe(true);
    expect(isShown(await readStatus(key, BLOG))).toBe(false);
  });

  it('is read where it refuses, too', async () => {
    const reader = await createKey({ scopes: ['status:read'] });
    const body = aRecording();
    const path = '/v1/recordings';
    for (const [answer, status] of [
      [await sendAs(customer.key, SHOP, { path, body: { broken: true } }), 422],
      [await sendAs(reader, SHOP, { path, body }), 403],
      [await sendAs(customer.key, SHOP, { path, body }), 201],
    ] as const)
      expect([answer.status, isShown(answer)]).toEqual([status, true]);
  });

  it('is not read by a page of another business, nor with a key that is none', async () => {
    const stranger = await signUp(here);
    await createWeb(['https://stranger.example'], stranger);
    expect((await preflight('/v1/recordings', 'https://stranger.example')).status).toBe(204);
    const theirs = await readStatus(customer.key, 'https://stranger.example');
    expect([theirs.status, isShown(theirs)]).toEqual([200, false]);
    const unknown = await readStatus('tnk_nothing', SHOP);
    expect([unknown.status, isShown(unknown)]).toEqual([401, false]);
  });
});

describe('the origins of an application', () => {
  async function expectShown(origin: string, expected: boolean): Promise<void> {
    expect(isShown(await readStatus(customer.key, origin))).toBe(expected);
    expect((await preflight('/v1/recordings', origin)).status).toBe(expected ? 204 : 405);
    await until('the other server has heard it', async () => {
      const answer = await readStatus(customer.key, origin, elsewhere);
      const asked = await preflight('/v1/recordings', origin, elsewhere);
      return isShown(answer) === expected && (asked.status === 204) === expected;
    });
  }

  it('count at once where they are changed, and elsewhere when it is heard', async () => {
    const added = 'https://added.example';
    await expectShown(added, false);
    const patch = (id: string, body: object) =>
      here.patch(`/v1/applications/${id}`, customer.token, body);
    const answer = await patch(shop.id, { origins: [added, SHOP, added] });
    expect(answer.body).toMatchObject({ origins: [added, SHOP] });
    await expectShown(added, true);
    await expectShown('http://localhost:5173', false);
    await patch(shop.id, { origins: [] });
    await expectShown(added, false);
    await here.delete(`/v1/applications/${blog.id}`, customer.token);
    await expectShown(BLOG, false);
    await createWeb([BLOG]);
    await expectShown(BLOG, true);
  });

  it('that are changed past the servers are heard by both', async () => {
    await expectShown(SHOP, true);
    await here.database.query(`UPDATE applications SET origins = '{}' WHERE id = $1`, [shop.id]);
    await until('this server has heard it', async () => {
      const asked = await preflight('/v1/recordings', SHOP);
      return asked.status === 405 && !isShown(await readStatus(customer.key, SHOP));
    });
    await expectShown(SHOP, false);
  });
});

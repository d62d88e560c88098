import type { CreatedApiKeyResponse } from '../../src/modules/api-keys/dto/api-key.responses';
import { createToken } from '../../src/common/token';
import { ChangeListener } from '../../src/platform/database/change-listener';
import { aRecording, signUp, type Customer } from '../support/customers';
import { countRows } from '../support/database-dump';
import { addMember, logIn } from '../support/members';
import { expectProblem, type Answer } from '../support/problems';
import { sendRaw } from '../support/raw-http';
import { addStaff } from '../support/staff';
import { statementsOf } from '../support/statement-counter';
import { TestApplication } from '../support/test-application';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

const LIMIT = 3;

describe('the limit of requests', () => {
  let database: TestDatabase;
  let open: TestApplication;
  let customer: Customer;
  let server: TestApplication;
  beforeAll(async () => {
    database = await createTestDatabase();
    open = await TestApplication.start({}, database);
    customer = await signUp(open);
  });
  afterAll(() => open.stop());
  // What is counted lies in the process: each test has a server of its own, on the same database.
  beforeEach(async () => {
    const proxied = { rateLimitRequests: LIMIT, trustProxy: ['127.0.0.1'] };
    server = await TestApplication.start(proxied, database);
  });
  afterEach(() => server.app.close());

  interface Sending {
    method?: string;
    token?: string;
    ip?: string;
    body?: string;
  }
  const send = (path: string, { method, token, ip = '203.0.113.1', body }: Sending = {}) => {
    const headers: [string, string][] = [['x-forwarded-for', ip]];
    if (token) headers.push(['authorization', `Bearer ${token}`]);
    if (body !== undefined) headers.push(['content-type', 'application/json']);
    return sendRaw(server.url, { method, path, headers, body });
  };
  const sendMany = async (count: number, path: string, sending?: Sending): Promise<Answer[]> => {
    const answers: Answer[] = [];
    for (let each = 0; each < count; each += 1) answers.push(await send(path, sending));
    return answers;
  };
  const statuses = (answers: Answer[]): number[] => answers.map(({ status }) => status);

  it('is told with every answer, and 429 says when to come again', async () => {
    const answers = await sendMany(LIMIT + 1, '/v1/me', { token: customer.token });
    expect(statuses(answers)).toEqual([200, 200, 200, 429]);
    for (const [index, { headers }] of answers.entries()) {
      expect(headers['ratelimit-policy']).toBe('"default";q=3;w=60');
      expect(headers.ratelimit).toMatch(
        new RegExp(`^"default";r=${Math.max(0, 2 - index)};t=(60|[1-5]?[0-9])$`),
      );
    }
    const refused = answers.at(-1)!;
    expectProblem(refused, 429, 'rate_limited');
    const waitSeconds = Number(refused.headers['retry-after']);
    expect(waitSeconds).toBeGreaterThan(0);
    expect(refused.headers.ratelimit).toBe(`"default";r=0;t=${waitSeconds}`);
  });

  it('lets nothing happen that is past it', async () => {
    await sendMany(LIMIT, '/v1/me', { token: customer.token });
    const before = await countRows(database, 'api_keys');
    const sending = { method: 'POST', token: customer.token, body: '{"name":"One more"}' };
    expectProblem(await send('/v1/api-keys', sending), 429, 'rate_limited');
    expect(await countRows(database, 'api_keys')).toEqual(before);
  });

  it('is of a member, on all routes, in all sessions and from all addresses', async () => {
    const { session } = await logIn(open, customer.email);
    const answers = [
      await send('/v1/me', { token: customer.token }),
      await send('/v1/plans?x=1', { token: customer.token, ip: '203.0.113.2' }), // public: by address
      await send('/v1/business', { token: session.token, ip: '203.0.113.3' }),
      await send('/v1/usage?x=1', { token: customer.token, ip: '203.0.113.4' }),
      await send('/v1/usage', { token: session.token, ip: '203.0.113.5' }),
    ];
    expect(statuses(answers)).toEqual([200, 422, 200, 422, 429]);
  });

  it('of one caller is not that of another behind the same address', async () => {
    const colleague = await addMember(open, customer, 'viewer');
    await sendMany(LIMIT + 1, '/v1/me', { token: customer.token });
    expect((await send('/v1/me', { token: colleague.token })).status).toBe(200);
    expect((await send('/v1/plans')).status).toBe(200);
    await sendMany(LIMIT + 1, '/v1/plans');
    expect((await send('/v1/me', { token: colleague.token })).status).toBe(200);
  });

  it('counts staff as staff', async () => {
    const { token } = await addStaff(open);
    const answers = await sendMany(LIMIT + 1, '/v1/staff/plans', { token });
    expect(statuses(answers)).toEqual([200, 200, 200, 429]);
  });

  it('of an API key is of each address that uses it: every installed app has the same key', async () => {
    const asPhone = (ip: string, token = customer.key) => ({ token, ip });
    const phone = await sendMany(LIMIT + 1, '/v1/sdk/status', asPhone('198.51.100.1'));
    expect(statuses(phone)).toEqual([200, 200, 200, 429]);
    expect((await send('/v1/sdk/status', asPhone('198.51.100.2'))).status).toBe(200);
    const made = await open.post('/v1/api-keys', customer.token, { name: 'Another app' });
    const { key } = made.body as CreatedApiKeyResponse;
    expect((await send('/v1/sdk/status', asPhone('198.51.100.1', key))).status).toBe(200);
    const recording = { method: 'POST', body: JSON.stringify(aRecording()) };
    const late = await send('/v1/recordings', { ...asPhone('198.51.100.1'), ...recording });
    expectProblem(late, 429, 'rate_limited');
  });

  it('of anonymous requests is by address: without a token, or with an invalid one', async () => {
    const answers = [
      await send('/v1/me'),
      await send('/v1/me', { token: 'x' }),
      await send('/v1/auth/login', { method: 'POST', body: '{}' }),
      await send('/v1/me', { token: `${customer.token.slice(0, -1)}!` }),
      await send('/v1/plans'),
    ];
    expect(statuses(answers)).toEqual([401, 401, 422, 429, 429]);
    expect((await send('/v1/plans', { ip: '203.0.113.2' })).status).toBe(200);
  });

  it('of an IPv6 address is of its /64', async () => {
    for (const ip of ['2001:db8:1:2::1', '2001:0DB8:1:2:ffff::', '2001:db8:1:2:a:b:c:d'])
      expect((await send('/v1/plans', { ip })).status).toBe(200);
    expect((await send('/v1/plans', { ip: '2001:db8:1:2::99' })).status).toBe(429);
    expect((await send('/v1/plans', { ip: '2001:db8:1:3::99' })).status).toBe(200);
  });

  it('counts by the head alone, before the body is read', async () => {
    const broken = { method: 'POST', token: customer.token };
    const headers: [string, string][] = [
      ['x-forwarded-for', '203.0.113.1'],
      ['authorization', `Bearer ${customer.token}`],
      ['content-type', 'text/plain'],
    ];
    const asText = { method: 'POST', path: '/v1/applications', headers, body: '{}' };
    const answers = [
      await send('/v1/applications', { ...broken, body: '{' }),
      await sendRaw(server.url, asText),
      await send('/v1/applications', { ...broken, body: ' '.repeat(300_000) }),
      await send('/v1/applications', { ...broken, body: '{' }),
    ];
    expect(statuses(answers)).toEqual([400, 415, 413, 429]);
    expect(answers.map(({ headers }) => String(headers.ratelimit).slice(0, 13))).toEqual([
      '"default";r=2',
      '"default";r=1',
      '"default";r=0',
      '"default";r=0',
    ]);
    expectProblem(await send('/v1/me', { token: customer.token }), 429, 'rate_limited');
    expect((await send('/v1/plans')).status).toBe(200);
  });

  it('applies to look-ups of invalid tokens, too', async () => {
    const forged = () => send('/v1/me', { token: createToken('session') });
    const good = { token: customer.token };
    const listener = server.app.get(ChangeListener);
    await until('what is found may be kept', () => listener.epoch() !== null);
    await send('/v1/me', { ...good, ip: '203.0.113.2' }); // known from now on, from anywhere
    const { work } = await statementsOf(async () => {
      const answers = [await forged(), await forged(), await forged(), await forged()];
      expect(statuses(answers)).toEqual([401, 401, 401, 429]);
    });
    expect(work).toHaveLength(LIMIT);
    expect((await send('/v1/me', good)).status).toBe(200);
    const staff = await addStaff(open);
    expect((await send('/v1/staff/plans', { token: staff.token })).status).toBe(429);
    const elsewhere = { token: staff.token, ip: '203.0.113.2' };
    expect(statuses(await sendMany(LIMIT, '/v1/staff/plans', elsewhere))).toEqual([200, 200, 200]);
  });

  it('is escaped by no spelling of a path', async () => {
    const { token } = customer;
    const spellings = ['/v1/me', '/v1/%6de', '/%76%31/me', '/v1/me?', 'http://localhost/v1/me'];
    const answers: Answer[] = [];
    for (const path of spellings) answers.push(await send(path, { token }));
    expect(statuses(answers)).toEqual([200, 200, 200, 429, 429]);
  });

  it('lets HEAD count like GET', async () => {
    const { token } = customer;
    await sendMany(LIMIT, '/v1/me', { token, method: 'HEAD' });
    expect((await send('/v1/me', { token })).status).toBe(429);
  });

  it('holds for none of what has to answer always', async () => {
    const free = ['/health/live', '/health/ready', '/metrics', '/v1/nothing'];
    for (const path of free)
      for (const { status, headers } of await sendMany(LIMIT + 1, path)) {
        expect([path, status]).toEqual([path, path === '/v1/nothing' ? 404 : 200]);
        expect(headers.ratelimit).toBeUndefined();
      }
    expect((await send('/v1/plans')).headers.ratelimit).toContain('r=2');
  });

  it.each(['/', '/docs', '/docs/swagger-ui-init.js', '/docs/swagger-ui.css', '/openapi.json'])(
    'holds for %s',
    async (path) => {
      expect(statuses(await sendMany(LIMIT + 1, path))).toEqual([200, 200, 200, 429]);
    },
  );

  it('of guessing is the one that a login over it names', async () => {
    const changes = { rateLimitRequests: 100, rateLimitFailures: 1 };
    const strict = await TestApplication.start(changes, database);
    const guess = { email: customer.email, password: 'a wrong password' };
    await strict.post('/v1/auth/login', undefined, guess);
    const second = await strict.post('/v1/auth/login', undefined, guess);
    await strict.app.close();
    expectProblem(second, 429, 'rate_limited');
    expect(second.headers['ratelimit-policy']).toBe('"login_account";q=1;w=900');
  });

  it('that is off is not spoken of', async () => {
    const answer = await sendRaw(open.url, { path: '/v1/plans' });
    expect(answer.status).toBe(200);
    expect([answer.headers.ratelimit, answer.headers['ratelimit-policy']]).toEqual([
      undefined,
      undefined,
    ]);
  });
});

import { createToken } from '../../src/common/token';
import { Browser, PAGE_ORIGIN, SAME_ORIGIN, setCookiesOf } from '../support/browser-page';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { addMember } from '../support/members';
import { expectFaults, expectProblem } from '../support/problems';
import { newEmail } from '../support/signups';
import { addStaff, REASON, STAFF_PASSWORD, type StaffMember } from '../support/staff';
import { TestApplication } from '../support/test-application';

const COOKIE = (kind: string, prefix: string): RegExp =>
  new RegExp(
    `^__Host-tenantry-${kind}=${prefix}_[0-9A-Za-z]{46}; Expires=[^;]+ GMT; Path=/; HttpOnly; Secure; SameSite=Strict$`,
  );
const byCookie = { transport: 'cookie' };

let server: TestApplication;
let staff: StaffMember;
let customer: Customer;
let browser: Browser;
beforeAll(async () => {
  server = await TestApplication.start({ appUrl: PAGE_ORIGIN });
  staff = await addStaff(server);
});
afterAll(() => server.stop());
beforeEach(async () => {
  customer = await signUp(server);
  browser = new Browser(server);
});

const aSignup = () => ({
  ...{ businessName: 'Acme', fullName: 'Ada Lovelace', email: newEmail('ada') },
  password: PASSWORD,
});

async function logIn(): Promise<void> {
  const body = { email: customer.email, password: PASSWORD, ...byCookie };
  expect((await browser.send('team', 'post', '/v1/auth/login', body)).status).toBe(200);
}

async function logInStaff(): Promise<void> {
  const body = { email: staff.email, password: STAFF_PASSWORD, ...byCookie };
  expect((await browser.send('staff', 'post', '/v1/staff/auth/login', body)).status).toBe(200);
}

async function openSupport(): Promise<void> {
  const path = `/v1/staff/businesses/${customer.business.id}/support-sessions`;
  const body = { reason: REASON, ...byCookie };
  expect((await browser.send('staff', 'post', path, body)).status).toBe(201);
}

async function countSessions(): Promise<number> {
  const [row] = await server.database.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM sessions',
  );
  return row!.count;
}

describe('the token is a cookie, and in no answer', () => {
  it.each([
    ['signing up', () => ['/v1/auth/signup', aSignup()]],
    ['logging in', () => ['/v1/auth/login', { email: customer.email, password: PASSWORD }]],
    ['founding another business', () => ['/v1/businesses', { name: 'Another' }, customer.token]],
    ['switching', () => ['/v1/me/switch', { businessId: customer.business.id }, customer.token]],
  ] as [string, () => [string, object, string?]][])('of a team, after %s', async (_, ask) => {
    const [path, body, token] = ask();
    const answer = await server.post(path, token, { ...body, ...byCookie }).set(SAME_ORIGIN);
    expect(answer.status).toBeLessThan(300);
    expect(setCookiesOf(answer)).toEqual([expect.stringMatching(COOKIE('team', 'tns'))]);
    expect(answer.text).not.toMatch(/tns_/);
    const { session } = answer.body as { session: object };
    expect(session).toEqual({ expiresAt: expect.stringMatching(/Z$/) as string });
  });

  it('of staff, and of their support session', async () => {
    const credentials = { email: staff.email, password: STAFF_PASSWORD, ...byCookie };
    const login = server.post('/v1/staff/auth/login', undefined, credentials).set(SAME_ORIGIN);
    const path = `/v1/staff/businesses/${customer.business.id}/support-sessions`;
    const support = server.post(path, staff.token, { reason: REASON, ...byCookie });
    const answers = [await login, await support.set(SAME_ORIGIN)];
    expect(answers.map(({ text }) => /tn[fu]_/.test(text))).toEqual([false, false]);
    expect(answers.flatMap(setCookiesOf)).toEqual([
      expect.stringMatching(COOKIE('staff', 'tnf')),
      expect.stringMatching(COOKIE('support', 'tnu')),
    ]);
    expect(answers[1]!.body).toMatchObject({ mode: 'read', id: expect.any(String) as string });
  });

  it('lives as long as its session', async () => {
    const body = { email: customer.email, password: PASSWORD, ...byCookie };
    const answer = await server.post('/v1/auth/login', undefined, body).set(SAME_ORIGIN);
    const [, expires] = /Expires=([^;]+)/.exec(setCookiesOf(answer)[0]!)!;
    const { session } = answer.body as { session: { expiresAt: string } };
    expect(Date.parse(expires!)).toBe(Math.floor(Date.parse(session.expiresAt) / 1000) * 1000);
  });

  it('only where it is asked for', async () => {
    for (const transport of [undefined, 'bearer']) {
      const body = { email: customer.email, password: PASSWORD, transport };
      const answer = await server.post('/v1/auth/login', undefined, body);
      expect(setCookiesOf(answer)).toEqual([]);
      expect(answer.text).toMatch(/tns_/);
    }
    const odd = { email: customer.email, password: PASSWORD, transport: 'header' };
    expectFaults(await server.post('/v1/auth/login', undefined, odd), '/transport');
  });

  it('sets none with a refusal', async () => {
    const wrong = { email: customer.email, password: 'wrong horse battery', ...byCookie };
    const answer = await server.post('/v1/auth/login', undefined, wrong).set(SAME_ORIGIN);
    expectProblem(answer, 401, 'invalid_credentials');
    expect(setCookiesOf(answer)).toEqual([]);
  });
});

describe('a request by cookie', () => {
  beforeEach(logIn);

  it('is made with the session that the header names, and with none without it', async () => {
    expect((await browser.send('team', 'get', '/v1/me')).status).toBe(200);
    const unnamed = await browser.send('team', 'get', '/v1/me', undefined, {
      'tenantry-session': null,
    });
    expectProblem(unnamed, 401, 'unauthenticated');
    expectProblem(await browser.send('staff', 'get', '/v1/staff/plans'), 401, 'unauthenticated');
  });

  it('names a kind that there is', async () => {
    const odd = await browser.send('team', 'get', '/v1/me', undefined, {
      'tenantry-session': 'me',
    });
    expectFaults(odd, '/Tenantry-Session');
  });

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a sibling subdomain', { 'sec-fetch-site': 'same-site', origin: PAGE_ORIGIN }],
    ['no page at all', { 'sec-fetch-site': 'none' }],
    ['an older browser elsewhere', { 'sec-fetch-site': null, origin: 'https://evil.test' }],
    ['a program', { 'sec-fetch-site': null }],
  ])('from %s is refused, to read and to write', async (_, headers) => {
    const reading = await browser.send('team', 'get', '/v1/me', undefined, headers);
    expectProblem(reading, 403, 'cross_site_request');
    const keys = await browser.send('team', 'post', '/v1/api-keys', { name: 'x' }, headers);
    expectProblem(keys, 403, 'cross_site_request');
    const list = await server.get('/v1/api-keys', customer.token);
    expect((list.body as { data: object[] }).data).toHaveLength(1);
  });

  it('from an older browser of this origin is taken', async () => {
    const headers = { 'sec-fetch-site': null, origin: PAGE_ORIGIN };
    expect((await browser.send('team', 'get', '/v1/me', undefined, headers)).status).toBe(200);
  });

  it('with another credential is ambiguous', async () => {
    const authorization = `Bearer ${customer.token}`;
    const both = await browser.send('team', 'get', '/v1/me', undefined, { authorization });
    expectProblem(both, 400, 'credentials_ambiguous');
    // The header names a cookie that is not there: the token counts.
    const other = { authorization, 'tenantry-session': 'support' };
    expect((await browser.send('team', 'get', '/v1/me', undefined, other)).status).toBe(200);
  });

  it.each([
    ['an unknown one', () => createToken('session')],
    ['one of another kind', () => staff.token],
    ['a typo', () => 'tns_0'],
  ])('with %s is 401', async (_, make) => {
    const cookie = `__Host-tenantry-team=${make()}`;
    const answer = await browser.send('team', 'get', '/v1/me', undefined, { cookie });
    expectProblem(answer, 401, 'unauthenticated');
    expect(setCookiesOf(answer)).toEqual([]); // another tab may have a newer one
  });
});

describe('another site', () => {
  it('cannot sign a browser in to an account of its own', async () => {
    const before = await countSessions();
    const bodies: [string, object][] = [
      ['/v1/auth/login', { email: customer.email, password: PASSWORD, ...byCookie }],
      ['/v1/auth/signup', { ...aSignup(), ...byCookie }],
      ['/v1/staff/auth/login', { email: staff.email, password: STAFF_PASSWORD, ...byCookie }],
    ];
    for (const [path, body] of bodies) {
      for (const headers of [{ 'sec-fetch-site': 'cross-site' }, {}]) {
        const answer = await server.post(path, undefined, body).set(headers);
        expectProblem(answer, 403, 'cross_site_request');
        expect(setCookiesOf(answer)).toEqual([]);
      }
    }
    expect(await countSessions()).toBe(before);
  });

  it.each(['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data'])(
    'posts a form of %s in vain, cookies or not',
    async (type) => {
      await logIn();
      const cookie = `__Host-tenantry-team=${browser.tokenOf('team')}`;
      const form = await server
        .send('post', '/v1/api-keys')
        .set({ 'content-type': type, cookie, origin: 'https://evil.test' })
        .send('{"name":"stolen","x":"="}');
      expect(form.status).toBeGreaterThanOrEqual(400);
      const list = await server.get('/v1/api-keys', customer.token);
      expect((list.body as { data: object[] }).data).toHaveLength(1);
    },
  );
});

describe('several sessions in one browser', () => {
  it('of staff, of a team and of support stand side by side', async () => {
    await logIn();
    await logInStaff();
    await openSupport();
    const me = await browser.send('team', 'get', '/v1/me');
    expect((me.body as { user: { email: string } }).user.email).toBe(customer.email);
    expect((await browser.send('staff', 'get', '/v1/staff/plans')).status).toBe(200);
    const support = await browser.send('support', 'get', '/v1/me');
    expect(support.body).toMatchObject({ user: null, support: { staffEmail: staff.email } });
    expect(support.headers['x-support-session']).toBeDefined();
    const wrong = await browser.send('staff', 'get', '/v1/me');
    expectProblem(wrong, 403, 'wrong_credential_kind');
    const writing = await browser.send('support', 'post', '/v1/api-keys', { name: 'x' });
    expectProblem(writing, 403, 'support_read_only');
  });

  it('two tabs on two businesses: the one that has not switched writes into neither', async () => {
    await logIn();
    const first = { 'tenantry-business': customer.business.id };
    const founded = await browser.send('team', 'post', '/v1/businesses', {
      name: 'Second',
      ...byCookie,
    });
    const second = {
      'tenantry-business': (founded.body as { business: { id: string } }).business.id,
    };
    const key = { name: 'Of a tab' };
    const stale = await browser.send('team', 'post', '/v1/api-keys', key, first);
    expectProblem(stale, 409, 'session_in_other_business');
    expect((await browser.send('team', 'post', '/v1/api-keys', key, second)).status).toBe(201);

    const switching = { businessId: first['tenantry-business'], ...byCookie };
    const back = await browser.send('team', 'post', '/v1/me/switch', switching, first);
    expect(back.status).toBe(200);
    expect((await browser.send('team', 'get', '/v1/api-keys', undefined, first)).status).toBe(200);
    const left = await browser.send('team', 'get', '/v1/api-keys', undefined, second);
    expectProblem(left, 409, 'session_in_other_business');
  });
});

describe('at the end', () => {
  it('logging out removes the cookie, and ends the session', async () => {
    await logIn();
    const token = browser.tokenOf('team');
    const answer = await browser.send('team', 'post', '/v1/auth/logout');
    expect(setCookiesOf(answer)).toEqual([
      '__Host-tenantry-team=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Strict',
    ]);
    expect(browser.tokenOf('team')).toBeUndefined();
    expectProblem(await server.get('/v1/me', token), 401, 'unauthenticated');
  });

  it('staff take their support session along, and leave the team alone', async () => {
    await logIn();
    await logInStaff();
    await openSupport();
    const support = browser.tokenOf('support');
    await browser.send('staff', 'post', '/v1/staff/auth/logout');
    expect([...browser.cookies.keys()]).toEqual(['__Host-tenantry-team']);
    expectProblem(await server.get('/v1/me', support), 401, 'unauthenticated');
  });

  it('leaving support removes that cookie alone', async () => {
    await logInStaff();
    await openSupport();
    await browser.send('support', 'post', '/v1/auth/logout');
    expect([...browser.cookies.keys()]).toEqual(['__Host-tenantry-staff']);
  });

  it('a token logs out without cookies', async () => {
    expect(setCookiesOf(await server.post('/v1/auth/logout', customer.token))).toEqual([]);
  });
});

describe('a new password', () => {
  const change = { currentPassword: PASSWORD, newPassword: 'eleven green bottles hang' };

  it('renews the cookie, so that a copy of the old one is out', async () => {
    await logIn();
    const copied = browser.tokenOf('team');
    const answer = await browser.send('team', 'post', '/v1/me/password', change);
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(browser.tokenOf('team')).not.toBe(copied);
    for (const token of [copied, customer.token])
      expectProblem(await server.get('/v1/me', token), 401, 'unauthenticated');
    const me = await browser.send('team', 'get', '/v1/me');
    expect((me.body as { business: object }).business).toMatchObject({ name: 'Acme' });
  });

  it('renews that of a person without a business', async () => {
    const { id, email } = await addMember(server, customer, 'member');
    await server.database.query('DELETE FROM members WHERE id = $1', [id]);
    const body = { email, password: PASSWORD, ...byCookie };
    await browser.send('team', 'post', '/v1/auth/login', body);
    expect((await browser.send('team', 'post', '/v1/me/password', change)).status).toBe(204);
    const me = await browser.send('team', 'get', '/v1/me');
    expect(me.body).toMatchObject({ business: null, user: { email } });
  });

  it('leaves the session of a token as it is', async () => {
    const answer = await server.post('/v1/me/password', customer.token, change);
    expect(answer.status).toBe(204);
    expect(setCookiesOf(answer)).toEqual([]);
    expect((await server.get('/v1/me', customer.token)).status).toBe(200);
  });
});

describe('a request that is repeated under its Idempotency-Key', () => {
  it('gets the same cookie again, and never the token', async () => {
    const body = { ...aSignup(), ...byCookie };
    const headers = { ...SAME_ORIGIN, 'idempotency-key': 'first' };
    const send = () => server.post('/v1/auth/signup', undefined, body).set(headers);
    const [first, again] = [await send(), await send()];
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(setCookiesOf(again)).toEqual(setCookiesOf(first));
    expect(setCookiesOf(again)).toHaveLength(1);
    expect(again.text).toBe(first.text);
    const elsewhere = send().set('sec-fetch-site', 'cross-site');
    expectProblem(await elsewhere, 403, 'cross_site_request');
  });

  it('after a lost answer gets its cookie, and is another request without `transport`', async () => {
    await logIn();
    const cookie = `__Host-tenantry-team=${browser.tokenOf('team')}`; // as if the answer were lost
    const headers = { 'idempotency-key': 'second', cookie };
    const path = '/v1/businesses';
    const named = { name: 'Two', ...byCookie };
    const first = await browser.send('team', 'post', path, named, headers);
    const again = await browser.send('team', 'post', path, named, headers);
    expect([again.text, setCookiesOf(again)]).toEqual([first.text, setCookiesOf(first)]);
    const bare = await browser.send('team', 'post', path, { name: 'Two' }, headers);
    expectProblem(bare, 422, 'idempotency_key_reused');
  });

  it('renews the cookie of a new password once', async () => {
    await logIn();
    const headers = { 'idempotency-key': 'third' };
    const change = { currentPassword: PASSWORD, newPassword: 'eleven green bottles hang' };
    await browser.send('team', 'post', '/v1/me/password', change, headers);
    const renewed = browser.tokenOf('team');
    const again = await browser.send('team', 'post', '/v1/me/password', change, headers);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect([again.status, again.text, browser.tokenOf('team')]).toEqual([204, '', renewed]);
  });
});

describe('where APP_URL is neither https nor this machine', () => {
  let plain: TestApplication;
  beforeAll(async () => {
    plain = await TestApplication.start({ appUrl: 'http://app.test' });
  });
  afterAll(() => plain.stop());

  it('no session is opened for a cookie, since a browser would drop it', async () => {
    const body = { ...aSignup(), ...byCookie };
    const answer = await plain.post('/v1/auth/signup', undefined, body).set(SAME_ORIGIN);
    expectProblem(answer, 409, 'cookie_needs_https');
    const login = { email: body.email, password: PASSWORD };
    const after = await plain.post('/v1/auth/login', undefined, login);
    expectProblem(after, 401, 'invalid_credentials');
  });
});

it('no origin of CORS_ORIGINS may send cookies or name a session', async () => {
  const origin = 'https://pages.test';
  const open = await TestApplication.start({ appUrl: PAGE_ORIGIN, corsOrigins: [origin] });
  try {
    const asked = { 'access-control-request-method': 'GET', origin };
    const preflight = await open.send('options', '/v1/me').set(asked);
    expect(preflight.headers['access-control-allow-origin']).toBe(origin);
    expect(preflight.headers['access-control-allow-headers']).not.toMatch(/tenantry/i);
    expect(preflight.headers['access-control-allow-credentials']).toBeUndefined();
    const answer = await open.get('/v1/plans').set({ origin });
    expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
  } finally {
    await open.stop();
  }
});

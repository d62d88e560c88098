import type { Response } from 'supertest';
import type { LoginResponse } from '../../src/modules/accounts/dto/account.responses';
import { PASSWORD, signUp } from '../support/customers';
import { IdentityProvider, newPerson, visit } from '../support/identity-provider';
import { finishJobs, keyIn, MailServer } from '../support/mail-server';
import { expectFaults, expectProblem } from '../support/problems';
import { answered, finish, signIn } from '../support/provider-sign-in';
import { race, tally } from '../support/race';
import { newEmail } from '../support/signups';
import { TestApplication } from '../support/test-application';

const APP_URL = 'https://app.test';
const PAGE = 'https://front.example';

let mailServer: MailServer;
let idp: IdentityProvider;
let server: TestApplication;
beforeAll(async () => {
  mailServer = await MailServer.start();
  idp = await IdentityProvider.start([
    `${APP_URL}/console/sign-in/idp`,
    `${APP_URL}/console/sign-in/other`,
    `${PAGE}/done/idp`,
  ]);
  server = await TestApplication.start({
    roles: ['worker'],
    smtpUrl: mailServer.url,
    appUrl: APP_URL,
    corsOrigins: [PAGE],
    webhookAllowedNetworks: ['127.0.0.1'],
    oidcProviders: [idp.configured(), idp.configured({ id: 'other' })],
  });
});
beforeEach(() => {
  idp.person = newPerson();
});
afterAll(async () => {
  await server.stop();
  await idp.stop();
  await mailServer.close();
});

const tokenIn = ({ body, status, text }: Response): string => {
  expect([status, text]).toEqual([200, expect.any(String)]);
  return (body as LoginResponse).session.token;
};

const meOf = async (token: string): Promise<object> =>
  (await server.get('/v1/me', token)).body as object;

const verifyEmailOf = (email: string): Promise<unknown> =>
  server.database.query('UPDATE users SET email_verified_at = now() WHERE email = $1', [email]);

async function invite(token: string, email: string): Promise<string> {
  await server.post('/v1/invitations', token, { email, role: 'admin' }).expect(201);
  await finishJobs(server.database);
  return keyIn(mailServer.mails.findLast(({ recipients }) => recipients.includes(email))!);
}

describe('a sign-in', () => {
  it('makes a person at first sight, and finds them again, whatever their address is then', async () => {
    const { email, sub } = idp.person!;
    const me = await meOf(tokenIn(await signIn(server)));
    expect(me).toMatchObject({
      user: { email, emailVerified: true, fullName: 'Grace Hopper' },
      business: null,
    });
    idp.person = newPerson({ sub, email: newEmail() });
    expect(await meOf(tokenIn(await signIn(server)))).toEqual(me);
  });

  it('lets the new person found a business, or have a password by mail', async () => {
    const token = tokenIn(await signIn(server));
    const made = await server.post('/v1/businesses', token, { name: 'Founded' });
    expect(made.status).toBe(201);
    const { email } = idp.person!;
    const login = { email, password: PASSWORD };
    expectProblem(
      await server.post('/v1/auth/login', undefined, login),
      401,
      'invalid_credentials',
    );
    await server.post('/v1/auth/password/forgot', undefined, { email });
    await finishJobs(server.database);
    const mail = mailServer.mails.findLast(({ recipients }) => recipients.includes(email!));
    const reset = { token: keyIn(mail!), password: PASSWORD };
    expect((await server.post('/v1/auth/password/reset', undefined, reset)).status).toBe(204);
    expect((await server.post('/v1/auth/login', undefined, login)).status).toBe(200);
  });

  it('joins by an invitation of the address', async () => {
    const owner = await signUp(server);
    const activationKey = await invite(owner.token, idp.person!.email!);
    const joined = await signIn(server, { activationKey });
    expect(joined.body).toMatchObject({
      business: { id: owner.business.id },
      member: { role: 'admin' },
    });
    const another = await invite(owner.token, newEmail());
    const forAnother = await signIn(server, { activationKey: another });
    expectProblem(forAnother, 403, 'invitation_for_another_email');
    expectProblem(await signIn(server, { activationKey: 'unknown' }), 404, 'invitation_not_found');
  });

  it('is finished by any replica', async () => {
    const replica = await TestApplication.start(
      {
        appUrl: APP_URL,
        webhookAllowedNetworks: ['127.0.0.1'],
        oidcProviders: [idp.configured()],
      },
      { ...server.database, drop: () => Promise.resolve() },
    );
    expect((await finish(replica, await answered(server))).status).toBe(200);
    await replica.stop();
  });

  it('says what opened its session', async () => {
    const token = tokenIn(await signIn(server));
    const listed = await server.get('/v1/me/sessions', token);
    expect((listed.body as { data: object[] }).data).toMatchObject([{ signedInWith: ['oidc'] }]);
  });

  it('returns to a page of an allowed origin whose path names the provider', async () => {
    const redirectUri = `${PAGE}/done/idp`;
    expect((await signIn(server, { redirectUri })).status).toBe(200);
    for (const odd of [
      'https://evil.example/done/idp',
      `${PAGE}/done/other`,
      `${PAGE}/done/idp?next=1`,
      `${PAGE}/done/idp#x`,
      'javascript:alert(1)//idp',
      'nonsense',
    ])
      expectFaults(
        await server.post('/v1/auth/sign-ins', undefined, { provider: 'idp', redirectUri: odd }),
        '/redirectUri',
      );
  });

  it('keeps its secrets from the database', async () => {
    const { query, handle } = await answered(server, { activationKey: 'an-activation-key' });
    const [row] = await server.database.query(
      `SELECT s::text, encode(secrets, 'escape') AS secrets FROM sign_ins AS s ORDER BY created_at DESC LIMIT 1`,
    );
    const stored = JSON.stringify(row);
    for (const secret of [query.state!, handle, 'an-activation-key']) {
      expect(stored).not.toContain(secret);
      expect(stored).not.toContain(Buffer.from(secret).toString('hex'));
    }
  });
});

describe('in a cookie', () => {
  const headers = { 'sec-fetch-site': 'same-origin' };
  const begin = (cookie = '') =>
    server
      .post('/v1/auth/sign-ins', undefined, { provider: 'idp', transport: 'cookie' })
      .set({ ...headers, cookie });
  const cookieIn = ({ headers: given }: Response): string =>
    (given['set-cookie'] as unknown as string[])[0]!.split(';')[0]!;

  it('the browser keeps what it has to show, and gets its session so', async () => {
    const begun = await begin();
    expect(begun.status).toBe(201);
    expect(begun.body).not.toHaveProperty('handle');
    const [setCookie] = begun.headers['set-cookie'] as unknown as string[];
    expect(setCookie).toMatch(
      /^__Host-tenantry-sign-in=[\w-]{43}; Expires=.+; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
    const query = Object.fromEntries(await visit((begun.body as { url: string }).url));
    const body = { provider: 'idp', transport: 'cookie', ...query };
    const send = (cookie: string) =>
      server.post('/v1/auth/sign-ins/finish', undefined, body).set({ ...headers, cookie });
    expectProblem(await send(''), 410, 'sign_in_expired');
    expectProblem(await send(cookieIn(await begin())), 410, 'sign_in_expired'); // of another browser
    const finished = await send(cookieIn(begun));
    expect(finished.status).toBe(200);
    expect((finished.body as LoginResponse).session).not.toHaveProperty('token');
    expect(cookieIn(finished)).toMatch(/^__Host-tenantry-team=tns_/);
  });

  it('two tabs keep the same', async () => {
    const cookie = cookieIn(await begin());
    expect(cookieIn(await begin(cookie))).toBe(cookie);
  });

  it('of another site begins and finishes nothing', async () => {
    const cross = { 'sec-fetch-site': 'cross-site' };
    const body = { provider: 'idp', transport: 'cookie', state: 'x', code: 'y' };
    for (const path of ['/v1/auth/sign-ins', '/v1/auth/sign-ins/finish']) {
      const { state, code, ...others } = body;
      const sent = path.endsWith('finish') ? { ...others, state, code } : others;
      expectProblem(await server.post(path, undefined, sent).set(cross), 403, 'cross_site_request');
    }
  });
});

describe('an answer', () => {
  it('counts once, also of two at once', async () => {
    const once = await answered(server);
    const answers = await race(5, () => finish(server, once));
    expect(tally(answers)).toEqual({ 200: 1, 410: 4 });
    const sessions = await server.database.query(
      `SELECT FROM user_sessions JOIN users ON users.id = user_id WHERE email = $1`,
      [idp.person!.email],
    );
    expect(sessions).toHaveLength(1);
  });

  it('of another browser, or without what it holds, is none', async () => {
    const one = await answered(server);
    const other = await answered(server);
    const mixed = { ...one, handle: other.handle };
    expectProblem(await finish(server, mixed), 410, 'sign_in_expired');
    expectProblem(
      await finish(server, { ...one, handle: '' }, { handle: undefined }),
      410,
      'sign_in_expired',
    );
    expectProblem(await finish(server, one, { state: other.query.state }), 410, 'sign_in_expired');
    expect((await finish(server, one)).status).toBe(200);
  });

  it('after ten minutes is none', async () => {
    const late = await answered(server);
    server.clock.moveBy(10 * 60_000 + 1);
    expectProblem(await finish(server, late), 410, 'sign_in_expired');
    server.clock.moveBy(-(10 * 60_000 + 1));
  });

  it('of a provider that was not asked is refused, and uses the sign-in up', async () => {
    const mixed = await answered(server);
    expectProblem(await finish(server, mixed, { provider: 'other' }), 401, 'sign_in_invalid');
    expectProblem(await finish(server, mixed), 410, 'sign_in_expired');
  });

  it.each([
    ['another issuer', { iss: 'https://evil.example' }],
    ['no issuer, where the provider names one', { iss: undefined }],
    ['a made-up code', { code: 'made-up' }],
  ])('with %s is refused', async (_, changes) => {
    expectProblem(await finish(server, await answered(server), changes), 401, 'sign_in_invalid');
  });

  it('with the code of another sign-in is refused: its verifier is another', async () => {
    const one = await answered(server);
    const other = await answered(server);
    const injected = await finish(server, one, { code: other.query.code });
    expectProblem(injected, 401, 'sign_in_invalid');
  });

  it('that refuses is told', async () => {
    idp.person = null;
    const refused = expectProblem(await signIn(server), 403, 'sign_in_refused');
    expect(refused.detail).toContain('access_denied');
  });
});

describe('an account with the same address', () => {
  it('is entered once its owner has logged in and linked it, not before', async () => {
    const { email, token } = await signUp(server);
    idp.person = newPerson({ email });
    const refused = expectProblem(await signIn(server), 409, 'identity_not_linked');
    const { linkToken } = refused as unknown as { linkToken: string };
    const link = () => server.post('/v1/me/identities', token, { linkToken });
    expectProblem(await link(), 403, 'email_not_verified');
    await verifyEmailOf(email);
    const stranger = await signUp(server);
    await verifyEmailOf(stranger.email);
    const stolen = server.post('/v1/me/identities', stranger.token, { linkToken });
    expectProblem(await stolen, 410, 'link_token_invalid');
    expect((await link()).body).toMatchObject({ issuer: idp.url, provider: 'The provider', email });
    expectProblem(await link(), 409, 'identity_taken');
    expect(await meOf(tokenIn(await signIn(server)))).toMatchObject({ user: { email } });
  });

  it('of an address that the provider has not verified is not told of', async () => {
    const { email } = await signUp(server);
    idp.person = newPerson({ email, email_verified: false });
    expectProblem(await signIn(server), 403, 'email_not_proven');
    idp.person = newPerson({ email_verified: false });
    expectProblem(await signIn(server), 403, 'email_not_proven');
  });

  it('cannot be linked with a token that is old, changed, or none', async () => {
    const { email, token } = await signUp(server);
    await verifyEmailOf(email);
    idp.person = newPerson({ email });
    const { linkToken } = (await signIn(server)).body as { linkToken: string };
    const link = (body: object) => server.post('/v1/me/identities', token, body);
    expectProblem(await link({ linkToken: `A${linkToken.slice(1)}` }), 410, 'link_token_invalid');
    expectProblem(await link({ linkToken: 'x' }), 410, 'link_token_invalid');
    expectFaults(await link({}), '/linkToken');
    expectFaults(await link({ linkToken, token: 'x' }), '/linkToken');
    server.clock.moveBy(15 * 60_000 + 1);
    const { session } = (
      await server.post('/v1/auth/login', undefined, { email, password: PASSWORD })
    ).body as LoginResponse;
    const late = server.post('/v1/me/identities', session.token, { linkToken });
    expectProblem(await late, 410, 'link_token_invalid');
  });
});

it('the first sight of one, twice at once, makes one person', async () => {
  const both = [await answered(server), await answered(server)];
  const answers = await race(2, (index) => finish(server, both[index]!));
  expect(tally(answers)).toEqual({ 200: 2 });
  const people = await server.database.query('SELECT FROM users WHERE email = $1', [
    idp.person!.email,
  ]);
  expect(people).toHaveLength(1);
});

it('an unknown provider is none', async () => {
  const body = { provider: 'unknown' };
  expectProblem(await server.post('/v1/auth/sign-ins', undefined, body), 404, 'provider_not_found');
});

it('the providers are listed for everyone, without their secrets', async () => {
  const listed = await server.get('/v1/auth/providers?email=ada@example.com');
  const providers = ['idp', 'other'].map((id) => ({ id, name: 'The provider' }));
  expect(listed.body).toEqual({ providers, company: null });
  expect(listed.text).not.toContain('secret');
});

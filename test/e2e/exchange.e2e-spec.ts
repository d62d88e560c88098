import type { Response } from 'supertest';
import { createHmac } from 'node:crypto';
import { exportSPKI, importJWK, UnsecuredJWT, type CryptoKey, type JWTPayload } from 'jose';
import type { LoginResponse } from '../../src/modules/accounts/dto/account.responses';
import { signUp, type Customer } from '../support/customers';
import { jumpAhead } from '../support/monotonic-time';
import { expectFaults, expectProblem } from '../support/problems';
import { race, tally } from '../support/race';
import { TestApplication } from '../support/test-application';
import { secondsOf, claimsOfNewPerson, TokenIssuer } from '../support/token-issuer';

let issuer: TokenIssuer;
let server: TestApplication;
let customer: Customer;
beforeAll(async () => {
  issuer = await TokenIssuer.start('RS256');
  const trusted = issuer.trusted({ businessClaim: 'tenantry_business' });
  const networks = { webhookAllowedNetworks: ['127.0.0.1'] };
  server = await TestApplication.start({ ...networks, trustedIssuers: [trusted] });
});
beforeEach(async () => {
  customer = await signUp(server);
});
afterEach(() => {
  issuer.instead = null;
  jest.restoreAllMocks();
});
afterAll(async () => {
  await server.stop();
  await issuer.close();
});

const send = (token: string, changes: object = {}): Promise<Response> =>
  Promise.resolve(server.post('/v1/auth/exchange', undefined, { token, ...changes }));

async function exchange(claims: JWTPayload, changes: object = {}): Promise<LoginResponse> {
  const answer = await send(await issuer.sign(claims), changes);
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  return answer.body as LoginResponse;
}

const ofBusiness = (changes: JWTPayload = {}): Promise<JWTPayload> =>
  claimsOfNewPerson(server, { tenantry_business: customer.business.id, ...changes });

describe('first sight', () => {
  it('makes a person, in no business', async () => {
    const claims = await claimsOfNewPerson(server);
    const { session, member, business } = await exchange(claims);
    expect({ member, business }).toEqual({ member: null, business: null });
    const me = await server.get('/v1/me', session.token);
    expect(me.body).toMatchObject({
      user: { email: claims.email, emailVerified: true, fullName: 'Grace Hopper' },
    });
    const again = await exchange({ ...claims, email: undefined, email_verified: undefined });
    expect((await server.get('/v1/me', again.session.token)).body).toEqual(me.body);
  });

  it('joins the business that the token names, with the role of a member, and takes a seat', async () => {
    const usage = () => server.get('/v1/usage/seats', customer.token);
    const before = (await usage()).body as { used: number };
    const { member, business } = await exchange(await ofBusiness());
    expect([member, business]).toMatchObject([{ role: 'member' }, { id: customer.business.id }]);
    expect(((await usage()).body as { used: number }).used).toBe(before.used + 1);
  });

  it('joins a business that has invited the address, where the request names it', async () => {
    const { id: businessId } = customer.business;
    const claims = await claimsOfNewPerson(server);
    expectProblem(await send(await issuer.sign(claims), { businessId }), 404, 'business_not_found');
    const invitation = { email: claims.email, role: 'viewer' };
    await server.post('/v1/invitations', customer.token, invitation).expect(201);
    const { member, business } = await exchange(claims, { businessId });
    expect([member, business]).toMatchObject([{ role: 'viewer' }, { id: businessId }]);
  });

  it('makes no person an owner: that invitation is accepted with its key', async () => {
    const { id: businessId } = customer.business;
    const claims = await claimsOfNewPerson(server);
    const invitation = { email: claims.email, role: 'owner' };
    await server.post('/v1/invitations', customer.token, invitation).expect(201);
    expectProblem(await send(await issuer.sign(claims), { businessId }), 404, 'business_not_found');
  });

  it('makes no person where there is no seat', async () => {
    const full = await signUp(server);
    const claims = await claimsOfNewPerson(server, { tenantry_business: full.business.id });
    const seats = (await server.get('/v1/usage/seats', full.token)).body as { limit: number };
    for (let taken = 1; taken < seats.limit; taken += 1)
      await exchange(await claimsOfNewPerson(server, { tenantry_business: full.business.id }));
    expectProblem(await send(await issuer.sign(claims)), 402, 'limit_reached');
    const found = await server.database.query('SELECT FROM users WHERE email = $1', [claims.email]);
    expect(found).toEqual([]);
  });

  it('twice at once makes one person, and one member', async () => {
    const token = await issuer.sign(await ofBusiness());
    const answers = await race(6, () => send(token));
    expect(tally(answers)).toEqual({ 200: 6 });
    const members = new Set(answers.map(({ body }) => (body as LoginResponse).member!.id));
    expect(members.size).toBe(1);
  });

  it.each([
    [{ email_verified: false }],
    [{ email_verified: undefined }],
    [{ email: undefined }],
    [{ email: 'no address' }],
    [{ email: 7 }],
  ])('makes no person of %j', async (changes) => {
    const claims = await claimsOfNewPerson(server, changes);
    expectProblem(await send(await issuer.sign(claims)), 403, 'email_not_proven');
  });

  it.each([['not an id'], ['00000000-0000-0000-0000-000000000000']])(
    'makes no person of a token of the business %s',
    async (tenantry_business) => {
      const claims = await claimsOfNewPerson(server, { tenantry_business });
      expectProblem(await send(await issuer.sign(claims)), 404, 'business_not_found');
    },
  );

  it('does not let a deactivated member back in', async () => {
    const claims = await ofBusiness();
    const { member } = await exchange(claims);
    await server.post(`/v1/team-members/${member!.id}/deactivate`, customer.token).expect(200);
    expectProblem(await send(await issuer.sign(claims)), 404, 'business_not_found');
  });
});

describe('an account with the same address', () => {
  it('is not entered, nor linked, by the address alone', async () => {
    const claims = await claimsOfNewPerson(server, { email: customer.email });
    const refused = expectProblem(
      await send(await issuer.sign(claims)),
      409,
      'identity_not_linked',
    );
    expect(refused).toMatchObject({ linkToken: expect.any(String) as string });
    expectProblem(await send(await issuer.sign(claims)), 409, 'identity_not_linked');
    expect(JSON.stringify(refused)).not.toMatch(/tn[sfu]_/);
  });

  it('is found in whichever spelling', async () => {
    const email = customer.email.toUpperCase().replace('@EXAMPLE.COM', '@Example.com');
    const claims = await claimsOfNewPerson(server, { email });
    expectProblem(await send(await issuer.sign(claims)), 409, 'identity_not_linked');
  });
});

describe('the session', () => {
  it('ends an hour after the token', async () => {
    const claims = await ofBusiness();
    const { session } = await exchange(claims);
    expect(session.expiresAt).toBe(new Date((claims.exp! + 3600) * 1000).toISOString());
    const switched = await server.post('/v1/me/switch', session.token, {
      businessId: customer.business.id,
    });
    const { token } = (switched.body as LoginResponse).session;
    expect((await server.get('/v1/business', token)).status).toBe(200);
    server.clock.moveBy((600 + 3600 - 30) * 1000);
    expect((await server.get('/v1/business', token)).status).toBe(200);
    server.clock.moveBy(31_000);
    for (const each of [session.token, token])
      expectProblem(await server.get('/v1/business', each), 401, 'unauthenticated');
  });

  it('says what opened it, and is listed until it ends', async () => {
    const claims = await claimsOfNewPerson(server);
    const { session } = await exchange(claims);
    const list = async (token: string) =>
      ((await server.get('/v1/me/sessions', token)).body as { data: object[] }).data;
    expect(await list(session.token)).toMatchObject([{ signedInWith: ['exchange'] }]);
    server.clock.moveBy(2 * 3600 * 1000);
    const now = await secondsOf(server);
    const next = await exchange({ ...claims, iat: now, exp: now + 60 });
    expect(await list(next.session.token)).toHaveLength(1);
  });

  const LATELY = 60;
  const EARLIER = 3_000;
  it.each([
    ['no proof without a time', () => ({}), 403],
    ['a recent proof by auth_time', (now: number) => ({ auth_time: now - LATELY }), 204],
    ['no proof by an older auth_time', (now: number) => ({ auth_time: now - EARLIER }), 403],
    ['a recent proof by Supabase', (now: number) => ({ amr: [{ timestamp: now - LATELY }] }), 204],
    ['a recent proof by Clerk', () => ({ fva: [1, -1] }), 204],
    [
      'no proof by a token that was only refreshed',
      (now: number) => ({ amr: [{ method: 'token_refresh', timestamp: now }] }),
      403,
    ],
    ['no proof by Clerk, of an hour ago', () => ({ fva: [60, -1] }), 403],
    ['no longer a proof of the future', (now: number) => ({ auth_time: now + 9_000 }), 204],
  ])('is %s', async (_, claimsAt, status) => {
    const { session } = await exchange(
      await claimsOfNewPerson(server, claimsAt(await secondsOf(server))),
    );
    const asked = await server.post('/v1/me/mfa/totp', session.token);
    expect(asked.status).toBe(status === 204 ? 201 : 403);
    if (status === 403) expectProblem(asked, 403, 'reauthentication_required');
  });
});

describe('refuses', () => {
  const refuse = async (token: string): Promise<void> => {
    expectProblem(await send(token), 401, 'foreign_token_invalid');
  };

  const faulty: [string, (now: number) => JWTPayload][] = [
    ['of another audience', () => ({ aud: 'another' })],
    ['without an audience', () => ({ aud: undefined })],
    ['of another issuer', () => ({ iss: 'https://another.example' })],
    ['of an issuer with one more stroke', () => ({ iss: `${issuer.url}/` })],
    ['without an issuer', () => ({ iss: undefined })],
    ['without a subject', () => ({ sub: undefined })],
    ['with an empty subject', () => ({ sub: '' })],
    ['that has expired', (now) => ({ exp: now - 31 })],
    ['without an end', () => ({ exp: undefined })],
    ['that lasts for more than a day', (now) => ({ exp: now + 24 * 3600 + 60 })],
    ['that is not valid yet', (now) => ({ nbf: now + 60 })],
    ['of the future', (now) => ({ iat: now + 60 })],
  ];
  it.each(faulty)('a token %s', async (_, changesAt) => {
    await refuse(
      await issuer.sign(await claimsOfNewPerson(server, changesAt(await secondsOf(server)))),
    );
  });

  it.each([
    ['expired for 20 seconds', (now: number) => ({ exp: now - 20 })],
    ['issued in 20 seconds', (now: number) => ({ iat: now + 20, nbf: now + 20 })],
  ])('no token %s: clocks differ', async (_, changesAt) => {
    await exchange(await claimsOfNewPerson(server, changesAt(await secondsOf(server))));
  });

  it.each([1e13, 2 ** 53 - 1, 1e300])('an end beyond all dates: %d', async (exp) => {
    await refuse(await issuer.sign(await claimsOfNewPerson(server, { exp })));
    const known = await claimsOfNewPerson(server, { exp, email: customer.email });
    await refuse(await issuer.sign(known)); // and no linkToken
  });

  it.each(['a\0b', 'a\ud800', 'x'.repeat(256)])('the subject %j', async (sub) => {
    await refuse(await issuer.sign(await claimsOfNewPerson(server, { sub })));
  });

  it('alg: none', async () => {
    await refuse(
      new UnsecuredJWT({ iss: issuer.url, ...(await claimsOfNewPerson(server)) }).encode(),
    );
  });

  it('HS256 with the public key', async () => {
    const { jwk, kid } = issuer.keys[0]!;
    const pem = await exportSPKI((await importJWK(jwk, 'RS256')) as CryptoKey);
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const claims = { iss: issuer.url, ...(await claimsOfNewPerson(server)) };
    const content = `${encode({ alg: 'HS256', kid })}.${encode(claims)}`;
    await refuse(`${content}.${createHmac('sha256', pem).update(content).digest('base64url')}`);
  });

  it('what was changed, and what is no JWT', async () => {
    const [header, , signature] = (await issuer.sign(await claimsOfNewPerson(server))).split('.');
    const other = Buffer.from(
      JSON.stringify({ iss: issuer.url, ...(await claimsOfNewPerson(server)) }),
    );
    await refuse(`${header}.${other.toString('base64url')}.${signature}`);
    for (const token of ['x', 'a.b.c', '..', `${header}..`, `${header}.e30.`]) await refuse(token);
  });

  it('a token of another key that has the same name', async () => {
    const other = await TokenIssuer.start('RS256');
    const claims = { ...(await claimsOfNewPerson(server)), iss: issuer.url };
    await refuse(await other.sign(claims, { kid: issuer.keys[0]!.kid }));
    await other.close();
  });

  it('unusable bodies', async () => {
    expectFaults(await send(''), '/token');
    expectFaults(await send('x'.repeat(8_193)), '/token');
    expectFaults(await send('x', { businessId: 'x', more: 1 }), '/businessId', '/more');
  });
});

describe('the keys of the issuer', () => {
  it('are asked for once in 30 seconds, whichever key a token names', async () => {
    jumpAhead(31_000);
    await send(await issuer.sign(await claimsOfNewPerson(server), { kid: 'first' }));
    const before = issuer.asked;
    await race(10, async (index) =>
      send(await issuer.sign(await claimsOfNewPerson(server), { kid: `k${index}` })),
    );
    expect(issuer.asked).toBe(before);
    jumpAhead(31_000);
    await race(10, async (index) =>
      send(await issuer.sign(await claimsOfNewPerson(server), { kid: `l${index}` })),
    );
    expect(issuer.asked).toBe(before + 1);
  });

  it('are the new ones after a rotation; the old one works no longer', async () => {
    const claims = await claimsOfNewPerson(server);
    const old = await issuer.sign(claims);
    await issuer.rotate();
    jumpAhead(31_000);
    await exchange(claims);
    expectProblem(await send(old), 401, 'foreign_token_invalid');
  });

  it.each([
    ['is down', (response: import('node:http').ServerResponse) => response.destroy()],
    ['answers HTML', (response: import('node:http').ServerResponse) => response.end('<html>')],
    [
      'answers 500',
      (response: import('node:http').ServerResponse) => response.writeHead(500).end(),
    ],
    [
      'answers no keys',
      (response: import('node:http').ServerResponse) => response.end('{"keys":7}'),
    ],
    [
      'answers without an end',
      (response: import('node:http').ServerResponse) =>
        response.end(`{"keys":["${'x'.repeat(70_000)}"]}`),
    ],
  ])(
    'where the issuer %s, no session is opened, and 30 seconds later it is asked again',
    async (_, instead) => {
      jumpAhead(11 * 60_000);
      issuer.instead = instead;
      const token = await issuer.sign(await claimsOfNewPerson(server));
      const before = issuer.asked;
      expectProblem(await send(token), 503, 'issuer_unavailable');
      expectProblem(await send(token), 503, 'issuer_unavailable');
      expect(issuer.asked).toBe(before + 1);
      issuer.instead = null;
      jumpAhead(31_000);
      expect((await send(token)).status).toBe(200);
    },
  );
});

it('a token of an issuer opens nothing by itself', async () => {
  const token = await issuer.sign(await ofBusiness());
  for (const path of ['/v1/me', '/v1/business', '/v1/staff/me'])
    expectProblem(await server.get(path, token), 401, 'unauthenticated');
});

it('tokens are tried from one address as often as other guesses', async () => {
  const changes = { rateLimitFailures: 1, webhookAllowedNetworks: ['127.0.0.1'] };
  const limited = await TestApplication.start({ ...changes, trustedIssuers: [issuer.trusted()] });
  const token = await issuer.sign(await claimsOfNewPerson(limited));
  const guess = (guessed: string) =>
    limited.post('/v1/auth/exchange', undefined, { token: guessed });
  for (let tries = 1; tries <= 9; tries += 1) expect((await guess('wrong')).status).toBe(401);
  for (let tries = 1; tries <= 3; tries += 1) expect((await guess(token)).status).toBe(200); // are not counted
  expect((await guess('wrong')).status).toBe(401);
  expectProblem(await guess(token), 429, 'rate_limited');
  await limited.stop();
});

import type { Resolver } from 'node:dns/promises';
import type { Response } from 'supertest';
import type { LoginResponse } from '../../src/modules/accounts/dto/account.responses';
import type { SsoResponse } from '../../src/modules/sso/dto/sso';
import { NameResolver } from '../../src/platform/outbound/name-resolver';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { DnsServer } from '../support/dns-server';
import { ForgingProvider } from '../support/forging-provider';
import { addMember, joinBusiness } from '../support/members';
import { expectFaults, expectProblem } from '../support/problems';
import { race, tally } from '../support/race';
import { addStaff, openSupport, type StaffMember } from '../support/staff';
import { TestApplication } from '../support/test-application';

const PATH = '/v1/business/sso';

let dns: DnsServer;
let provider: ForgingProvider;
let server: TestApplication;
let staff: StaffMember;
let customer: Customer;
let domain: string;
let sequence = 0;
beforeAll(async () => {
  dns = await DnsServer.start(['127.0.0.1']);
  provider = await ForgingProvider.start();
  server = await TestApplication.start({ webhookAllowedNetworks: ['127.0.0.1'] });
  const { resolver } = server.app.get<unknown, { resolver: Resolver }>(NameResolver);
  resolver.setServers([dns.address]);
  staff = await addStaff(server);
});
beforeEach(async () => {
  customer = await signUp(server);
  sequence += 1;
  domain = `acme${sequence}.example`;
  provider.instead = {};
});
afterAll(async () => {
  await server.stop();
  await provider.stop();
  dns.stop();
});

const set = (changes: object = {}, token = customer.token): Promise<Response> => {
  const client = { clientId: 'tenantry', clientSecret: 'a secret of the client' };
  const body = { issuer: provider.url, ...client, domains: [domain], ...changes };
  return Promise.resolve(server.send('put', PATH, token).send(body));
};

async function setUp(changes: object = {}): Promise<SsoResponse> {
  const answer = await set(changes);
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  return answer.body as SsoResponse;
}

const prove = (name = domain, token = customer.token): Promise<Response> =>
  Promise.resolve(server.post(`${PATH}/domains`, token, { domain: name }));

async function setUpAndProve(changes: object = {}): Promise<SsoResponse> {
  const sso = await setUp(changes);
  const [record] = sso.domains[0]!.records;
  dns.texts.set(record!.name, record!.value);
  expect((await prove()).status).toBe(200);
  return sso;
}

/** A sign-in with these claims. */
async function signIn({ id }: SsoResponse, claims: object): Promise<Response> {
  const begun = await server.post('/v1/auth/sign-ins', undefined, { provider: id });
  expect([begun.status, begun.text]).toEqual([201, expect.any(String)]);
  const { url, handle } = begun.body as { url: string; handle: string };
  provider.idToken = (nonce) => provider.sign({ nonce, email_verified: undefined, ...claims });
  const answer = { provider: id, handle, ...provider.visit(url) };
  return server.post('/v1/auth/sign-ins/finish', undefined, answer);
}

describe('the sign-in of a business', () => {
  it('is set, shown without its secret, and removed with its domains', async () => {
    expectProblem(await server.get(PATH, customer.token), 404, 'sso_not_found');
    const sso = await setUp({ rolesClaim: 'groups', roles: [{ value: 'a', role: 'admin' }] });
    expect(sso).toMatchObject({
      ...{ issuer: provider.url, clientId: 'tenantry', defaultRole: 'viewer' },
      redirectUri: `http://app.test/console/sign-in/${sso.id}`,
      domains: [{ domain, provenAt: null, records: [{ name: `_tenantry.${domain}` }] }],
    });
    const shown = await server.get(PATH, customer.token);
    expect(shown.body).toEqual(sso);
    expect(shown.text).not.toContain('a secret of the client');
    const [row] = await server.database.query<{ text: string }>(
      `SELECT sso_connections::text AS text FROM sso_connections WHERE business_id = $1`,
      [customer.business.id],
    );
    expect(row!.text).not.toContain(Buffer.from('a secret').toString('hex'));
    expect((await server.delete(PATH, customer.token)).status).toBe(204);
    expectProblem(await server.get(PATH, customer.token), 404, 'sso_not_found');
    const left = await server.database.query('SELECT FROM sso_domains WHERE business_id = $1', [
      customer.business.id,
    ]);
    expect(left).toEqual([]);
  });

  it('keeps its secret, id and proofs, but no secret for another issuer or client', async () => {
    const { id } = await setUpAndProve();
    const kept = await setUp({ clientSecret: undefined, domains: [domain, 'more.example'] });
    expect(kept.id).toBe(id);
    expect(kept.domains.map(({ provenAt }) => provenAt !== null)).toEqual([true, false]);
    const other = { clientSecret: undefined };
    expectFaults(await set({ ...other, clientId: 'another' }), '/clientSecret');
    expectFaults(await set({ ...other, issuer: 'https://another.example' }), '/clientSecret');
  });

  it('is in the audit log without its secret', async () => {
    await setUp();
    const log = await server.get('/v1/audit-log?limit=5', customer.token);
    expect(log.text).toContain('sso_connection');
    expect(log.text).not.toContain('a secret');
  });

  it('is for owners alone: not for an admin, not for support, not without a recent proof', async () => {
    const admin = await addMember(server, customer, 'admin');
    expectProblem(await server.get(PATH, admin.token), 403, 'permission_denied');
    expectProblem(await set({}, admin.token), 403, 'permission_denied');
    const { token } = await openSupport(server, staff, customer);
    expectProblem(await server.get(PATH, token), 403, 'support_forbidden');
    await server.database.query(`UPDATE sessions SET proven_at = now() - interval '1 hour'`);
    expectProblem(await set(), 403, 'reauthentication_required');
  });

  it.each([
    [{ issuer: 'nonsense' }, '/issuer'],
    [{ issuer: 'http://10.0.0.1' }, '/issuer'],
    [{ issuer: 'https://user:pass@idp.example' }, '/issuer'],
    [{ issuer: 'https://login.microsoftonline.com/common/v2.0' }, '/issuer'],
    [{ domains: ['localhost'] }, '/domains'],
    [{ domains: ['a b.example'] }, '/domains'],
    [{ domains: ['127.0.0.1'] }, '/domains'],
    [{ domains: [7] }, '/domains'],
    [{ defaultRole: 'owner' }, '/defaultRole'],
    [{ roles: [{ value: 'x', role: 'owner' }] }, '/roles/0/role'],
    [{ clientId: '' }, '/clientId'],
  ])('refuses %j', async (changes, pointer) => {
    expectFaults(await set(changes), pointer);
  });

  it('says whether its provider is there', async () => {
    await setUp();
    const test = async () => (await server.post(`${PATH}/test`, customer.token)).body as object;
    expect(await test()).toEqual({ result: 'ok' });
    provider.instead = { '/jwks': (response) => response.end('<html>') };
    expect(await test()).toEqual({ result: 'unusable' });
    provider.instead = { '/jwks': (response) => response.destroy() };
    expect(await test()).toEqual({ result: 'not_reached' });
    await setUp({ issuer: `${provider.url}/` });
    expect(await test()).toEqual({ result: 'unusable' });
  });
});

describe('a domain', () => {
  it('is proven by its record, in any spelling', async () => {
    await setUp({ domains: [domain.toUpperCase()] });
    expectProblem(await prove(), 409, 'domain_not_proven');
    dns.texts.set(`_tenantry.${domain}`, 'tenantry-domain=another');
    expectProblem(await prove(), 409, 'domain_not_proven');
    expectProblem(await prove('other.example'), 404, 'domain_not_found');
    const { records } = ((await server.get(PATH, customer.token)).body as SsoResponse).domains[0]!;
    dns.texts.set(records[0]!.name, records[0]!.value);
    const proven = (await prove(domain.toUpperCase())).body as SsoResponse;
    expect(proven.domains[0]!.provenAt).not.toBeNull();
  });

  it('is proven by one business only, also of two at once', async () => {
    const other = await signUp(server);
    const path = (id: string) => `/v1/staff/businesses/${id}/sso-domains`;
    await setUp();
    await set({}, other.token);
    const answers = await race(2, async (index) =>
      server.post(path([customer, other][index]!.business.id), staff.token, { domain }),
    );
    expect(tally(answers)).toEqual({ 200: 1, 409: 1 });
    expectProblem(
      answers.find(({ status }) => status === 409)!,
      409,
      'domain_taken',
    );
  });

  it('tells how its people sign in once it is proven, whoever they are', async () => {
    const find = async () =>
      (await server.get(`/v1/auth/providers?email=unknown@${domain}`)).body as object;
    const { id } = await setUp();
    expect(await find()).toEqual({ providers: [], company: null });
    await setUpAndProve();
    expect(await find()).toEqual({ providers: [], company: { id, name: 'Acme' } });
    const path = `/v1/staff/businesses/${customer.business.id}/deactivate`;
    expect((await server.post(path, staff.token)).status).toBeLessThan(300);
    expect(await find()).toEqual({ providers: [], company: null });
  });
});

describe('a person of the company', () => {
  const addressOf = (name: string): string => `${name}@${domain}`;

  it('joins with the role of the claim, never as an owner, and takes a seat', async () => {
    const sso = await setUpAndProve({
      rolesClaim: 'groups',
      roles: [
        { value: 'tenantry-members', role: 'member' },
        { value: 'tenantry-admins', role: 'admin' },
      ],
    });
    const groups = ['everyone', 'tenantry-members', 'tenantry-admins'];
    const admin = await signIn(sso, { email: addressOf('grace'), groups });
    expect(admin.body).toMatchObject({
      business: { id: customer.business.id },
      member: { role: 'admin' },
    });
    const viewer = await signIn(sso, { email: addressOf('alan'), groups: 'owner' });
    expect(viewer.body).toMatchObject({ member: { role: 'viewer' } });
    const refused = await signIn(sso, { email: addressOf('kurt') });
    expectProblem(refused, 402, 'limit_reached');
  });

  it.each([
    ['of another domain', () => ({ email: 'ada@other.example' })],
    ['of a subdomain', () => ({ email: `ada@sub.${domain}` })],
    ['that ends like it', () => ({ email: `ada@not${domain}` })],
    [
      'that the provider has not verified',
      () => ({ email: addressOf('ada'), email_verified: false }),
    ],
    ['that is none', () => ({ email: undefined })],
  ])('is no person with an address %s', async (_, claims) => {
    const sso = await setUpAndProve();
    expectProblem(await signIn(sso, claims()), 403, 'email_not_proven');
  });

  it('is no person of the company without an address of it, known or not', async () => {
    const sso = await setUpAndProve();
    const sub = `known-${sequence}`;
    await signIn(sso, { email: addressOf('known'), sub });
    expectProblem(
      await signIn(sso, { email: 'known@private.example', sub }),
      403,
      'email_not_proven',
    );
  });

  it('gets no other way in by the company: no linked provider, no passkey', async () => {
    const sso = await setUpAndProve();
    const claims = { email: addressOf('only'), sub: `only-${sequence}` };
    const { session } = (await signIn(sso, claims)).body as LoginResponse;
    const body = { provider: sso.id, purpose: 'link' };
    const begun = (await server.post('/v1/me/sign-ins', session.token, body)).body as {
      url: string;
    };
    provider.idToken = (nonce) => provider.sign({ nonce, ...claims, sub: 'another' });
    const answer = { provider: sso.id, ...provider.visit(begun.url) };
    const linked = server.post('/v1/me/sign-ins/finish', session.token, answer);
    expectProblem(await linked, 403, 'session_of_company');
    const passkey = { name: 'Mine', passkey: {} };
    const made = await server.post('/v1/me/mfa/passkeys', session.token, passkey);
    expect([403, 422]).toContain(made.status);
  });

  it('cannot begin before a domain is proven, nor after the sign-in is removed', async () => {
    const { id } = await setUp();
    const begin = () => server.post('/v1/auth/sign-ins', undefined, { provider: id });
    expectProblem(await begin(), 404, 'provider_not_found');
    await setUpAndProve();
    await server.delete(PATH, customer.token);
    expectProblem(await begin(), 404, 'provider_not_found');
  });

  it('whose account is older has to link it first', async () => {
    const sso = await setUpAndProve();
    const email = addressOf('older');
    await server.database.query('UPDATE users SET email = $2 WHERE email = $1', [
      customer.email,
      email,
    ]);
    expectProblem(await signIn(sso, { email }), 409, 'identity_not_linked');
  });

  it('stays in this business: the company opens no other', async () => {
    const sso = await setUpAndProve();
    const email = addressOf('both');
    const signedIn = (await signIn(sso, { email, sub: 'both' })).body as LoginResponse;
    const { token } = signedIn.session;
    const other = await signUp(server);
    const [user] = await server.database.query<{ id: string }>(
      'SELECT id FROM users WHERE email = $1',
      [email],
    );
    await joinBusiness(server.database, user!.id, other.business.id, 'member');
    const businessId = other.business.id;
    const switched = await server.post('/v1/me/switch', token, { businessId });
    expectProblem(switched, 403, 'session_of_company');
    const again = (await signIn(sso, { email, sub: 'both' })).body as LoginResponse;
    expect(again.business!.id).toBe(customer.business.id);
  });

  it('is proven by the company alone only without a password', async () => {
    const sso = await setUpAndProve();
    const claims = { email: addressOf('proven'), sub: `proven-${sequence}` };
    const open = async () => ((await signIn(sso, claims)).body as LoginResponse).session.token;
    const enrol = (token: string) => server.post('/v1/me/mfa/totp', token);
    expect((await enrol(await open())).status).toBe(201);
    await server.database.query(
      `UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE email = $1) WHERE email = $2`,
      [customer.email, claims.email],
    );
    const token = await open();
    expectProblem(await enrol(token), 403, 'reauthentication_required');
    const proof = { password: PASSWORD };
    expect((await server.post('/v1/auth/reauthenticate', token, proof)).status).toBe(204);
    expect((await enrol(token)).status).toBe(201);
  });

  it('who was deactivated stays out', async () => {
    const sso = await setUpAndProve();
    const claims = { email: addressOf('gone'), sub: `gone-${sequence}` };
    const { member } = (await signIn(sso, claims)).body as LoginResponse;
    await server.post(`/v1/team-members/${member!.id}/deactivate`, customer.token).expect(200);
    expectProblem(await signIn(sso, claims), 404, 'business_not_found');
  });
});

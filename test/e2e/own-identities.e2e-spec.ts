import type { Response } from 'supertest';
import { newId } from '../../src/common/ids';
import type { LoginResponse } from '../../src/modules/accounts/dto/account.responses';
import type { BegunSignInResponse, IdentityResponse } from '../../src/modules/sign-in/dto/sign-ins';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { IdentityProvider, newPerson, visit } from '../support/identity-provider';
import { answered, finish, signIn } from '../support/provider-sign-in';
import { PasskeyDevice } from '../support/passkeys';
import { expectProblem } from '../support/problems';
import { race, tally } from '../support/race';
import { TestApplication } from '../support/test-application';
import { claimsOfNewPerson, TokenIssuer } from '../support/token-issuer';

const APP_URL = 'https://app.test';
const ELEVEN_MINUTES = 11 * 60_000;

let idp: IdentityProvider;
let issuer: TokenIssuer;
let server: TestApplication;
let customer: Customer;
beforeAll(async () => {
  idp = await IdentityProvider.start([`${APP_URL}/console/sign-in/idp`]);
  issuer = await TokenIssuer.start('EdDSA');
  server = await TestApplication.start({
    appUrl: APP_URL,
    webhookAllowedNetworks: ['127.0.0.1'],
    oidcProviders: [idp.configured()],
    trustedIssuers: [issuer.trusted()],
  });
});
beforeEach(async () => {
  idp.person = newPerson();
  customer = await signUp(server);
  await server.database.query('UPDATE users SET email_verified_at = now() WHERE email = $1', [
    customer.email,
  ]);
});
afterAll(async () => {
  await server.stop();
  await idp.stop();
  await issuer.close();
});

type Purpose = 'link' | 'prove';

async function toProvider(token: string, purpose: Purpose): Promise<Record<string, string>> {
  const begun = await server.post('/v1/me/sign-ins', token, { provider: 'idp', purpose });
  expect([begun.status, begun.text]).toEqual([201, expect.any(String)]);
  return Object.fromEntries(await visit((begun.body as BegunSignInResponse).url));
}

const back = (token: string, { state, code, iss, error }: Record<string, string>) =>
  Promise.resolve(
    server.post('/v1/me/sign-ins/finish', token, { provider: 'idp', state, code, iss, error }),
  );

const go = async (token: string, purpose: Purpose): Promise<Response> =>
  back(token, await toProvider(token, purpose));

const list = async (token: string): Promise<IdentityResponse[]> =>
  ((await server.get('/v1/me/identities', token)).body as { data: IdentityResponse[] }).data;

const tokenIn = ({ body }: Response): string => (body as LoginResponse).session.token;

describe('linking', () => {
  it('opens the account from then on, whatever the address at the provider', async () => {
    expect((await go(customer.token, 'link')).body).toEqual({ purpose: 'link' });
    const { email } = idp.person!;
    expect(await list(customer.token)).toMatchObject([{ issuer: idp.url, email }]);
    const me = await server.get('/v1/me', tokenIn(await signIn(server)));
    expect(me.body).toMatchObject({ user: { email: customer.email } });
  });

  it('is in the audit log', async () => {
    await go(customer.token, 'link');
    const log = await server.get('/v1/audit-log?limit=1', customer.token);
    expect((log.body as { data: object[] }).data).toMatchObject([
      { action: 'sign_in.finish_own', actor: { email: customer.email } },
    ]);
  });

  it('takes no identity that another has, also of two at once', async () => {
    const other = await signUp(server);
    await server.database.query('UPDATE users SET email_verified_at = now()');
    const queries = [
      await toProvider(customer.token, 'link'),
      await toProvider(other.token, 'link'),
    ];
    const answers = await race(2, (index) =>
      back([customer, other][index]!.token, queries[index]!),
    );
    expect(tally(answers)).toEqual({ 200: 1, 409: 1 });
    expectProblem(
      answers.find(({ status }) => status === 409)!,
      409,
      'identity_taken',
    );
  });

  it('needs a verified address here and there, and a recent proof', async () => {
    idp.person = newPerson({ email_verified: false });
    expectProblem(await go(customer.token, 'link'), 403, 'email_not_proven');
    await server.database.query('UPDATE users SET email_verified_at = NULL');
    idp.person = newPerson();
    expectProblem(await go(customer.token, 'link'), 403, 'email_not_verified');
    server.clock.moveBy(ELEVEN_MINUTES);
    const body = { provider: 'idp', purpose: 'link' };
    const asked = await server.post('/v1/me/sign-ins', customer.token, body);
    expectProblem(asked, 403, 'reauthentication_required');
    server.clock.moveBy(-ELEVEN_MINUTES);
    expect(await list(customer.token)).toEqual([]);
  });

  it('is finished by the session that has begun it alone', async () => {
    const query = await toProvider(customer.token, 'link');
    const other = await signUp(server);
    expectProblem(await back(other.token, query), 410, 'sign_in_expired');
    const asLogin = await finish(server, { handle: 'x', query });
    expectProblem(asLogin, 410, 'sign_in_expired');
    const login = await answered(server);
    expectProblem(await back(customer.token, login.query), 410, 'sign_in_expired');
    expect((await back(customer.token, query)).status).toBe(200);
    expectProblem(await back(customer.token, query), 410, 'sign_in_expired');
  });

  it('takes the token of a trusted issuer too', async () => {
    const claims = await claimsOfNewPerson(server);
    const token = await issuer.sign(claims);
    const linked = await server.post('/v1/me/identities', customer.token, { token });
    expect(linked.status).toBe(201);
    const again = await server.post('/v1/me/identities', customer.token, { token });
    expectProblem(again, 409, 'identity_taken');
    expect(again.body).toMatchObject({ title: 'This sign-in is linked to an account already' }); // one's own
    const exchanged = await server.post('/v1/auth/exchange', undefined, { token });
    expect(exchanged.body).toMatchObject({ business: { id: customer.business.id } });
    const odd = server.post('/v1/me/identities', customer.token, { token: 'odd' });
    expectProblem(await odd, 401, 'foreign_token_invalid');
  });
});

describe('unlinking', () => {
  const unlink = (token: string, id: string) => server.delete(`/v1/me/identities/${id}`, token);

  it('ends that way in', async () => {
    await go(customer.token, 'link');
    const [identity] = await list(customer.token);
    const opened = tokenIn(await signIn(server)); // by what is unlinked
    expect((await unlink(customer.token, identity!.id)).status).toBe(204);
    expect((await server.get('/v1/me', opened)).status).toBe(401);
    expectProblem(await unlink(customer.token, identity!.id), 404, 'identity_not_found');
    const { email } = idp.person!;
    const me = await server.get('/v1/me', tokenIn(await signIn(server)));
    expect(me.body).toMatchObject({ user: { email } }); // another person now
  });

  it('is refused for the last way in, also of two at once', async () => {
    const token = tokenIn(await signIn(server));
    const [first] = await list(token);
    expectProblem(await unlink(token, first!.id), 409, 'last_way_in');
    idp.person = newPerson();
    await go(token, 'link');
    const both = await list(token);
    const answers = await race(2, async (index) => unlink(token, both[index]!.id));
    expect(tally(answers)).toEqual({ 204: 1, 409: 1 });
  });

  it('is refused for the last one also where its provider is no longer configured', async () => {
    const token = tokenIn(await signIn(server));
    const [only] = await list(token);
    const sql = `UPDATE identities SET issuer = 'https://gone.example' WHERE id = $1`;
    await server.database.query(sql, [only!.id]);
    expectProblem(await unlink(token, only!.id), 409, 'last_way_in');
  });

  it('is taken where a passkey is left', async () => {
    const token = tokenIn(await signIn(server));
    const { device } = await PasskeyDevice.register(server, token);
    const [only] = await list(token);
    expect((await unlink(token, only!.id)).status).toBe(204);
    expect((await device.logIn(server)).status).toBe(200);
  });

  it("of another's is 404", async () => {
    await go(customer.token, 'link');
    const [identity] = await list(customer.token);
    const other = await signUp(server);
    expectProblem(await unlink(other.token, identity!.id), 404, 'identity_not_found');
  });
});

describe('removing a passkey', () => {
  const removePasskey = (token: string, id: string) =>
    server.delete(`/v1/me/mfa/passkeys/${id}`, token);

  /** Of a person without a password, who has nothing else to log in with. */
  async function withPasskeys(count: number): Promise<{ token: string; ids: string[] }> {
    const token = tokenIn(await signIn(server));
    const ids: string[] = [];
    for (let made = 0; made < count; made += 1)
      ids.push((await PasskeyDevice.register(server, token)).id);
    const [identity] = await list(token);
    expect((await server.delete(`/v1/me/identities/${identity!.id}`, token)).status).toBe(204);
    return { token, ids };
  }

  const passkeysOf = async (token: string) =>
    ((await server.get('/v1/me/mfa', token)).body as { passkeys: { id: string }[] }).passkeys;

  it('is refused for the last way in, and changes nothing', async () => {
    const { token, ids } = await withPasskeys(1);
    const other = (await server.get('/v1/me/mfa', token)).body as object;
    expectProblem(await removePasskey(token, ids[0]!), 409, 'last_way_in');
    expect((await server.get('/v1/me/mfa', token)).body).toEqual(other);
    expectProblem(await removePasskey(token, newId()), 404, 'passkey_not_found');
  });

  it('leaves one of two that are removed at once', async () => {
    const { token, ids } = await withPasskeys(2);
    const answers = await race(2, async (index) => removePasskey(token, ids[index]!));
    expect(tally(answers)).toEqual({ 204: 1, 409: 1 });
    expect(await passkeysOf(token)).toHaveLength(1);
  });

  it.each([0, 1])('and unlinking at once leave one of the two, %d first', async (passkeyAt) => {
    const token = tokenIn(await signIn(server));
    const { id } = await PasskeyDevice.register(server, token);
    const [identity] = await list(token);
    const answers = await race(2, async (index) =>
      index === passkeyAt
        ? removePasskey(token, id)
        : server.delete(`/v1/me/identities/${identity!.id}`, token),
    );
    expect(tally(answers)).toEqual({ 204: 1, 409: 1 });
    expect((await passkeysOf(token)).length + (await list(token)).length).toBe(1);
  });

  it('is taken where a password or an identity is left', async () => {
    const { id } = await PasskeyDevice.register(server, customer.token);
    expect((await removePasskey(customer.token, id)).status).toBe(204);
    const token = tokenIn(await signIn(server));
    const registered = await PasskeyDevice.register(server, token);
    expect((await removePasskey(token, registered.id)).status).toBe(204);
  });

  it('is taken once a password is set by mail', async () => {
    const { token, ids } = await withPasskeys(1);
    await server.database.query(`UPDATE users SET password_hash = 'set' WHERE email = $1`, [
      idp.person!.email,
    ]);
    expect((await removePasskey(token, ids[0]!)).status).toBe(204);
  });
});

describe('a proof by the provider', () => {
  it('is one for a person without a password', async () => {
    const token = tokenIn(await signIn(server));
    server.clock.moveBy(ELEVEN_MINUTES);
    const enrol = () => server.post('/v1/me/mfa/totp', token);
    expectProblem(await enrol(), 403, 'reauthentication_required');
    const password = { password: PASSWORD };
    const byPassword = server.post('/v1/auth/reauthenticate', token, password);
    expectProblem(await byPassword, 403, 'wrong_password');
    server.clock.moveBy(-ELEVEN_MINUTES);
    const query = await toProvider(token, 'prove');
    await server.database.query(`UPDATE user_sessions SET proven_at = now() - interval '1 hour'`);
    expect((await back(token, query)).body).toEqual({ purpose: 'prove' });
    expect((await enrol()).status).toBe(201);
  });

  it('of another person is none', async () => {
    const token = tokenIn(await signIn(server));
    idp.person = newPerson();
    expectProblem(await go(token, 'prove'), 404, 'identity_not_found');
  });

  it('asks the provider to ask again', async () => {
    const token = tokenIn(await signIn(server));
    const body = { provider: 'idp', purpose: 'prove' };
    const begun = (await server.post('/v1/me/sign-ins', token, body)).body as BegunSignInResponse;
    const { searchParams } = new URL(begun.url);
    expect(searchParams.get('max_age')).toBe('0');
    expect(searchParams.get('prompt')).toBe('login');
  });
});

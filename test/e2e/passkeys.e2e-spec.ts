import type { Response } from 'supertest';
import type { SessionResponse } from '../../src/modules/accounts/dto/account.responses';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { finishJobs, MailServer } from '../support/mail-server';
import { addMember, logIn, logInWithoutBusiness } from '../support/members';
import { askToLogIn, PasskeyDevice, type Faults } from '../support/passkeys';
import { comparable, expectProblem } from '../support/problems';
import { race } from '../support/race';
import { Authenticator } from '../support/second-factors';
import { readAuditLog } from '../support/staff';
import { TestApplication } from '../support/test-application';

const ONE_MINUTE_MS = 60_000;

let mailServer: MailServer;
let server: TestApplication;
beforeAll(async () => {
  mailServer = await MailServer.start();
  server = await TestApplication.start({ roles: ['worker'], smtpUrl: mailServer.url });
});
afterAll(async () => {
  await server.stop();
  await mailServer.close();
});

interface Registered {
  owner: Customer;
  device: PasskeyDevice;
  id: string;
  recoveryCodes: string[];
}

async function withPasskey(): Promise<Registered> {
  const owner = await signUp(server);
  return { owner, ...(await PasskeyDevice.register(server, owner.token)) };
}

const tokenIn = ({ body }: Response): string =>
  (body as { session: { token: string } }).session.token;

interface Described {
  passkeys: { id: string; name: string; lastUsedAt: string | null }[];
  recoveryCodesLeft: number;
}

async function describeFactors(token: string): Promise<Described> {
  return (await server.get('/v1/me/mfa', token)).body as Described;
}

async function mailsTo(email: string, subject: string): Promise<number> {
  await finishJobs(server.database);
  return mailServer.mails.filter(
    (mail) => mail.recipients.includes(email) && mail.subject?.includes(subject),
  ).length;
}

describe('registering one', () => {
  const begin = async ({ token }: Customer) =>
    (await server.post('/v1/me/mfa/passkeys/options', token)).body as {
      options: Parameters<PasskeyDevice['create']>[0];
    };
  const send = async ({ token }: Customer, passkey: object) =>
    server.post('/v1/me/mfa/passkeys', token, { name: 'My phone', passkey });

  it('asks for a discoverable one, with user verification, and for none that is known', async () => {
    const { owner, device } = await withPasskey();
    const asked = await server.post('/v1/me/mfa/passkeys/options', owner.token);
    expect(asked.body).toMatchObject({
      options: {
        rp: { id: 'app.test' },
        user: { name: owner.email },
        attestation: 'none',
        excludeCredentials: [{ id: device.credentialId, transports: ['internal'] }],
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      },
    });
  });

  it('makes recovery codes with the first factor only, ends other sessions, and is mailed', async () => {
    const owner = await signUp(server);
    const other = (await logIn(server, owner.email)).session.token;
    const { recoveryCodes } = await PasskeyDevice.register(server, owner.token);
    expect(new Set(recoveryCodes).size).toBe(10);
    expectProblem(await server.get('/v1/me', other), 401, 'unauthenticated');
    expect((await server.get('/v1/me', owner.token)).body).toMatchObject({
      user: { hasSecondFactor: true },
    });
    expect((await PasskeyDevice.register(server, owner.token)).recoveryCodes).toEqual([]);
    expect((await Authenticator.enrol(server, owner.token)).recoveryCodes).toEqual([]);
    expect(await describeFactors(owner.token)).toMatchObject({
      passkeys: [{ name: 'My phone', isSynced: false, lastUsedAt: null }, { name: 'My phone' }],
      recoveryCodesLeft: 10,
    });
    expect(await mailsTo(owner.email, 'A passkey was added')).toBe(2);
    const told = await readAuditLog(server, owner.token, '&action=passkey.create');
    expect(told.map(({ target }) => target.type)).toEqual(
      expect.arrayContaining(['passkey', 'user']),
    );
  });

  const refused: [string, Faults][] = [
    ['without user verification', { isUnverified: true }],
    ['made on the page of another origin', { origin: 'https://evil.example' }],
    ['made for another host', { rpId: 'evil.example' }],
    ['of another challenge', { challenge: Buffer.alloc(54).toString('base64url') }],
    ['of a login', { type: 'webauthn.get' }],
  ];
  it.each(refused)('refuses one %s', async (_, faults) => {
    const owner = await signUp(server);
    const device = new PasskeyDevice();
    const answer = await device.registerAt(server, owner.token, '/v1', faults);
    expectProblem(answer, 401, 'passkey_invalid');
    expect((await describeFactors(owner.token)).passkeys).toEqual([]);
  });

  it('takes a challenge once, of the same person, and not after 5 minutes', async () => {
    const owner = await signUp(server);
    const other = await signUp(server);
    const { options } = await begin(owner);
    const passkey = new PasskeyDevice().create(options);
    expectProblem(await send(other, passkey), 401, 'passkey_invalid');
    expect((await send(owner, passkey)).status).toBe(201);
    expectProblem(await send(owner, passkey), 401, 'passkey_invalid');
    const again = new PasskeyDevice().create(options);
    expectProblem(await send(owner, again), 401, 'passkey_invalid');
    const late = new PasskeyDevice().create((await begin(owner)).options);
    server.clock.moveBy(5 * ONE_MINUTE_MS);
    expectProblem(await send(owner, late), 401, 'passkey_invalid');
  });

  it('is not for a session that the provider of one business opened: a passkey opens all', async () => {
    const owner = await signUp(server);
    await server.database.query(
      `UPDATE sessions SET signed_in_with = '{sso}' WHERE user_id = (SELECT id FROM users WHERE email = $1)`,
      [owner.email],
    );
    const refused = await server.post('/v1/me/mfa/passkeys/options', owner.token);
    expectProblem(refused, 403, 'session_of_company');
    const body = { name: 'My phone', passkey: {} };
    const answer = await server.post('/v1/me/mfa/passkeys', owner.token, body);
    expectProblem(answer, 403, 'session_of_company');
  });

  it('refuses one that is known, of whomever', async () => {
    const { device } = await withPasskey();
    const other = await signUp(server);
    expectProblem(await device.registerAt(server, other.token), 409, 'passkey_exists');
  });

  it('refuses the twenty-first, also in a race', async () => {
    const owner = await signUp(server);
    for (let count = 0; count < 18; count += 1) await PasskeyDevice.register(server, owner.token);
    const made: object[] = [];
    for (let count = 0; count < 5; count += 1)
      made.push(new PasskeyDevice().create((await begin(owner)).options));
    const answers = await race(5, (each) => send(owner, made[each]!));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(2);
    const refusal = await server.post('/v1/me/mfa/passkeys/options', owner.token);
    expectProblem(refusal, 409, 'too_many_passkeys');
  });

  it.each([
    {},
    { id: 7 },
    { id: 'x', response: null },
    { id: 'AAAA', rawId: 'AAAA', response: {} },
  ])('refuses %j', async (passkey) => {
    const owner = await signUp(server);
    const body = { name: 'My phone', passkey };
    const answer = await server.post('/v1/me/mfa/passkeys', owner.token, body);
    expectProblem(answer, 401, 'passkey_invalid');
    const login = await server.post('/v1/auth/passkeys/login', undefined, { passkey });
    expectProblem(login, 401, 'passkey_invalid');
  });
});

describe('a login by passkey', () => {
  it('opens a session without a password, and says so in the list', async () => {
    const { owner, device, id } = await withPasskey();
    const loggedIn = await device.logIn(server);
    expect(loggedIn.status).toBe(200);
    expect(loggedIn.body).toMatchObject({ business: { id: owner.business.id } });
    const token = tokenIn(loggedIn);
    const listed = await server.get('/v1/me/sessions', token);
    const { data } = listed.body as { data: SessionResponse[] };
    expect(data.find(({ current }) => current)?.signedInWith).toEqual(['passkey']);
    const { passkeys } = await describeFactors(token);
    expect(passkeys).toMatchObject([{ id, lastUsedAt: expect.any(String) as string }]);
  });

  it('asks all callers the same', async () => {
    const ask = () => server.post('/v1/auth/passkeys/options', undefined);
    const before = await ask();
    await withPasskey();
    const withoutChallenge = (response: Response) =>
      JSON.stringify(comparable(response)).replace(/challenge\W+[\w-]+/, '');
    expect(before.body).toMatchObject({ options: { userVerification: 'required' } });
    expect(JSON.stringify(before.body)).not.toContain('allowCredentials');
    expect(withoutChallenge(await ask())).toBe(withoutChallenge(before));
  });

  it('goes to the business that was asked for, or to none', async () => {
    const { owner, device } = await withPasskey();
    const wanted = await device.logIn(server, { changes: { businessId: owner.business.id } });
    expect(wanted.body).toMatchObject({ business: { id: owner.business.id } });
    const { business } = await signUp(server);
    const foreign = await device.logIn(server, { changes: { businessId: business.id } });
    expectProblem(foreign, 401, 'passkey_invalid');
    const outside = await logInWithoutBusiness(server);
    const theirs = await PasskeyDevice.register(server, outside.token);
    const answer = await theirs.device.logIn(server);
    expect(answer.body).toMatchObject({ business: null, member: null });
  });

  const refused: [string, Faults][] = [
    ['without user verification', { isUnverified: true }],
    ['on the page of another origin', { origin: 'https://evil.example' }],
    ['for another host', { rpId: 'evil.example' }],
    ['of another challenge', { challenge: Buffer.alloc(54).toString('base64url') }],
    ['of a registration', { type: 'webauthn.create' }],
    ['without the user handle', { userHandle: null }],
    ['with the handle of another', { userHandle: Buffer.alloc(16).toString('base64url') }],
  ];
  it.each(refused)('is refused %s, and is in the log', async (_, faults) => {
    const { owner, device } = await withPasskey();
    expectProblem(await device.logIn(server, { faults }), 401, 'passkey_invalid');
    const told = await readAuditLog(server, owner.token, '&action=session.fail');
    expect(told).toMatchObject([{ actor: { email: owner.email } }]);
  });

  it('is refused by a copy, whose counter does not grow; without a counter it goes on', async () => {
    const { device } = await withPasskey();
    expect((await device.logIn(server, { faults: { counter: 5 } })).status).toBe(200);
    for (const counter of [5, 4, 0])
      expectProblem(await device.logIn(server, { faults: { counter } }), 401, 'passkey_invalid');
    expect((await device.logIn(server, { faults: { counter: 6 } })).status).toBe(200);
    const synced = (await withPasskey()).device;
    for (let count = 0; count < 2; count += 1)
      expect((await synced.logIn(server, { faults: { counter: 0 } })).status).toBe(200);
  });

  it('takes a challenge once, also in a race, and not after 5 minutes', async () => {
    const { device } = await withPasskey();
    const passkey = device.get(await askToLogIn(server), { counter: 0 });
    const send = async (body: object) => server.post('/v1/auth/passkeys/login', undefined, body);
    const answers = await race(6, () => send({ passkey }));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expectProblem(await send({ passkey }), 401, 'passkey_invalid');
    const late = device.get(await askToLogIn(server));
    server.clock.moveBy(5 * ONE_MINUTE_MS);
    expectProblem(await send({ passkey: late }), 401, 'passkey_invalid');
  });

  it('is finished by another replica, once', async () => {
    const { device } = await withPasskey();
    const options = await askToLogIn(server);
    const replica = await TestApplication.start({}, server.database);
    const passkey = device.get(options);
    const answer = await replica.post('/v1/auth/passkeys/login', undefined, { passkey });
    expect(answer.status).toBe(200);
    expectProblem(
      await server.post('/v1/auth/passkeys/login', undefined, { passkey }),
      401,
      'passkey_invalid',
    );
    await replica.app.close();
  });

  it('is refused to a member who was deactivated', async () => {
    const owner = await signUp(server);
    const member = await addMember(server, owner, 'admin');
    const { device } = await PasskeyDevice.register(server, member.token);
    const changes = { businessId: owner.business.id };
    expect((await device.logIn(server, { changes })).status).toBe(200);
    await server.post(`/v1/team-members/${member.id}/deactivate`, owner.token);
    expectProblem(await device.logIn(server, { changes }), 401, 'passkey_invalid');
  });

  it('opens a session in a cookie where that is asked for', async () => {
    const own = await TestApplication.start({ appUrl: 'https://app.test' });
    const owner = await signUp(own);
    const { device } = await PasskeyDevice.register(own, owner.token);
    const body = { passkey: device.get(await askToLogIn(own)), transport: 'cookie' };
    const answer = await own
      .post('/v1/auth/passkeys/login', undefined, body)
      .set('sec-fetch-site', 'same-origin');
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringContaining('__Host-tenantry-team=tns_'),
    ]);
    expect(JSON.stringify(answer.body)).not.toContain('tns_');
    await own.stop();
  });
});

describe('a passkey', () => {
  it('is renamed, and removed: it logs in no longer, other sessions end, and a mail says so', async () => {
    const { owner, device, id } = await withPasskey();
    const token = tokenIn(await device.logIn(server));
    const path = `/v1/me/mfa/passkeys/${id}`;
    const renamed = await server.patch(path, token, { name: 'Laptop' });
    expect([renamed.status, renamed.body]).toMatchObject([200, { name: 'Laptop' }]);
    expect((await server.delete(path, token)).status).toBe(204);
    expectProblem(await server.delete(path, token), 404, 'passkey_not_found');
    expectProblem(await server.patch(path, token, { name: 'X' }), 404, 'passkey_not_found');
    expectProblem(await server.get('/v1/me', owner.token), 401, 'unauthenticated');
    expectProblem(await device.logIn(server), 401, 'passkey_invalid');
    expect(await mailsTo(owner.email, 'A passkey was removed')).toBe(1);
    expect(await describeFactors(token)).toMatchObject({ passkeys: [], recoveryCodesLeft: 0 });
    expect((await logIn(server, owner.email)).session.token).toMatch(/^tns_/);
  });

  it('is of its owner alone', async () => {
    const { id } = await withPasskey();
    const other = await signUp(server);
    const path = `/v1/me/mfa/passkeys/${id}`;
    expectProblem(await server.delete(path, other.token), 404, 'passkey_not_found');
    expectProblem(await server.patch(path, other.token, { name: 'X' }), 404, 'passkey_not_found');
  });

  it('keeps the recovery codes while another factor is there', async () => {
    const { owner, id } = await withPasskey();
    await Authenticator.enrol(server, owner.token);
    await server.delete(`/v1/me/mfa/passkeys/${id}`, owner.token);
    expect((await describeFactors(owner.token)).recoveryCodesLeft).toBe(10);
    await PasskeyDevice.register(server, owner.token);
    expect((await server.delete('/v1/me/mfa/totp', owner.token)).status).toBe(204);
    expect((await describeFactors(owner.token)).recoveryCodesLeft).toBe(10);
    const login = { email: owner.email, password: PASSWORD };
    expectProblem(await server.post('/v1/auth/login', undefined, login), 401, 'mfa_required');
  });

  it('is not finished with after a new password', async () => {
    const { owner, device } = await withPasskey();
    const body = { currentPassword: PASSWORD, newPassword: 'another battery of staples' };
    expect((await server.post('/v1/me/password', owner.token, body)).status).toBe(204);
    expect((await device.logIn(server)).status).toBe(200);
  });
});

describe('at an IP address', () => {
  it('passkeys are off, and a login goes on with what is left', async () => {
    const own = await TestApplication.start({
      appUrl: 'https://192.0.2.7',
      environment: 'production',
    });
    const owner = await signUp(own);
    const options = await own.post('/v1/auth/passkeys/options', undefined);
    expectProblem(options, 409, 'passkeys_unavailable');
    const begun = await own.post('/v1/me/mfa/passkeys/options', owner.token);
    expectProblem(begun, 409, 'passkeys_unavailable');
    await own.stop();
  });
});

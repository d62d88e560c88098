import type { Response } from 'supertest';
import { RequestContext } from '../../src/common/request-context';
import { LostFactorsService } from '../../src/modules/accounts/lost-factors.service';
import { StaffService } from '../../src/modules/staff/staff.service';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { finishJobs, MailServer } from '../support/mail-server';
import { addMember, logIn } from '../support/members';
import { askToLogIn, optionsOf, PasskeyDevice, stepOptionsOf } from '../support/passkeys';
import { expectProblem } from '../support/problems';
import { Authenticator, verify } from '../support/second-factors';
import { addStaff, logInAsStaff, openSupport, STAFF_PASSWORD } from '../support/staff';
import { LONG_SESSIONS } from '../support/subscriptions';
import { TestApplication } from '../support/test-application';

/* Passkeys after a password, as a recent proof, of staff, and when they are lost. */

const ONE_HOUR_MS = 3_600_000;

let mailServer: MailServer;
let server: TestApplication;
beforeAll(async () => {
  mailServer = await MailServer.start();
  const changes = { roles: ['worker' as const], smtpUrl: mailServer.url, ...LONG_SESSIONS };
  server = await TestApplication.start({ ...changes, stepUpMinutes: 10 });
});
afterAll(async () => {
  await server.stop();
  await mailServer.close();
});

async function withPasskey() {
  const owner = await signUp(server);
  return { owner, ...(await PasskeyDevice.register(server, owner.token)) };
}

const byPassword = async ({ email }: Pick<Customer, 'email'>): Promise<Response> =>
  server.post('/v1/auth/login', undefined, { email, password: PASSWORD });

const tokenIn = ({ body }: Response): string =>
  (body as { session: { token: string } }).session.token;

describe('after the password', () => {
  it('is asked for, and opens the session', async () => {
    const { owner, device } = await withPasskey();
    const refused = await byPassword(owner);
    expect(refused.body).toMatchObject({
      methods: ['passkey', 'recovery_code'],
      passkeyOptions: { allowCredentials: [{ id: device.credentialId }] },
    });
    const asked = stepOptionsOf(refused);
    const passkey = device.get(asked, { userHandle: null });
    const verified = await verify(server, { mfaToken: asked.mfaToken, passkey });
    expect(verified.status).toBe(200);
    const listed = await server.get('/v1/me/sessions', tokenIn(verified));
    expect(listed.body).toMatchObject({
      data: expect.arrayContaining([
        expect.objectContaining({ current: true, signedInWith: ['password', 'passkey'] }),
      ]) as object[],
    });
  });

  it('is one of several, and no options are there without one', async () => {
    const { owner } = await withPasskey();
    await Authenticator.enrol(server, owner.token);
    expect((await byPassword(owner)).body).toMatchObject({
      methods: ['passkey', 'totp', 'recovery_code'],
    });
    const other = await signUp(server);
    await Authenticator.enrol(server, other.token);
    expect((await byPassword(other)).body).toMatchObject({
      methods: ['totp', 'recovery_code'],
      passkeyOptions: null,
    });
  });

  it('refuses what was signed for something else, and ends the token after five', async () => {
    const { owner, device } = await withPasskey();
    const [asked, another] = [
      stepOptionsOf(await byPassword(owner)),
      stepOptionsOf(await byPassword(owner)),
    ];
    const proof = optionsOf(await server.post('/v1/auth/reauthenticate/options', owner.token));
    const stranger = (await withPasskey()).device;
    const { mfaToken } = asked;
    const wrong = [
      device.get(await askToLogIn(server)),
      device.get(another),
      device.get(proof),
      stranger.get(asked),
      device.get(asked, { isUnverified: true }),
    ];
    for (const passkey of wrong)
      expectProblem(await verify(server, { mfaToken, passkey }), 401, 'passkey_invalid');
    const right = await verify(server, { mfaToken, passkey: device.get(asked) });
    expectProblem(right, 401, 'mfa_token_invalid');
  });

  it('is not taken from a login without a password, nor the other way round', async () => {
    const { owner, device } = await withPasskey();
    const passkey = device.get(stepOptionsOf(await byPassword(owner)));
    const answer = await server.post('/v1/auth/passkeys/login', undefined, { passkey });
    expectProblem(answer, 401, 'passkey_invalid');
  });

  it('gives way to a recovery code', async () => {
    const { owner, recoveryCodes } = await withPasskey();
    const { mfaToken } = stepOptionsOf(await byPassword(owner));
    const verified = await verify(server, { mfaToken, recoveryCode: recoveryCodes[0] });
    expect(verified.status).toBe(200);
  });
});

describe('as a recent proof', () => {
  const prove = async (token: string, body: object) =>
    server.post('/v1/auth/reauthenticate', token, body);

  it('is taken once, of its owner, and not what was signed for a login', async () => {
    const { owner, device } = await withPasskey();
    const ask = async () =>
      optionsOf(await server.post('/v1/auth/reauthenticate/options', owner.token));
    server.clock.moveBy(11 * 60_000);
    const options = await ask();
    expect(options.allowCredentials).toMatchObject([{ id: device.credentialId }]);
    const begin = () => server.post('/v1/me/mfa/passkeys/options', owner.token);
    expectProblem(await begin(), 403, 'reauthentication_required');
    const foreign = { passkey: device.get(await askToLogIn(server)) };
    expectProblem(await prove(owner.token, foreign), 401, 'passkey_invalid');
    const proof = { passkey: device.get(options) };
    expect((await prove(owner.token, proof)).status).toBe(204);
    expect((await begin()).status).toBe(200);
    expectProblem(await prove(owner.token, proof), 401, 'passkey_invalid');
    const other = await withPasskey();
    const theirs = { passkey: other.device.get(await ask()) };
    expectProblem(await prove(owner.token, theirs), 401, 'passkey_invalid');
    const both = { password: PASSWORD, passkey: device.get(await ask()) };
    expectProblem(await prove(owner.token, both), 422, 'validation_failed');
  });

  it('is nothing that a support session can give', async () => {
    const { owner } = await withPasskey();
    const { token } = await openSupport(server, await addStaff(server), owner, { mode: 'write' });
    for (const path of ['auth/reauthenticate/options', 'me/mfa/passkeys/options'])
      expectProblem(await server.post(`/v1/${path}`, token), 403, 'support_forbidden');
  });
});

describe('of staff', () => {
  it('logs in, is the second step and a proof, and opens nothing of people', async () => {
    const staff = await addStaff(server);
    const { device, recoveryCodes } = await PasskeyDevice.register(
      server,
      staff.token,
      '/v1/staff',
    );
    expect(recoveryCodes).toHaveLength(10);
    const loggedIn = await device.logIn(server, { area: '/v1/staff' });
    expect(loggedIn.body).toMatchObject({ staff: { email: staff.email } });
    const ofPeople = { passkey: device.get(await askToLogIn(server)) };
    for (const path of ['/v1/auth/passkeys/login', '/v1/staff/auth/passkeys/login'])
      expectProblem(await server.post(path, undefined, ofPeople), 401, 'passkey_invalid');
    const login = { email: staff.email, password: STAFF_PASSWORD };
    const asked = stepOptionsOf(await server.post('/v1/staff/auth/login', undefined, login));
    const step = { mfaToken: asked.mfaToken, passkey: device.get(asked) };
    expect((await verify(server, step, '/v1/staff')).status).toBe(200);
    const path = '/v1/staff/auth/reauthenticate';
    const proof = optionsOf(await server.post(`${path}/options`, staff.token));
    const proven = await server.post(path, staff.token, { passkey: device.get(proof) });
    expect(proven.status).toBe(204);
    const me = await server.get('/v1/staff/me', staff.token);
    expect(me.body).toMatchObject({ secondFactor: { passkeys: [{ name: 'My phone' }] } });
  });

  it('is renamed and removed, and no longer logs in; nor of an account that is disabled', async () => {
    const staff = await addStaff(server);
    const { device, id } = await PasskeyDevice.register(server, staff.token, '/v1/staff');
    const path = `/v1/staff/me/mfa/passkeys/${id}`;
    expect((await server.patch(path, staff.token, { name: 'Key' })).status).toBe(200);
    expect((await server.delete(path, staff.token)).status).toBe(204);
    expectProblem(await server.delete(path, staff.token), 404, 'passkey_not_found');
    const gone = await device.logIn(server, { area: '/v1/staff' });
    expectProblem(gone, 401, 'passkey_invalid');
    const other = await addStaff(server);
    const theirs = await PasskeyDevice.register(server, other.token, '/v1/staff');
    await server.app.get(StaffService).disable(RequestContext.job('staff.disable'), other.email);
    const disabled = await theirs.device.logIn(server, { area: '/v1/staff' });
    expectProblem(disabled, 401, 'passkey_invalid');
    await finishJobs(server.database);
    expect(
      mailServer.mails.filter(({ recipients }) => recipients.includes(staff.email)),
    ).toHaveLength(2);
  });

  it('is what staff set up who must have a second factor', async () => {
    const own = await TestApplication.start({ staffSecondFactor: 'required' });
    const staff = await addStaff(own);
    const list = () => own.get('/v1/staff/businesses', staff.token);
    expectProblem(await list(), 403, 'second_factor_required');
    const { device } = await PasskeyDevice.register(own, staff.token, '/v1/staff');
    expect((await list()).status).toBe(200);
    const token = tokenIn(await device.logIn(own, { area: '/v1/staff' }));
    expect((await own.get('/v1/staff/businesses', token)).status).toBe(200);
    await own.stop();
  });
});

describe('lost', () => {
  it('is removed by an owner, and by the operator after a day', async () => {
    const owner = await signUp(server);
    const member = await addMember(server, owner, 'admin');
    await PasskeyDevice.register(server, member.token);
    const path = `/v1/team-members/${member.id}/second-factor`;
    expect((await server.delete(path, owner.token)).status).toBe(204);
    expect((await logIn(server, member.email)).session.token).toMatch(/^tns_/);
    const { device } = await PasskeyDevice.register(server, owner.token);
    const lost = server.app.get(LostFactorsService);
    const request = () => lost.request(RequestContext.job('members.reset_factor'), owner.email);
    await request();
    expect((await device.logIn(server)).status).toBe(200); // it is not lost
    const { id: resetId } = await request();
    server.clock.moveBy(25 * ONE_HOUR_MS);
    await lost.finish(RequestContext.job('second_factor.reset'), { resetId });
    expect((await byPassword(owner)).status).toBe(200);
    expectProblem(await device.logIn(server), 401, 'passkey_invalid');
  });

  it('of staff, by the operator at once', async () => {
    const staff = await addStaff(server);
    const { device } = await PasskeyDevice.register(server, staff.token, '/v1/staff');
    const context = RequestContext.job('staff.reset_factor');
    await server.app.get(StaffService).resetFactor(context, staff.email);
    const gone = await device.logIn(server, { area: '/v1/staff' });
    expectProblem(gone, 401, 'passkey_invalid');
    expect((await logInAsStaff(server, staff.email)).session.token).toMatch(/^tnf_/);
  });
});

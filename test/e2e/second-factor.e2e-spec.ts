import { Secret } from 'otpauth';
import type { Response } from 'supertest';
import type { SessionResponse } from '../../src/modules/accounts/dto/account.responses';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { dumpDatabase } from '../support/database-dump';
import { addMember, logIn, logInWithoutBusiness } from '../support/members';
import { expectProblem } from '../support/problems';
import { race } from '../support/race';
import {
  Authenticator,
  beginLogin,
  mfaTokenOf,
  otherThan,
  verify,
} from '../support/second-factors';
import { addStaff, readAuditLog } from '../support/staff';
import { TestApplication } from '../support/test-application';

const ONE_MINUTE_MS = 60_000;

let server: TestApplication;
beforeAll(async () => {
  server = await TestApplication.start();
});
afterAll(() => server.stop());

async function withFactor(): Promise<{ owner: Customer; app: Authenticator }> {
  const owner = await signUp(server);
  return { owner, app: await Authenticator.enrol(server, owner.token) };
}

const tokenIn = (response: Response): string =>
  (response.body as { session: { token: string } }).session.token;

describe('setting up an authenticator app', () => {
  it('gives a secret, its address and a QR code, and counts once a code is confirmed', async () => {
    const owner = await signUp(server);
    const begun = await server.post('/v1/me/mfa/totp', owner.token);
    expect(begun.status).toBe(201);
    const { secret, uri, qr } = begun.body as Record<'secret' | 'uri' | 'qr', string>;
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(uri).toContain(`secret=${secret}`);
    expect(uri).toContain(encodeURIComponent(owner.email));
    expect(qr).toMatch(/^<svg/);
    expect((await logIn(server, owner.email)).session.token).toMatch(/^tns_/); // not confirmed yet
    const wrong = { code: '000000' };
    expectProblem(
      await server.post('/v1/me/mfa/totp/confirm', owner.token, wrong),
      401,
      'mfa_code_invalid',
    );
  });

  it('shows ten recovery codes once, and ends the other sessions', async () => {
    const owner = await signUp(server);
    const other = (await logIn(server, owner.email)).session.token;
    const { recoveryCodes } = await Authenticator.enrol(server, owner.token);
    expect(new Set(recoveryCodes).size).toBe(10);
    expect(recoveryCodes[0]).toMatch(/^([a-z2-7]{6}-){3}[a-z2-7]{6}$/);
    expectProblem(await server.get('/v1/me', other), 401, 'unauthenticated');
    const me = await server.get('/v1/me', owner.token);
    expect(me.body).toMatchObject({ user: { hasSecondFactor: true } });
    const described = await server.get('/v1/me/mfa', owner.token);
    expect(described.body).toMatchObject({ recoveryCodesLeft: 10, resetAt: null });
  });

  it('replaces one that was not confirmed, and never one that is', async () => {
    const owner = await signUp(server);
    await server.post('/v1/me/mfa/totp', owner.token);
    await Authenticator.enrol(server, owner.token);
    expectProblem(await server.post('/v1/me/mfa/totp', owner.token), 409, 'second_factor_exists');
  });

  it('keeps no secret and no recovery code in clear', async () => {
    const { app } = await withFactor();
    const dump = await dumpDatabase(server.database);
    const inHexadecimal = Secret.fromBase32(app.secret).hex.toLowerCase();
    for (const secret of [app.secret, inHexadecimal, ...app.recoveryCodes])
      expect(dump).not.toContain(secret);
  });

  it('is told in the audit log of each business of the person', async () => {
    const { owner } = await withFactor();
    const [entry] = await readAuditLog(server, owner.token, '&action=second_factor.confirm');
    expect(entry).toMatchObject({ target: { type: 'user' }, actor: { email: owner.email } });
  });
});

describe('a login', () => {
  it('answers 401 with a token that is no session, and opens one with a code', async () => {
    const { owner, app } = await withFactor();
    const refused = await server.post('/v1/auth/login', undefined, {
      email: owner.email,
      password: PASSWORD,
    });
    expectProblem(refused, 401, 'mfa_required');
    expect(refused.body).toMatchObject({ methods: ['totp', 'recovery_code'] });
    const mfaToken = mfaTokenOf(refused);
    expectProblem(await server.get('/v1/me', mfaToken), 401, 'unauthenticated');
    const verified = await verify(server, { mfaToken, code: await app.next() });
    expect(verified.status).toBe(200);
    expect(verified.body).toMatchObject({ business: { id: owner.business.id } });
    const { data } = (await server.get('/v1/me/sessions', tokenIn(verified))).body as {
      data: SessionResponse[];
    };
    expect(data.find(({ current }) => current)?.signedInWith).toEqual(['password', 'totp']);
  });

  it('goes to the business that was asked for, or to none', async () => {
    const outside = await logInWithoutBusiness(server);
    const app = await Authenticator.enrol(server, outside.token);
    const mfaToken = await beginLogin(server, outside.email);
    const verified = await verify(server, { mfaToken, code: await app.next() });
    expect(verified.body).toMatchObject({ business: null, member: null });
  });

  it('takes the step before and the step after, each code once', async () => {
    const { owner, app } = await withFactor();
    const tryCode = async (code: string) =>
      verify(server, { mfaToken: await beginLogin(server, owner.email), code });
    await app.next();
    await app.next();
    const [before, now, after] = [await app.at(-1), await app.at(0), await app.at(1)];
    expectProblem(await tryCode(await app.at(2)), 401, 'mfa_code_invalid');
    expectProblem(await tryCode(await app.at(-2)), 401, 'mfa_code_invalid');
    for (const code of [before, now, after]) {
      expect((await tryCode(code)).status).toBe(200);
      expectProblem(await tryCode(code), 401, 'mfa_code_invalid');
    }
  });

  it('takes the code of enrolment no second time', async () => {
    const { owner, app } = await withFactor();
    const mfaToken = await beginLogin(server, owner.email);
    expectProblem(
      await verify(server, { mfaToken, code: await app.at(0) }),
      401,
      'mfa_code_invalid',
    );
  });

  it('takes a recovery code once, in any case and spacing', async () => {
    const { owner, app } = await withFactor();
    const recoveryCode = app.recoveryCodes[3]!.toUpperCase().replaceAll('-', ' ');
    const first = await verify(server, {
      mfaToken: await beginLogin(server, owner.email),
      recoveryCode,
    });
    expect(first.status).toBe(200);
    const again = { mfaToken: await beginLogin(server, owner.email), recoveryCode };
    expectProblem(await verify(server, again), 401, 'mfa_code_invalid');
    const described = await server.get('/v1/me/mfa', tokenIn(first));
    expect(described.body).toMatchObject({ recoveryCodesLeft: 9 });
  });

  it('wins one of many races with one code', async () => {
    const { owner, app } = await withFactor();
    const tokens: string[] = [];
    for (let count = 0; count < 6; count += 1) tokens.push(await beginLogin(server, owner.email));
    const code = await app.next();
    const answers = await race(6, (each) => verify(server, { mfaToken: tokens[each], code }));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const mfaToken = await beginLogin(server, owner.email);
    const recoveryCode = app.recoveryCodes[0];
    const others = await race(6, () => verify(server, { mfaToken, recoveryCode }));
    expect(others.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('ends its token after five wrong codes, after use, and after 5 minutes', async () => {
    const { owner, app } = await withFactor();
    const mfaToken = await beginLogin(server, owner.email);
    const wrong = otherThan(await app.next());
    for (let count = 0; count < 5; count += 1)
      expectProblem(await verify(server, { mfaToken, code: wrong }), 401, 'mfa_code_invalid');
    const right = { mfaToken, code: await app.next() };
    expectProblem(await verify(server, right), 401, 'mfa_token_invalid');
    const used = { mfaToken: await beginLogin(server, owner.email), code: await app.next() };
    expect((await verify(server, used)).status).toBe(200);
    expectProblem(await verify(server, used), 401, 'mfa_token_invalid');
    const late = await beginLogin(server, owner.email);
    server.clock.moveBy(5 * ONE_MINUTE_MS);
    const code = await app.next();
    expectProblem(await verify(server, { mfaToken: late, code }), 401, 'mfa_token_invalid');
    expectProblem(await verify(server, { mfaToken: 'made up', code }), 401, 'mfa_token_invalid');
  });

  it('is not finished after a new password, nor by a removed member', async () => {
    const { owner, app } = await withFactor();
    const mfaToken = await beginLogin(server, owner.email);
    const body = { currentPassword: PASSWORD, newPassword: 'another battery of staples' };
    expect((await server.post('/v1/me/password', owner.token, body)).status).toBe(204);
    const code = await app.next();
    expectProblem(await verify(server, { mfaToken, code }), 401, 'mfa_token_invalid');
    const other = await signUp(server);
    const member = await addMember(server, other, 'member');
    const theirs = await Authenticator.enrol(server, member.token);
    const late = { mfaToken: await beginLogin(server, member.email), code: await theirs.next() };
    await server.delete(`/v1/team-members/${member.id}`, other.token);
    expectProblem(await verify(server, late), 401, 'mfa_token_invalid');
  });

  it('refuses what is not one proof', async () => {
    const { owner, app } = await withFactor();
    const mfaToken = await beginLogin(server, owner.email);
    const both = { mfaToken, code: await app.next(), recoveryCode: app.recoveryCodes[0] };
    expectProblem(await verify(server, both), 422, 'validation_failed');
    expectProblem(await verify(server, { mfaToken }), 422, 'validation_failed');
    for (const code of ['', {}, null, 123456])
      expectProblem(await verify(server, { mfaToken, code }), 422, 'validation_failed');
  });

  it('opens a session in a cookie where that is asked for', async () => {
    const own = await TestApplication.start({ appUrl: 'https://app.test' });
    const owner = await signUp(own);
    const app = await Authenticator.enrol(own, owner.token);
    const mfaToken = await beginLogin(own, owner.email);
    const body = { mfaToken, code: await app.next(), transport: 'cookie' };
    const verified = await own
      .post('/v1/auth/mfa/verify', undefined, body)
      .set('sec-fetch-site', 'same-origin');
    expect(verified.status).toBe(200);
    expect(verified.headers['set-cookie']).toEqual([
      expect.stringContaining('__Host-tenantry-team=tns_'),
    ]);
    expect(JSON.stringify(verified.body)).not.toContain('tns_');
    await own.stop();
  });
});

describe('removing it', () => {
  it('ends the other sessions, and the password alone logs in again', async () => {
    const { owner, app } = await withFactor();
    const mfaToken = await beginLogin(server, owner.email);
    const verified = await verify(server, { mfaToken, code: await app.next() });
    const removed = await server.delete('/v1/me/mfa/totp', tokenIn(verified));
    expect(removed.status).toBe(204);
    expectProblem(await server.get('/v1/me', owner.token), 401, 'unauthenticated');
    expect((await logIn(server, owner.email)).session.token).toMatch(/^tns_/);
    const again = await server.delete('/v1/me/mfa/totp', tokenIn(verified));
    expectProblem(again, 404, 'second_factor_not_found');
  });

  it('has recovery codes renewed: those of before are dead', async () => {
    const { owner, app } = await withFactor();
    const renewed = await server.post('/v1/me/mfa/recovery-codes', owner.token);
    const { recoveryCodes } = renewed.body as { recoveryCodes: string[] };
    const dead = {
      mfaToken: await beginLogin(server, owner.email),
      recoveryCode: app.recoveryCodes[0],
    };
    expectProblem(await verify(server, dead), 401, 'mfa_code_invalid');
    const live = { mfaToken: dead.mfaToken, recoveryCode: recoveryCodes[0] };
    expect((await verify(server, live)).status).toBe(200);
  });
});

describe('recovery codes in the audit log', () => {
  const targetsOf = async (token: string, action: string, path?: string) =>
    (await readAuditLog(server, token, `&action=${action}`, path)).map(({ target }) => target.type);

  it('are one entry when they are made anew, of people', async () => {
    const { owner } = await withFactor();
    await server.post('/v1/me/mfa/recovery-codes', owner.token);
    expect(await targetsOf(owner.token, 'second_factor.renew_codes')).toEqual(['user']);
    expect(await targetsOf(owner.token, 'second_factor.confirm')).not.toContain('recovery_code');
  });

  it('are one entry when they are made anew, of staff', async () => {
    const { id, token } = await addStaff(server);
    await Authenticator.enrol(server, token, '/v1/staff');
    await server.post('/v1/staff/me/mfa/recovery-codes', token);
    const action = 'staff_second_factor.renew_codes';
    const log = await readAuditLog(server, token, `&action=${action}`, '/v1/staff/audit-log');
    expect(log.filter(({ actor }) => actor.id === id)).toMatchObject([
      { target: { type: 'staff_account', id } },
    ]);
  });

  it('are told by the session that one opens, and go with the last factor', async () => {
    const { owner, app } = await withFactor();
    const mfaToken = await beginLogin(server, owner.email);
    const token = tokenIn(await verify(server, { mfaToken, recoveryCode: app.recoveryCodes[0] }));
    const [opened, ...rest] = await readAuditLog(server, token, '&action=session.verify');
    expect(rest).toEqual([]);
    expect(opened).toMatchObject({
      target: { type: 'session' },
      changes: { signedInWith: [null, ['password', 'recovery_code']] },
    });
    await server.delete('/v1/me/mfa/totp', token);
    expect(await targetsOf(token, 'second_factor.remove')).not.toContain('recovery_code');
  });

  it('are told one by one, without the code, where the database is written to directly', async () => {
    const staff = await addStaff(server);
    await Authenticator.enrol(server, staff.token, '/v1/staff');
    await server.database.query(
      `DELETE FROM recovery_codes
       WHERE code_hash = (SELECT code_hash FROM recovery_codes WHERE staff_id = $1 LIMIT 1)`,
      [staff.id],
    );
    const log = await readAuditLog(
      server,
      staff.token,
      '&action=database.delete',
      '/v1/staff/audit-log',
    );
    expect(log.filter(({ target }) => target.type === 'recovery_code')).toMatchObject([
      { changes: { staffId: [staff.id, null], codeHash: ['***', '***'] } },
    ]);
  });
});

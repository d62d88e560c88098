import type { Response } from 'supertest';
import { hashToken } from '../../src/common/token';
import type { SignupResponse } from '../../src/modules/onboarding/dto/signup';
import { PASSWORD, signUp } from '../support/customers';
import { dumpDatabase, dumpHolds } from '../support/database-dump';
import { freezeClockAt } from '../support/frozen-clock';
import { finishJobs, keyIn, linkIn, MailServer, targetsIn } from '../support/mail-server';
import { addMember, logIn } from '../support/members';
import { comparable, expectFaults, expectProblem } from '../support/problems';
import { newEmail } from '../support/signups';
import { TestApplication } from '../support/test-application';

const ABOUT_RESET = 'new password';
const ABOUT_ADDRESS = 'your e-mail address';
const NEW_PASSWORD = 'a new and better passphrase';
const ONE_HOUR_MS = 3_600_000;
const NO_KEYS = ['x', 'A'.repeat(43)];
const NO_TEXTS = [{}, [], null, 1, true, undefined];

describe('ways back in, and oneself', () => {
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
  afterEach(() => jest.restoreAllMocks());

  const statusOfLogin = async (email: string, password: string): Promise<number> =>
    (await server.post('/v1/auth/login', undefined, { email, password })).status;
  const statusOfMe = async (token: string): Promise<number> =>
    (await server.get('/v1/me', token)).status;
  const isVerified = async (email: string): Promise<boolean> => {
    const [row] = await server.database.query<{ verified: boolean }>(
      'SELECT email_verified_at IS NOT NULL AS verified FROM users WHERE email = $1',
      [email],
    );
    return row?.verified ?? false;
  };

  describe('a forgotten password', () => {
    const forgot = (email: unknown, headers: Record<string, string> = {}): Promise<Response> =>
      Promise.resolve(server.post('/v1/auth/password/forgot', undefined, { email }).set(headers));
    const reset = (token: unknown, password: unknown = NEW_PASSWORD): Promise<Response> =>
      Promise.resolve(server.post('/v1/auth/password/reset', undefined, { token, password }));
    /** The key of the `count`-th mail. */
    const askForKey = async (email: string, count = 1): Promise<string> => {
      expect((await forgot(email)).status).toBe(202);
      return keyIn(await mailServer.mailTo(email, ABOUT_RESET, count));
    };

    it('is answered alike whether the address is known or not, and nothing goes to the unknown', async () => {
      const { email } = await signUp(server);
      const unknown = newEmail('unknown');
      const answers = [await forgot(email), await forgot(unknown), await forgot(email)];
      const [known, other] = answers.map(comparable);
      expect(answers[0]?.status).toBe(202);
      expect(other).toEqual(known);
      await mailServer.mailTo(email, ABOUT_RESET);
      await finishJobs(server.database);
      expect(mailServer.mailsTo(unknown)).toEqual([]);
    });

    it.each(NO_TEXTS)('needs an address: %j is refused', async (email) => {
      expectFaults(await forgot(email), '/email');
    });

    it('mails a link of the configuration to the stored address, not one of the request', async () => {
      const { email } = await signUp(server);
      await forgot(` ${email.toUpperCase()} `, {
        host: 'evil.example',
        'x-forwarded-host': 'evil.example',
        forwarded: 'host=evil.example',
        origin: 'https://evil.example',
        referer: 'https://evil.example/',
      });
      const mail = await mailServer.mailTo(email, ABOUT_RESET);
      expect(mail.recipients).toEqual([email]);
      expect(mail.to).toEqual([{ name: '', address: email }]);
      expect(linkIn(mail).href).toBe(`http://app.test/reset-password?token=${keyIn(mail)}`);
      expect(targetsIn(mail)).toEqual([linkIn(mail).href]);
      expect(mail.raw).not.toContain('evil.example');
    });

    it('is replaced by a new one, which ends every session and verifies the address', async () => {
      const { email, token } = await signUp(server);
      const { session } = await logIn(server, email);
      expect(await isVerified(email)).toBe(false);
      const response = await reset(await askForKey(email));
      expect([response.status, response.text]).toEqual([204, '']);
      expect([await statusOfMe(token), await statusOfMe(session.token)]).toEqual([401, 401]);
      expect(await isVerified(email)).toBe(true);
      expect(await statusOfLogin(email, PASSWORD)).toBe(401);
      expect(await statusOfLogin(email, NEW_PASSWORD)).toBe(200);
    });

    it('ends the sessions of the person in all businesses, and no others', async () => {
      const customer = await signUp(server);
      const colleague = await addMember(server, customer, 'member');
      const elsewhere = await createBusiness(customer.token, 'Elsewhere');
      await reset(await askForKey(customer.email));
      expect(await statusOfMe(elsewhere.session.token)).toBe(401);
      expect(await statusOfMe(colleague.token)).toBe(200);
    });

    it('is replaced once with one key', async () => {
      const { email } = await signUp(server);
      const key = await askForKey(email);
      await reset(key);
      expectProblem(await reset(key, 'yet another passphrase'), 410, 'reset_token_invalid');
      expect(await statusOfLogin(email, NEW_PASSWORD)).toBe(200);
    });

    it('is replaced by one of 20 at once', async () => {
      const { email } = await signUp(server);
      const key = await askForKey(email);
      const passwords = Array.from({ length: 20 }, (_, index) => `${NEW_PASSWORD} ${index}`);
      const responses = await Promise.all(passwords.map((password) => reset(key, password)));
      const statuses = responses.map(({ status }) => status);
      expect([...statuses].sort()).toEqual([204, ...Array<number>(19).fill(410)]);
      const winner = passwords[statuses.indexOf(204)] ?? '';
      const loser = passwords[statuses.indexOf(410)] ?? '';
      expect(await statusOfLogin(email, winner)).toBe(200);
      expect(await statusOfLogin(email, loser)).toBe(401);
    });

    it('is replaced with the newest key only', async () => {
      const { email } = await signUp(server);
      const old = await askForKey(email);
      const newest = await askForKey(email, 2);
      expect(newest).not.toBe(old);
      expectProblem(await reset(old), 410, 'reset_token_invalid');
      expect((await reset(newest)).status).toBe(204);
    });

    it('is replaced within an hour, and not a millisecond later', async () => {
      const { email } = await signUp(server);
      const key = await askForKey(email);
      const [row] = await server.database.query<{ createdAt: Date }>(
        'SELECT created_at AS "createdAt" FROM one_time_keys WHERE key_hash = $1',
        [hashToken(key)],
      );
      const endsAt = row!.createdAt.getTime() + ONE_HOUR_MS;
      freezeClockAt(server, endsAt);
      expectProblem(await reset(key), 410, 'reset_token_invalid');
      freezeClockAt(server, endsAt - 1);
      expect((await reset(key)).status).toBe(204);
    });

    it('is not replaced by a weak one, and the key stays valid', async () => {
      const { email, token } = await signUp(server);
      const key = await askForKey(email);
      const local = email.slice(0, email.indexOf('@'));
      for (const weak of ['password123', `${local}-and-more`])
        expectProblem(await reset(key, weak), 422, 'password_too_weak');
      expectFaults(await reset(key, 'too short'), '/password');
      expect(await statusOfMe(token)).toBe(200);
      expect((await reset(key)).status).toBe(204);
    });

    it.each(NO_KEYS)('is not replaced with the key %j', async (key) => {
      expectProblem(await reset(key), 410, 'reset_token_invalid');
    });

    it.each(NO_TEXTS)('is not replaced with %j for a key or a password', async (value) => {
      const body = { token: value, password: value };
      const response = await server.post('/v1/auth/password/reset', undefined, body);
      expectFaults(response, '/password', '/token');
    });

    it('is not replaced with the key that verifies an address', async () => {
      const { email } = await signUp(server);
      const key = keyIn(await mailServer.mailTo(email, ABOUT_ADDRESS));
      expectProblem(await reset(key), 410, 'reset_token_invalid');
    });

    it('leaves its key nowhere in the database', async () => {
      const { email } = await signUp(server);
      const key = await askForKey(email);
      const dump = await dumpDatabase(server.database);
      expect(dump).toContain(hashToken(key).toString('hex')); // the dump does show the row of the key
      expect(dumpHolds(dump, key)).toBe(false);
      expect(dump).not.toContain(Buffer.from(key, 'base64url').toString('hex'));
    });
  });

  describe('the proof of an address', () => {
    const verify = (token: unknown): Promise<Response> =>
      Promise.resolve(server.post('/v1/auth/email/verify', undefined, { token }));
    const resend = (token?: string): Promise<Response> =>
      Promise.resolve(server.post('/v1/auth/email/resend', token));

    it('is asked for at sign-up and given once', async () => {
      const { email, token } = await signUp(server);
      const mail = await mailServer.mailTo(email, ABOUT_ADDRESS);
      expect(linkIn(mail).href).toBe(`http://app.test/verify-email?token=${keyIn(mail)}`);
      expect((await verify(keyIn(mail))).status).toBe(204);
      const me = await server.get('/v1/me', token);
      expect(me.body).toMatchObject({ user: { emailVerified: true } });
      expectProblem(await verify(keyIn(mail)), 410, 'verification_token_invalid');
    });

    it('can be asked for again, and then only the newest counts', async () => {
      const { email, token } = await signUp(server);
      const old = keyIn(await mailServer.mailTo(email, ABOUT_ADDRESS));
      expect((await resend(token)).status).toBe(202);
      const newest = keyIn(await mailServer.mailTo(email, ABOUT_ADDRESS, 2));
      expectProblem(await verify(old), 410, 'verification_token_invalid');
      expect((await verify(newest)).status).toBe(204);
    });

    it('is not asked for again once it is given', async () => {
      const { email, token } = await signUp(server);
      await verify(keyIn(await mailServer.mailTo(email, ABOUT_ADDRESS)));
      expect((await resend(token)).status).toBe(202);
      await finishJobs(server.database);
      expect(mailServer.mailsTo(email)).toHaveLength(1);
    });

    it('is asked for by who is signed in', async () => {
      expectProblem(await resend(), 401, 'unauthenticated');
    });

    it('runs out after three days', async () => {
      const { email, business } = await signUp(server);
      const key = keyIn(await mailServer.mailTo(email, ABOUT_ADDRESS));
      freezeClockAt(server, Date.parse(business.createdAt) + 72 * ONE_HOUR_MS);
      expectProblem(await verify(key), 410, 'verification_token_invalid');
    });

    it('is not given with a key for a password', async () => {
      const { email } = await signUp(server);
      await server.post('/v1/auth/password/forgot', undefined, { email });
      const key = keyIn(await mailServer.mailTo(email, ABOUT_RESET));
      expectProblem(await verify(key), 410, 'verification_token_invalid');
    });

    it.each(NO_KEYS)('is not given with the key %j', async (key) => {
      expectProblem(await verify(key), 410, 'verification_token_invalid');
    });

    it.each(NO_TEXTS)('is not given with %j', async (key) => {
      expectFaults(await verify(key), '/token');
    });
  });

  describe('changing the password', () => {
    const change = (token: string, currentPassword: string, newPassword = NEW_PASSWORD) =>
      Promise.resolve(server.post('/v1/me/password', token, { currentPassword, newPassword }));

    it('requires the current one, ends the other sessions, and keeps this one', async () => {
      const { email, token } = await signUp(server);
      const { session } = await logIn(server, email);
      const elsewhere = await createBusiness(token, 'Elsewhere');
      const response = await change(token, PASSWORD);
      expect([response.status, response.text]).toEqual([204, '']);
      const tokens = [token, session.token, elsewhere.session.token];
      expect(await Promise.all(tokens.map(statusOfMe))).toEqual([200, 401, 401]);
      expect(await statusOfLogin(email, PASSWORD)).toBe(401);
      expect(await statusOfLogin(email, NEW_PASSWORD)).toBe(200);
    });

    it('changes nothing without it', async () => {
      const { email, token } = await signUp(server);
      const { session } = await logIn(server, email);
      expectProblem(await change(token, `${PASSWORD} `), 403, 'wrong_password');
      expect(await statusOfMe(session.token)).toBe(200);
      expect(await statusOfLogin(email, PASSWORD)).toBe(200);
    });

    it('changes nothing to a weak one', async () => {
      const { email, token } = await signUp(server);
      expectProblem(await change(token, PASSWORD, 'password123'), 422, 'password_too_weak');
      expectFaults(await change(token, PASSWORD, 'too short'), '/newPassword');
      expect(await statusOfLogin(email, PASSWORD)).toBe(200);
    });
  });

  const createBusiness = async (token: string, name: string): Promise<SignupResponse> => {
    const response = await server.post('/v1/businesses', token, { name });
    expect(response.status).toBe(201);
    return response.body as SignupResponse;
  };
});

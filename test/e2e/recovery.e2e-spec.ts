import type { Response } from 'supertest';
import { hashToken } from '../../src/common/token';
import type {
  SwitchResponse,
  MembershipResponse,
  SessionResponse,
} from '../../src/modules/accounts/dto/account.responses';
import type { SignupResponse } from '../../src/modules/onboarding/dto/signup';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { dumpDatabase, dumpHolds } from '../support/database-dump';
import { freezeClockAt } from '../support/frozen-clock';
import { finishJobs, keyIn, linkIn, MailServer, targetsIn } from '../support/mail-server';
import { addMember, joinBusiness, logIn } from '../support/members';
import { comparable, expectFaults, expectProblem } from '../support/problems';
import { newEmail } from '../support/signups';
import { TestApplication } from '../support/test-application';

const ABOUT_RESET = 'new password';
const ABOUT_ADDRESS = 'your e-mail address';
const NEW_PASSWORD = 'a new and better passphrase';
const ONE_HOUR_MS = 3_600_000;
const MISSING_ID = '00000000-0000-7000-8000-000000000000';
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
      const unknown = newEmail('nobody');
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

    it('mails a link of the configuration to the stored address, whatever the request says', async () => {
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

    it('ends the sessions in all businesses, and those of nobody else', async () => {
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

    it('is not replaced by a weak one, and the key lives on', async () => {
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

    it('takes the current one, ends the other sessions, and this one goes on', async () => {
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

  describe('sessions', () => {
    const list = async (token: string): Promise<SessionResponse[]> => {
      const response = await server.get('/v1/me/sessions', token);
      return (response.body as { data: SessionResponse[] }).data;
    };
    const end = (token: string, id: string): Promise<Response> =>
      Promise.resolve(server.delete(`/v1/me/sessions/${id}`, token));

    it('of all businesses are listed, the newest first, this one marked', async () => {
      const { email, token } = await signUp(server);
      await createBusiness(token, 'Elsewhere');
      const login = server.post('/v1/auth/login', undefined, { email, password: PASSWORD });
      await login.set('user-agent', 'a browser');
      const sessions = await list(token);
      expect(sessions.map(({ current }) => current)).toEqual([false, false, true]);
      expect(sessions[0]).toMatchObject({ userAgent: 'a browser', ip: '127.0.0.1' });
      expect(Object.keys(sessions[0] ?? {}).sort()).toEqual([
        'createdAt',
        'current',
        'id',
        'ip',
        'lastUsedAt',
        'userAgent',
      ]);
    });

    it('are of nobody else', async () => {
      const customer = await signUp(server);
      await addMember(server, customer, 'admin');
      expect(await list(customer.token)).toHaveLength(1);
    });

    it('can be ended one by one, in another business too', async () => {
      const { token } = await signUp(server);
      const elsewhere = await createBusiness(token, 'Elsewhere');
      const [other] = await list(token);
      expect((await end(token, other?.id ?? '')).status).toBe(204);
      expect(await statusOfMe(elsewhere.session.token)).toBe(401);
      expect(await list(token)).toHaveLength(1);
    });

    it('of another person are like missing ones', async () => {
      const customer = await signUp(server);
      const colleague = await addMember(server, customer, 'member');
      const [theirs] = await list(colleague.token);
      const answers = [
        await end(customer.token, theirs?.id ?? ''),
        await end(customer.token, MISSING_ID),
      ];
      expectProblem(answers[0]!, 404, 'session_not_found');
      const [foreign, missing] = answers.map(comparable);
      expect(foreign).toEqual(missing);
      expect(await statusOfMe(colleague.token)).toBe(200);
    });

    it('that have run out are not listed', async () => {
      const { token, email, business } = await signUp(server);
      freezeClockAt(server, Date.parse(business.createdAt) + 13 * ONE_HOUR_MS);
      expect(await statusOfMe(token)).toBe(401);
      const later = await logIn(server, email);
      expect(await list(later.session.token)).toHaveLength(1);
    });

    it('end with a logout, this one only', async () => {
      const { email, token } = await signUp(server);
      const { session } = await logIn(server, email);
      expect((await server.post('/v1/auth/logout', token)).status).toBe(204);
      expect([await statusOfMe(token), await statusOfMe(session.token)]).toEqual([401, 200]);
    });
  });

  describe('several businesses', () => {
    const switchTo = (token: string, businessId: string): Promise<Response> =>
      Promise.resolve(server.post('/v1/me/switch', token, { businessId }));
    const namesOf = async (token: string): Promise<unknown[]> => {
      const response = await server.get('/v1/me/businesses', token);
      const { data } = response.body as { data: MembershipResponse[] };
      return data.map(({ name, role, current }) => [name, role, current]);
    };
    const joinAs = async (person: Customer, host: Customer): Promise<void> => {
      const [user] = await server.database.query<{ id: string }>(
        'SELECT id FROM users WHERE email = $1',
        [person.email],
      );
      await joinBusiness(server.database, user?.id ?? '', host.business.id, 'viewer');
    };

    it('are listed, the latest joined first', async () => {
      const [person, host] = [await signUp(server, 'Mine'), await signUp(server, 'Theirs')];
      await joinAs(person, host);
      expect(await namesOf(person.token)).toEqual([
        ['Theirs', 'viewer', false],
        ['Mine', 'owner', true],
      ]);
      expect(await namesOf(host.token)).toEqual([['Theirs', 'owner', true]]);
    });

    it('each have a session of their own: a switch opens one, with the role there', async () => {
      const [person, host] = [await signUp(server), await signUp(server)];
      await joinAs(person, host);
      const response = await switchTo(person.token, host.business.id);
      const { session, member, business } = response.body as SwitchResponse;
      expect(response.status).toBe(200);
      expect([business.id, member.role]).toEqual([host.business.id, 'viewer']);
      const [here, there] = [
        await server.get('/v1/me', person.token),
        await server.get('/v1/me', session.token),
      ];
      expect(here.body).toMatchObject({ business: { id: person.business.id } });
      expect(there.body).toMatchObject({ business: { id: host.business.id } });
      expect((await logIn(server, person.email)).business.id).toBe(host.business.id);
    });

    it('of strangers are missing ones, and so are those one was put out of', async () => {
      const [person, host] = [await signUp(server), await signUp(server)];
      const [foreign, missing] = [
        await switchTo(person.token, host.business.id),
        await switchTo(person.token, MISSING_ID),
      ];
      expectProblem(foreign, 404, 'business_not_found');
      expect(comparable(foreign)).toEqual(comparable(missing));
      await joinAs(person, host);
      await server.database.query(
        "UPDATE members SET status = 'deactivated' WHERE business_id = $1 AND role = 'viewer'",
        [host.business.id],
      );
      expectProblem(await switchTo(person.token, host.business.id), 404, 'business_not_found');
    });

    it('that are deactivated cannot be switched to', async () => {
      const [person, host] = [await signUp(server), await signUp(server)];
      await joinAs(person, host);
      await server.database.query("UPDATE businesses SET status = 'deactivated' WHERE id = $1", [
        host.business.id,
      ]);
      expectProblem(await switchTo(person.token, host.business.id), 403, 'business_deactivated');
    });

    it('are created like the first, without another person', async () => {
      const customer = await signUp(server, 'First');
      const second = await createBusiness(customer.token, 'Second');
      expect(Object.keys(second).sort()).toEqual([
        'apiKey',
        'business',
        'member',
        'session',
        'subscription',
      ]);
      expect(second.member).toMatchObject({ role: 'owner', email: customer.email });
      expect(second.subscription.plan.slug).toBe('free');
      expect(await namesOf(second.session.token)).toEqual([
        ['Second', 'owner', true],
        ['First', 'owner', false],
      ]);
      expect((await server.get('/v1/sdk/status', second.apiKey.key)).status).toBe(200);
      const users = await server.database.query('SELECT FROM users WHERE email = $1', [
        customer.email,
      ]);
      expect(users).toHaveLength(1);
      expect(mailServer.mailsTo(customer.email).length).toBeLessThanOrEqual(1);
    });

    it('need a name, and somebody who is signed in', async () => {
      const { token } = await signUp(server);
      expectFaults(await server.post('/v1/businesses', token, { name: ' ' }), '/name');
      const anonymous = await server.post('/v1/businesses', undefined, { name: 'Second' });
      expectProblem(anonymous, 401, 'unauthenticated');
    });
  });

  const createBusiness = async (token: string, name: string): Promise<SignupResponse> => {
    const response = await server.post('/v1/businesses', token, { name });
    expect(response.status).toBe(201);
    return response.body as SignupResponse;
  };
});

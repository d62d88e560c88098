import type { Response } from 'supertest';
import { PasswordHasher } from '../../src/modules/identity/password-hasher';
import type { Config } from '../../src/platform/config/config';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { dumpDatabase } from '../support/database-dump';
import { finishJobs, keyIn, MailServer } from '../support/mail-server';
import { comparable, expectProblem } from '../support/problems';
import { aSignup, newEmail } from '../support/signups';
import { TestApplication } from '../support/test-application';
import type { TestDatabase } from '../support/test-database';

const LIMIT = 10;
const WRONG = 'certainly not the password';

describe('guessing', () => {
  let mailServer: MailServer;
  let server: TestApplication;
  const start = (
    changes: Partial<Config> = {},
    database?: TestDatabase,
  ): Promise<TestApplication> =>
    TestApplication.start({ rateLimitFailures: LIMIT, ...changes }, database);
  beforeAll(async () => {
    mailServer = await MailServer.start();
    server = await start({ roles: ['worker'], smtpUrl: mailServer.url });
  });
  afterAll(async () => {
    await server.stop();
    await mailServer.close();
  });
  beforeEach(() => server.database.query('DELETE FROM guesses')); // each test has the address for itself
  afterEach(() => jest.restoreAllMocks());

  const logIn = (
    email: string,
    password: string,
    headers: Record<string, string> = {},
    on = server,
  ): Promise<Response> =>
    Promise.resolve(on.post('/v1/auth/login', undefined, { email, password }).set(headers));
  const guess = async (email: string, times: number, on = server): Promise<number[]> => {
    const statuses: number[] = [];
    for (let count = 0; count < times; count += 1)
      statuses.push((await logIn(email, WRONG, {}, on)).status);
    return statuses;
  };
  const lock = async ({ email }: Pick<Customer, 'email'>): Promise<void> => {
    expect(await guess(email, LIMIT)).toEqual(refusals(LIMIT));
  };

  describe('of a password', () => {
    it('is stopped, and the answer says when to come again', async () => {
      const { email } = await signUp(server);
      await lock({ email });
      const response = await logIn(email, WRONG);
      expectProblem(response, 429, 'rate_limited');
      const seconds = Number(response.headers['retry-after']);
      expect(Number.isInteger(seconds) && seconds > 0 && seconds <= 900).toBe(true);
      expect(response.headers['ratelimit-policy']).toBe('"login_account";q=10;w=900');
      expect(response.headers.ratelimit).toBe(`"login_account";r=0;t=${seconds}`);
    });

    it('refuses the right password too, while it lasts, and takes it afterwards', async () => {
      const { email } = await signUp(server);
      await server.database.query('DELETE FROM guesses'); // no network is known
      await lock({ email });
      expectProblem(await logIn(email, PASSWORD), 429, 'rate_limited');
      await server.database.query('UPDATE guesses SET expire = 0');
      expect((await logIn(email, PASSWORD)).status).toBe(200);
    });

    it('is counted in any spelling of the address and from any network', async () => {
      const { email } = await signUp(server);
      const spellings = [email, email.toUpperCase(), `  ${email}\t`, capitalised(email)];
      const statuses: number[] = [];
      for (let count = 0; count < 20; count += 1) {
        const spelling = spellings[count % spellings.length] ?? email;
        const response = await logIn(spelling, WRONG, {
          'x-forwarded-for': `198.51.100.${count}`,
          'x-real-ip': `198.51.100.${count}`,
          forwarded: `for=198.51.100.${count}`,
          'user-agent': `browser ${count}`,
        });
        statuses.push(response.status);
      }
      expect(statuses).toEqual([...refusals(LIMIT), ...Array<number>(10).fill(429)]);
    });

    it('leaves other accounts alone', async () => {
      const [one, other] = [await signUp(server), await signUp(server)];
      await lock(one);
      expect((await logIn(other.email, PASSWORD)).status).toBe(200);
    });

    it('does not end the sessions of who is locked out', async () => {
      const customer = await signUp(server);
      await lock(customer);
      expect((await server.get('/v1/me', customer.token)).status).toBe(200);
    });

    it('of 40 at once, tries no more than the limit', async () => {
      const { email } = await signUp(server);
      const verified = jest.spyOn(server.app.get(PasswordHasher), 'verify');
      const responses = await Promise.all(Array.from({ length: 40 }, () => logIn(email, WRONG)));
      const statuses = responses.map(({ status }) => status).sort();
      expect(statuses).toEqual([...refusals(LIMIT), ...Array<number>(30).fill(429)]);
      expect(verified).toHaveBeenCalledTimes(2 * LIMIT); // those of this network, while it is locked
    });

    it('is forgiven by the right one', async () => {
      const { email } = await signUp(server);
      expect(await guess(email, LIMIT - 1)).toEqual(refusals(LIMIT - 1));
      expect((await logIn(email, PASSWORD)).status).toBe(200);
      expect(await guess(email, LIMIT)).toEqual(refusals(LIMIT));
    });

    it('is limited for an unknown address just the same', async () => {
      const { email } = await signUp(server);
      const unknownEmail = newEmail('unknown');
      for (let count = 0; count < LIMIT; count += 1)
        expect(comparable(await logIn(unknownEmail, WRONG))).toEqual(
          comparable(await logIn(email, WRONG)),
        );
      const [known, unknown] = [await logIn(email, WRONG), await logIn(unknownEmail, WRONG)];
      expect([known.status, unknown.status]).toEqual([429, 429]);
      expect(withoutNumbers(unknown)).toEqual(withoutNumbers(known));
    });

    it('does not begin with a request that cannot be right', async () => {
      const { email } = await signUp(server);
      for (let count = 0; count < 15; count += 1)
        expect((await server.post('/v1/auth/login', undefined, { email })).status).toBe(422);
      expect((await logIn(email, PASSWORD)).status).toBe(200);
    });

    it('leaves a way back in: a new password by mail, which ends the lock', async () => {
      const customer = await signUp(server);
      await lock(customer);
      const forgotten = await server.post('/v1/auth/password/forgot', undefined, {
        email: customer.email,
      });
      expect(forgotten.status).toBe(202);
      const token = keyIn(await mailServer.mailTo(customer.email, 'new password'));
      const password = 'a new and better passphrase';
      const reset = await server.post('/v1/auth/password/reset', undefined, { token, password });
      expect(reset.status).toBe(204);
      expect((await logIn(customer.email, password)).status).toBe(200);
      await finishJobs(server.database);
    });

    it('is stopped where one changes it too', async () => {
      const { token } = await signUp(server);
      const change = (currentPassword: string) =>
        server.post('/v1/me/password', token, { currentPassword, newPassword: 'another one here' });
      for (let count = 0; count < LIMIT; count += 1)
        expectProblem(await change(WRONG), 403, 'wrong_password');
      expectProblem(await change(PASSWORD), 429, 'rate_limited');
    });

    it('leaves no address in clear', async () => {
      const { email } = await signUp(server);
      await logIn(email, WRONG);
      const rows = await server.database.query<{ key: string }>('SELECT key FROM guesses');
      expect(rows).toHaveLength(3);
      const [local = ''] = email.split('@');
      const text = JSON.stringify(rows);
      expect(text).not.toContain(local);
      expect(text).not.toContain('127.0.0.1');
      expect(await dumpDatabase(server.database)).toContain(rows[0]?.key);
    });
  });

  describe('from one address', () => {
    let strict: TestApplication;
    beforeAll(async () => {
      strict = await start({ rateLimitFailures: 2, rateLimitSignups: 3 });
    });
    afterAll(() => strict.stop());
    beforeEach(() => strict.database.query('DELETE FROM guesses'));

    it('is stopped over all accounts, at ten times the limit of one', async () => {
      const customer = await signUp(strict);
      const statuses: number[] = [];
      for (let count = 0; count < 21; count += 1)
        statuses.push(...(await guess(newEmail('unknown'), 1, strict)));
      expect(statuses).toEqual([...refusals(20), 429]);
      const response = await logIn(
        customer.email,
        PASSWORD,
        { 'x-forwarded-for': '8.8.8.8' },
        strict,
      );
      expectProblem(response, 429, 'rate_limited');
      expect(response.headers['ratelimit-policy']).toBe('"login_address";q=20;w=900');
    });

    it('gets back the tries that were right', async () => {
      const { email } = await signUp(strict);
      for (let count = 0; count < 30; count += 1)
        expect((await logIn(email, PASSWORD, {}, strict)).status).toBe(200);
    });

    it('is stopped for one-time keys', async () => {
      const verify = () =>
        strict.post('/v1/auth/email/verify', undefined, { token: 'A'.repeat(43) });
      for (let count = 0; count < 20; count += 1)
        expectProblem(await verify(), 410, 'verification_token_invalid');
      expectProblem(await verify(), 429, 'rate_limited');
    });

    it('takes so many sign-ups and no more, regardless of headers', async () => {
      for (let count = 0; count < 3; count += 1) await signUp(strict);
      const response = await strict
        .post('/v1/auth/signup', undefined, aSignup())
        .set('x-forwarded-for', '8.8.8.8');
      expectProblem(response, 429, 'rate_limited');
      expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
      expect(response.headers['ratelimit-policy']).toBe('"signup_address";q=3;w=3600');
    });
  });

  describe('behind a proxy that is trusted', () => {
    it('counts the addresses that it names', async () => {
      const proxied = await start({ rateLimitSignups: 1, trustProxy: ['127.0.0.1'] });
      try {
        const from = (ip: string) =>
          proxied.post('/v1/auth/signup', undefined, aSignup()).set('x-forwarded-for', ip);
        const responses = [await from('8.8.8.8'), await from('9.9.9.9'), await from('8.8.8.8')];
        expect(responses.map(({ status }) => status)).toEqual([201, 201, 429]);
      } finally {
        await proxied.stop();
      }
    });
  });

  it('is not stopped where it is switched off', async () => {
    const open = await TestApplication.start({ rateLimitFailures: null, rateLimitSignups: null });
    try {
      const { email } = await signUp(open);
      expect(await guess(email, 30, open)).toEqual(refusals(30));
      expect((await logIn(email, PASSWORD, {}, open)).status).toBe(200);
      expect(await open.database.query('SELECT FROM guesses')).toEqual([]);
    } finally {
      await open.stop();
    }
  });

  // Last: passport is one for the process, so sessions are looked up by the application that was made last.
  it('is counted together by all servers of a database', async () => {
    const other = await start({}, server.database);
    try {
      const { email } = await signUp(server);
      expect(await guess(email, 6, server)).toEqual(refusals(6));
      expect(await guess(email, 5, other)).toEqual([...refusals(4), 429]);
      expect(await guess(email, 1, server)).toEqual([429]);
    } finally {
      await other.app.close();
    }
  });
});

function refusals(count: number): number[] {
  return Array<number>(count).fill(401);
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The seconds that are left differ by the moment in which each was locked. */
function withoutNumbers(response: Response): string {
  return JSON.stringify(comparable(response)).replace(/\d+/g, '0');
}

import type { Response } from 'supertest';
import { PasswordHasher } from '../../src/modules/identity/password-hasher';
import { PASSWORD } from '../support/customers';
import { comparable, expectProblem } from '../support/problems';
import { aSignup, newEmail } from '../support/signups';
import { addStaff, STAFF_PASSWORD } from '../support/staff';
import { TestApplication } from '../support/test-application';

const LIMIT = 4;
const WRONG = 'a wrong passphrase';
const HOME = '203.0.113.7';
const ELSEWHERE = '198.51.100.9';

describe('a locked account', () => {
  let server: TestApplication;
  beforeAll(async () => {
    server = await TestApplication.start({
      rateLimitFailures: LIMIT,
      trustProxy: ['127.0.0.1'],
    });
  });
  afterAll(() => server.stop());
  beforeEach(() => server.database.query('DELETE FROM guesses'));
  afterEach(() => jest.restoreAllMocks());

  const from = (ip: string, path: string, body: object): Promise<Response> =>
    Promise.resolve(server.post(path, undefined, body).set('x-forwarded-for', ip));
  const logIn = (ip: string, email: string, password: string, path = '/v1/auth/login') =>
    from(ip, path, { email, password });
  const logInAsStaff = (ip: string, email: string, password: string) =>
    logIn(ip, email, password, '/v1/staff/auth/login');
  const signUpAt = async (ip: string): Promise<string> => {
    const signup = aSignup();
    expect((await from(ip, '/v1/auth/signup', signup)).status).toBe(201);
    return String(signup.email);
  };
  const lockFrom = async (ip: string, email: string): Promise<void> => {
    for (let count = 0; count < LIMIT; count += 1)
      expect((await logIn(ip, email, WRONG)).status).toBe(401);
    expectProblem(await logIn(ip, email, WRONG), 429, 'rate_limited');
  };

  it.each([
    ['the network of the sign-up', HOME, '203.0.113.250'],
    ['an IPv6 network', '2001:db8:1:2::7', '2001:db8:1:2:ffff::9'],
  ])('lets the right password in from %s, and from no other', async (_, home, nearHome) => {
    const email = await signUpAt(home);
    await lockFrom(ELSEWHERE, email);
    expectProblem(await logIn(ELSEWHERE, email, PASSWORD), 429, 'rate_limited');
    expect((await logIn(home, email, PASSWORD)).status).toBe(200);
    expect((await logIn(nearHome, email, PASSWORD)).status).toBe(200);
    expectProblem(await logIn(ELSEWHERE, email, PASSWORD), 429, 'rate_limited'); // it did not end the lock
  });

  it('lets it in from where a login was right before, for 90 days', async () => {
    const email = await signUpAt(HOME);
    expect((await logIn('192.0.2.1', email, PASSWORD)).status).toBe(200);
    await lockFrom(ELSEWHERE, email);
    expect((await logIn('192.0.2.1', email, PASSWORD)).status).toBe(200);
    await server.database.query("UPDATE guesses SET expire = 0 WHERE key LIKE 'login_known%'");
    expectProblem(await logIn('192.0.2.1', email, PASSWORD), 429, 'rate_limited');
  });

  it('lets no more tries through from a known network than the limit', async () => {
    const email = await signUpAt(HOME);
    await lockFrom(ELSEWHERE, email);
    for (let count = 0; count < LIMIT; count += 1)
      expectProblem(await logIn(HOME, email, WRONG), 429, 'rate_limited');
    expectProblem(await logIn(HOME, email, PASSWORD), 429, 'rate_limited');
  });

  it('tells no network whether it is known, nor whether there is an account: the same bytes for the same work', async () => {
    const email = await signUpAt(HOME);
    const unknown = newEmail('unknown');
    await lockFrom(ELSEWHERE, email);
    await lockFrom(ELSEWHERE, unknown);
    const verified = jest.spyOn(server.app.get(PasswordHasher), 'verify');
    const tries = [
      await logIn(HOME, email, WRONG),
      await logIn('192.0.2.1', email, WRONG),
      await logIn('192.0.2.1', email, PASSWORD),
      await logIn(HOME, unknown, WRONG),
    ];
    expect(verified).toHaveBeenCalledTimes(4);
    const told = tries.map((response) => JSON.stringify(comparable(response)).replace(/\d+/g, '0'));
    expect(new Set(told).size).toBe(1);
    expectProblem(tries[0]!, 429, 'rate_limited');
  });

  it('of staff lets the right password in from a known network', async () => {
    const { email } = await addStaff(server);
    expect((await logInAsStaff(HOME, email, STAFF_PASSWORD)).status).toBe(200);
    for (let count = 0; count < LIMIT / 2; count += 1)
      expect((await logInAsStaff(ELSEWHERE, email, WRONG)).status).toBe(401);
    expectProblem(await logInAsStaff(ELSEWHERE, email, STAFF_PASSWORD), 429, 'rate_limited');
    expect((await logInAsStaff(HOME, email, STAFF_PASSWORD)).status).toBe(200);
  });

  it('of staff is not opened by a network that the same address is known in as a person', async () => {
    const email = await signUpAt(HOME);
    const staff = await addStaff(server);
    await server.database.query('UPDATE staff_accounts SET email = $1 WHERE email = $2', [
      email,
      staff.email,
    ]);
    for (let count = 0; count < LIMIT / 2; count += 1) await logInAsStaff(ELSEWHERE, email, WRONG);
    expectProblem(await logInAsStaff(HOME, email, STAFF_PASSWORD), 429, 'rate_limited');
  });
});

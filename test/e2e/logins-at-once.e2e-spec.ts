import type { Response } from 'supertest';
import { overloaded } from '../../src/common/problems';
import { PasswordHasher } from '../../src/modules/identity/password-hasher';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { expectProblem } from '../support/problems';
import { race, tally } from '../support/race';
import { newEmail } from '../support/signups';
import { addStaff, STAFF_PASSWORD } from '../support/staff';
import { TestApplication } from '../support/test-application';
import { makeMeetingPoint } from '../support/until';

const LIMIT = 2; // of an account; 20 of an address, 1 of staff
const WRONG = 'certainly not the password';
const HERE = '8.8.8.8';

describe('logins at once', () => {
  let server: TestApplication;
  beforeAll(async () => {
    const bcryptCost = 8; // slow enough that others come while a password is checked
    const trustProxy = ['127.0.0.1'];
    server = await TestApplication.start({ rateLimitFailures: LIMIT, bcryptCost, trustProxy });
  });
  afterAll(() => server.stop());
  beforeEach(() => server.database.query('DELETE FROM guesses'));
  afterEach(() => jest.restoreAllMocks());

  const logIn = (email: string, password = PASSWORD, ip = HERE, path = '/v1/auth/login') =>
    Promise.resolve<Response>(
      server.post(path, undefined, { email, password }).set('x-forwarded-for', ip),
    );
  const logInAsStaff = (email: string, password = STAFF_PASSWORD) =>
    logIn(email, password, HERE, '/v1/staff/auth/login');
  const counted = async (): Promise<number> => {
    const [row] = await server.database.query<{ points: number }>(
      'SELECT coalesce(sum(points), 0)::integer AS points FROM guesses',
    );
    return row!.points;
  };

  it('of one person are no guesses: 16 right ones are let in', async () => {
    const { email } = await signUp(server);
    expect(tally(await race(16, () => logIn(email)))).toEqual({ 200: 16 });
    expect(await counted()).toBe(0);
  });

  it('of one of the staff are no guesses either', async () => {
    const { email } = await addStaff(server);
    await server.database.query('DELETE FROM guesses');
    expect(tally(await race(16, () => logInAsStaff(email)))).toEqual({ 200: 16 });
    expect(await counted()).toBe(0);
  });

  it('of 50 people behind one address are let in', async () => {
    const people: Customer[] = [];
    for (let count = 0; count < 50; count += 1) people.push(await signUp(server));
    expect(tally(await race(50, (index) => logIn(people[index]!.email)))).toEqual({ 200: 50 });
    expect(await counted()).toBe(0);
  });

  it('of one person are let in after a failure within the limit', async () => {
    const { email } = await signUp(server);
    expect((await logIn(email, WRONG)).status).toBe(401);
    expect(tally(await race(16, () => logIn(email)))).toEqual({ 200: 16 });
  });

  it('are guesses where they are wrong: as many as the limit are tried', async () => {
    const { email } = await signUp(server);
    const verified = jest.spyOn(server.app.get(PasswordHasher), 'verify');
    expect(tally(await race(40, () => logIn(email, WRONG)))).toEqual({
      401: LIMIT,
      429: 40 - LIMIT,
    });
    expect(verified).toHaveBeenCalledTimes(2 * LIMIT);
  });

  it('are guesses of staff where they are wrong: half as many are tried', async () => {
    const { email } = await addStaff(server);
    await server.database.query('DELETE FROM guesses');
    expect(tally(await race(20, () => logInAsStaff(email, WRONG)))).toEqual({ 401: 1, 429: 19 });
  });

  it('from one address, for many people, are bounded by the limit of the address', async () => {
    const answers = await race(40, () => logIn(newEmail('unknown'), WRONG));
    expect(tally(answers)).toEqual({ 401: 10 * LIMIT, 429: 40 - 10 * LIMIT });
  });

  it('from many IPv6 addresses of one /64 are bounded like those from one', async () => {
    const answers = await race(40, (index) =>
      logIn(newEmail('unknown'), WRONG, `2001:db8::${index + 1}`),
    );
    expect(tally(answers)).toEqual({ 401: 10 * LIMIT, 429: 40 - 10 * LIMIT });
  });

  it('that are refused for the address are not counted for the account', async () => {
    const { email } = await signUp(server);
    for (let count = 0; count < 10 * LIMIT; count += 1) await logIn(newEmail('unknown'), WRONG);
    for (let count = 0; count < 2 * LIMIT; count += 1) {
      const refused = await logIn(email, WRONG);
      expectProblem(refused, 429, 'rate_limited');
      expect(refused.headers['ratelimit-policy']).toContain('login_address');
    }
    expect((await logIn(email, PASSWORD, '9.9.9.9')).status).toBe(200);
  });

  it('that could not be tried are not counted', async () => {
    const { email } = await signUp(server);
    const verify = jest.spyOn(server.app.get(PasswordHasher), 'verify');
    verify.mockImplementation(() =>
      Promise.reject(overloaded({ headers: { 'Retry-After': '5' } })),
    );
    expect(tally(await race(8, () => logIn(email)))).toEqual({ 503: 8 });
    expect(await counted()).toBe(0);
    verify.mockRestore();
    expect((await logIn(email)).status).toBe(200);
  });

  it('are like changes of password at once: the right ones are no guesses', async () => {
    const { token } = await signUp(server);
    // All are checked before one is made: a later one would meet the new password, and be a guess.
    const meet = makeMeetingPoint(16);
    const hasher = server.app.get(PasswordHasher);
    const hash = hasher.hash.bind(hasher);
    jest.spyOn(hasher, 'hash').mockImplementation(async (password) => {
      await meet();
      return hash(password);
    });
    const change = (index: number) => {
      const passwords = { currentPassword: PASSWORD, newPassword: `password number ${index}` };
      return Promise.resolve<Response>(server.post('/v1/me/password', token, passwords));
    };
    expect(tally(await race(16, change))).toEqual({ 204: 1, 403: 15 });
    expect(await counted()).toBe(0);
  });
});

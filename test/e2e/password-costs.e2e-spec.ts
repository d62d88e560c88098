import bcrypt from 'bcrypt';
import type { Response } from 'supertest';
import { newId } from '../../src/common/ids';
import { RequestContext } from '../../src/common/request-context';
import { PasswordCosts } from '../../src/modules/identity/password-costs';
import { PasswordHasher } from '../../src/modules/identity/password-hasher';
import { StaffService } from '../../src/modules/staff/staff.service';
import { SecretBox } from '../../src/platform/config/secret-box';
import { Database } from '../../src/platform/database/database';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { holdingLocks } from '../support/held-locks';
import { logInWithoutBusiness } from '../support/members';
import { issueKey } from '../support/one-time-keys';
import { newEmail } from '../support/signups';
import { addStaff, STAFF_PASSWORD } from '../support/staff';
import { TestApplication } from '../support/test-application';

const COST = 4; // as testConfig has it
const EARLIER_COST = 5;
const WRONG = 'certainly not the password';
const CHOSEN = 'the choice of the person';

type Table = 'users' | 'staff_accounts';
type Request = () => PromiseLike<unknown>;

describe('a password stored with another BCRYPT_COST', () => {
  let server: TestApplication;
  let customer: Customer;
  beforeAll(async () => {
    server = await TestApplication.start();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    customer = await signUp(server);
    await storeWithEarlierCost('users', customer.email, PASSWORD);
  });
  afterEach(() => jest.restoreAllMocks());

  const storeWithEarlierCost = async (table: Table, email: string, password: string) => {
    const config = { bcryptCost: EARLIER_COST };
    const { app, database } = server;
    const hasher = new PasswordHasher(config, app.get(SecretBox), app.get(PasswordCosts));
    const hash = await hasher.hash(password);
    await database.query(`UPDATE ${table} SET password_hash = $2 WHERE email = $1`, [email, hash]);
  };
  const stored = async (table: Table, email: string) => {
    const [row] = await server.database.query<{ hash: string; version: number }>(
      `SELECT password_hash AS hash, password_version AS version FROM ${table} WHERE email = $1`,
      [email],
    );
    return { cost: bcrypt.getRounds(row!.hash), version: row!.version };
  };
  const logIn = (email: string, password: string, changes: object = {}): Promise<Response> =>
    Promise.resolve(server.post('/v1/auth/login', undefined, { email, password, ...changes }));
  const logInAsStaff = (email: string, password: string): Promise<Response> =>
    Promise.resolve(server.post('/v1/staff/auth/login', undefined, { email, password }));

  /** Both write to this account, in this order. */
  const inOrder = async (table: Table, email: string, first: Request, second: Request) => {
    const lock = `SELECT FROM ${table} WHERE email = $1 FOR UPDATE`;
    const answers = await holdingLocks(server.database, lock, [email], async (untilWaited) => {
      const earlier = Promise.resolve(first());
      await untilWaited(1);
      const later = Promise.resolve(second());
      await untilWaited(2);
      return [earlier, later];
    });
    return Promise.all(answers);
  };

  describe('of a person', () => {
    it('is rehashed by a login, and stays the same password: sessions continue', async () => {
      const { email, token } = customer;
      expect((await logIn(email, PASSWORD)).status).toBe(200);
      expect(await stored('users', email)).toEqual({ cost: COST, version: 0 });
      expect((await logIn(email, PASSWORD)).status).toBe(200);
      expect((await server.get('/v1/me', token)).status).toBe(200);
    });

    it('is rehashed by a login without a business', async () => {
      const { email } = await logInWithoutBusiness(server);
      await storeWithEarlierCost('users', email, PASSWORD);
      expect((await logIn(email, PASSWORD)).status).toBe(200);
      expect(await stored('users', email)).toEqual({ cost: COST, version: 0 });
    });

    it('stays as it is when the login is refused', async () => {
      const { email } = customer;
      expect((await logIn(email, WRONG)).status).toBe(401);
      expect((await logIn(email, PASSWORD, { businessId: newId() })).status).toBe(401);
      expect(await stored('users', email)).toEqual({ cost: EARLIER_COST, version: 0 });
    });

    const reset = async (): Promise<Request> => {
      const token = await issueKey(server, customer.email, 'password_reset');
      return () => server.post('/v1/auth/password/reset', undefined, { token, password: CHOSEN });
    };
    const change = (): Promise<Request> => {
      const passwords = { currentPassword: PASSWORD, newPassword: CHOSEN };
      return Promise.resolve(() => server.post('/v1/me/password', customer.token, passwords));
    };

    it.each([
      ['a reset', reset],
      ['a change', change],
    ])('is not stored over %s that comes at the same time', async (_, prepare) => {
      const { email } = customer;
      const write = await prepare();
      const login = () => logIn(email, PASSWORD);
      const [written, refused] = await inOrder('users', email, write, login);
      expect([written, refused]).toMatchObject([{ status: 204 }, { status: 401 }]);
      expect(await stored('users', email)).toEqual({ cost: COST, version: 1 });
      expect((await logIn(email, PASSWORD)).status).toBe(401);
      expect((await logIn(email, CHOSEN)).status).toBe(200);
    });

    it.each([
      ['a reset', reset],
      ['a change', change],
    ])('does not keep %s from being written during a rehash', async (_, prepare) => {
      const { email } = customer;
      const write = await prepare();
      const login = () => logIn(email, PASSWORD);
      const [, written] = await inOrder('users', email, login, write);
      expect(written).toMatchObject({ status: 204 });
      expect((await logIn(email, PASSWORD)).status).toBe(401);
      expect((await logIn(email, CHOSEN)).status).toBe(200);
    });
  });

  describe('of one of the staff', () => {
    let email: string;
    beforeEach(async () => {
      ({ email } = await addStaff(server));
      await storeWithEarlierCost('staff_accounts', email, STAFF_PASSWORD);
    });

    it('is rehashed by a login, and stays the same password', async () => {
      expect((await logInAsStaff(email, WRONG)).status).toBe(401);
      expect(await stored('staff_accounts', email)).toEqual({ cost: EARLIER_COST, version: 0 });
      expect((await logInAsStaff(email, STAFF_PASSWORD)).status).toBe(200);
      expect(await stored('staff_accounts', email)).toEqual({ cost: COST, version: 0 });
      expect((await logInAsStaff(email, STAFF_PASSWORD)).status).toBe(200);
    });

    it('is not stored over a reset that comes at the same time', async () => {
      const context = RequestContext.job('staff.reset');
      const staff = server.app.get(StaffService);
      const reset = () => staff.resetPassword(context, email, { password: CHOSEN });
      const login = () => logInAsStaff(email, STAFF_PASSWORD);
      const [, refused] = await inOrder('staff_accounts', email, reset, login);
      expect(refused).toMatchObject({ status: 401 });
      expect((await logInAsStaff(email, STAFF_PASSWORD)).status).toBe(401);
      expect((await logInAsStaff(email, CHOSEN)).status).toBe(200);
    });
  });

  it('is as much work to refuse as an unknown address, and as a right one that may not enter', async () => {
    const staff = await addStaff(server);
    await server.app.get(StaffService).disable(RequestContext.job('staff.disable'), staff.email);
    const { email } = customer;
    const current = await signUp(server);
    const workOf = async (answer: () => Promise<Response>): Promise<number> => {
      const compare = jest.spyOn(bcrypt, 'compare');
      const hash = jest.spyOn(bcrypt, 'hash');
      expect((await answer()).status).toBe(401);
      expect(hash).not.toHaveBeenCalled();
      const costs = compare.mock.calls.map(([, compared]) => bcrypt.getRounds(compared));
      jest.restoreAllMocks();
      return costs.reduce((sum, cost) => sum + 2 ** cost, 0);
    };
    const refused = [
      () => logIn(email, WRONG),
      () => logIn(current.email, WRONG),
      () => logIn(newEmail(), WRONG),
      () => logIn(email, PASSWORD, { businessId: newId() }),
      () => logInAsStaff(newEmail(), WRONG),
      () => logInAsStaff(staff.email, STAFF_PASSWORD),
    ];
    for (const each of refused) expect(await workOf(each)).toBe(2 ** EARLIER_COST);
  });

  it('is found among people and staff', async () => {
    const largest = () => new PasswordCosts(server.app.get(Database)).largest();
    const store = (table: Table, email: string, cost: number) =>
      server.database.query(`UPDATE ${table} SET password_hash = $2 WHERE email = $1`, [
        email,
        `$2b$${cost}$${'.'.repeat(53)}`,
      ]);
    expect(await largest()).toBe(EARLIER_COST);
    await store('staff_accounts', (await addStaff(server)).email, 11);
    expect(await largest()).toBe(11);
    await store('users', customer.email, 12);
    expect(await largest()).toBe(12);
  });
});

import type { Response } from 'supertest';
import { RequestContext } from '../../src/common/request-context';
import type { StaffLoginResponse } from '../../src/modules/staff/dto/staff.responses';
import { StaffService } from '../../src/modules/staff/staff.service';
import { signUp } from '../support/customers';
import { freezeClockAt } from '../support/frozen-clock';
import { comparable, expectFaults, expectProblem } from '../support/problems';
import { newEmail } from '../support/signups';
import {
  addStaff,
  call,
  listOperations,
  logInAsStaff,
  nameOf,
  STAFF_PASSWORD,
  type StaffMember,
} from '../support/staff';
import { TestApplication } from '../support/test-application';

const TWELVE_HOURS_MS = 12 * 3_600_000;
const RACES = 20;
const NEW_PASSWORD = 'another passphrase of the staff';

describe('staff', () => {
  let server: TestApplication;
  let replica: TestApplication;
  let staff: StaffMember;
  beforeAll(async () => {
    server = await TestApplication.start();
    replica = await TestApplication.start({}, server.database);
    staff = await addStaff(server);
  });
  afterEach(() => jest.restoreAllMocks());

  /** Both: Passport keeps its strategies by process, so the one that was started last resolves all tokens here. */
  const freezeClocksAt = (instant: string | number): void => {
    for (const each of [server, replica]) freezeClockAt(each, instant);
  };

  afterAll(async () => {
    await replica.app.close();
    await server.stop();
  });

  const accounts = (): StaffService => server.app.get(StaffService);
  const job = (name: string): RequestContext => RequestContext.job(name);
  const logIn = (body: object): Promise<Response> =>
    Promise.resolve(server.post('/v1/staff/auth/login', undefined, body));
  const list = (token: string, query = '', via = server): Promise<Response> =>
    Promise.resolve(via.get(`/v1/staff/businesses${query}`, token));

  describe('signing in', () => {
    it('gives a session of twelve hours', async () => {
      const response = await logIn({ email: staff.email, password: STAFF_PASSWORD });
      expect(response.status).toBe(200);
      expect(response.body).toEqual({
        session: {
          token: expect.stringMatching(/^tnf_[0-9A-Za-z]{46}$/) as string,
          expiresAt: expect.any(String) as string,
        },
        staff: { id: staff.id, email: staff.email, name: 'Joan Clarke' },
      });
    });

    it('takes the address in any ASCII letter case, and a new token each time', async () => {
      const first = await logInAsStaff(server, staff.email.toUpperCase());
      const second = await logInAsStaff(server, ` ${staff.email} `);
      expect(first.session.token).not.toBe(second.session.token);
    });

    it('does not reveal whether the person is unknown, the password wrong or the account disabled', async () => {
      const disabled = await addStaff(server);
      await accounts().disable(job('staff.disable'), disabled.email);
      const answers = [
        await logIn({ email: newEmail(), password: STAFF_PASSWORD }),
        await logIn({ email: staff.email, password: 'not this passphrase' }),
        await logIn({ email: disabled.email, password: STAFF_PASSWORD }),
        await logIn({ email: staff.email, password: `${STAFF_PASSWORD} ` }),
      ];
      for (const answer of answers) {
        expectProblem(answer, 401, 'invalid_credentials');
        expect(comparable(answer)).toEqual(comparable(answers[0]!));
      }
    });

    it('knows no tenants, and tenants’ login knows no staff', async () => {
      const { email } = await signUp(server);
      const password = 'correct horse battery staple';
      expectProblem(await logIn({ email, password }), 401, 'invalid_credentials');
      const credentials = { email: staff.email, password: STAFF_PASSWORD };
      const asTenant = await server.post('/v1/auth/login', undefined, credentials);
      expectProblem(asTenant, 401, 'invalid_credentials');
    });

    it('refuses wrong types', async () => {
      for (const wrong of [{}, [], null, 1, true, undefined]) {
        expectFaults(await logIn({ email: wrong, password: STAFF_PASSWORD }), '/email');
        expectFaults(await logIn({ email: staff.email, password: wrong }), '/password');
      }
    });

    it('lasts twelve hours and not a millisecond longer, however much it is used', async () => {
      const { session } = await logInAsStaff(server, staff.email);
      const end = Date.parse(session.expiresAt);
      for (const before of [TWELVE_HOURS_MS / 2, 1]) {
        freezeClocksAt(end - before);
        expect((await list(session.token)).status).toBe(200);
      }
      freezeClocksAt(end);
      expectProblem(await list(session.token), 401, 'unauthenticated');
    });

    it('ends with the logout, on every replica, and leaves other sessions alone', async () => {
      const { session } = await logInAsStaff(server, staff.email);
      expect((await server.post('/v1/staff/auth/logout', session.token)).status).toBe(204);
      expectProblem(await list(session.token), 401, 'unauthenticated');
      expectProblem(await list(session.token, '', replica), 401, 'unauthenticated');
      expect((await list(staff.token)).status).toBe(200);
    });
  });

  describe('accounts', () => {
    it('have one address each and a strong password', async () => {
      const create = (email: string, password: string) =>
        accounts().create(job('staff.create'), { email, name: 'Joan', password });
      await expect(create(staff.email.toUpperCase(), STAFF_PASSWORD)).rejects.toMatchObject({
        definition: { code: 'email_taken' },
      });
      for (const password of ['password123', 'qwertyuiop'])
        await expect(create(newEmail(), password)).rejects.toMatchObject({
          definition: { code: 'password_too_weak' },
        });
      for (const password of ['too short', 'x'.repeat(129)])
        await expect(create(newEmail(), password)).rejects.toMatchObject({
          definition: { code: 'validation_failed' },
        });
    });

    it('lose all sessions at once when they are disabled', async () => {
      const leaver = await addStaff(server);
      const { session } = await logInAsStaff(server, leaver.email);
      await accounts().disable(job('staff.disable'), leaver.email.toUpperCase());
      for (const token of [leaver.token, session.token])
        for (const via of [server, replica])
          expectProblem(await list(token, '', via), 401, 'unauthenticated');
      const listed = await accounts().list(job('staff.list'));
      expect(listed.find(({ id }) => id === leaver.id)).toMatchObject({ status: 'disabled' });
      expect(listed.find(({ id }) => id === staff.id)).toMatchObject({ status: 'active' });
    });

    it('lose all sessions and the old password at once when it is reset', async () => {
      const agent = await addStaff(server);
      const given = { password: NEW_PASSWORD };
      await accounts().resetPassword(job('staff.reset_password'), agent.email, given);
      for (const via of [server, replica])
        expectProblem(await list(agent.token, '', via), 401, 'unauthenticated');
      const old = await logIn({ email: agent.email, password: STAFF_PASSWORD });
      expectProblem(old, 401, 'invalid_credentials');
      await logInAsStaff(server, agent.email, given);
    });

    it('keep no session that the old password opened while it was being reset', async () => {
      const agent = await addStaff(server);
      let password = STAFF_PASSWORD;
      for (let round = 0; round < RACES; round += 1) {
        const next = { password: `${NEW_PASSWORD} ${round}` };
        const [answer] = await Promise.all([
          logIn({ email: agent.email, password }),
          accounts().resetPassword(job('staff.reset_password'), agent.email, next),
        ]);
        if (answer.status === 200) {
          const { session } = answer.body as StaffLoginResponse;
          expectProblem(await list(session.token), 401, 'unauthenticated');
        } else expectProblem(answer, 401, 'invalid_credentials');
        password = next.password;
      }
    });

    it('stay as they are when the new password is weak, or the address unknown', async () => {
      const agent = await addStaff(server);
      const reset = (email: string, password: string) =>
        accounts().resetPassword(job('staff.reset_password'), email, { password });
      await expect(reset(agent.email, 'password123')).rejects.toMatchObject({
        definition: { code: 'password_too_weak' },
      });
      await expect(reset(newEmail(), NEW_PASSWORD)).rejects.toMatchObject({
        definition: { code: 'staff_account_not_found' },
      });
      await expect(accounts().disable(job('staff.disable'), newEmail())).rejects.toMatchObject({
        definition: { code: 'staff_account_not_found' },
      });
      expect((await list(agent.token)).status).toBe(200);
    });
  });

  describe('credentials', () => {
    it('of staff open the routes of staff and no others', async () => {
      const operations = await listOperations(server);
      const guarded = operations.filter(({ audience }) => audience !== 'public');
      const { session } = await logInAsStaff(server, staff.email);
      for (const operation of guarded.filter(({ action }) => action !== 'staff_session.end')) {
        const response = await call(server, operation, session.token);
        const { code } = response.body as { code?: string };
        const isOpen = code !== 'wrong_credential_kind' && response.status !== 401;
        expect([nameOf(operation), isOpen]).toEqual([
          nameOf(operation),
          operation.path.startsWith('/v1/staff/'),
        ]);
      }
    });

    it('of tenants and their SDKs open none of them', async () => {
      const operations = await listOperations(server);
      const ofStaff = operations.filter(
        ({ path, audience }) => path.startsWith('/v1/staff/') && audience !== 'public',
      );
      expect(ofStaff.length).toBeGreaterThan(6);
      const { token, key } = await signUp(server);
      for (const operation of ofStaff)
        for (const credential of [token, key])
          expectProblem(await call(server, operation, credential), 403, 'wrong_credential_kind');
    });

    it('are needed on every route of staff but the login', async () => {
      const operations = await listOperations(server);
      const ofStaff = operations.filter(({ path }) => path.startsWith('/v1/staff/'));
      const open = ofStaff.filter(({ audience }) => audience !== 'staff');
      expect(open.map(({ action }) => action)).toEqual([
        'staff_session.create',
        'staff_session.verify',
        'staff_session.create_by_passkey',
        'staff_session.ask_passkey',
      ]);
    });
  });
});

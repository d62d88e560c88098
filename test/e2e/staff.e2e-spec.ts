import type { LoginResponse } from '../../src/modules/accounts/dto/account.responses';
import type { Response } from 'supertest';
import { RequestContext } from '../../src/common/request-context';
import { PLATFORM_ID } from '../../src/common/ids';
import type { AuditEntryResponse } from '../../src/modules/audit/dto/audit-log';
import type {
  StaffBusinessResponse,
  StaffLoginResponse,
} from '../../src/modules/staff/dto/staff.responses';
import { StaffService } from '../../src/modules/staff/staff.service';
import { createApplication } from '../support/applications';
import { aRecording, signUp, type Customer } from '../support/customers';
import { freezeClockAt } from '../support/frozen-clock';
import { addMember } from '../support/members';
import { comparable, expectFaults, expectProblem } from '../support/problems';
import { storeRecording } from '../support/recordings';
import { newEmail } from '../support/signups';
import {
  addStaff,
  call,
  listOperations,
  logInAsStaff,
  nameOf,
  openSupport,
  readAuditLog,
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
  const setStatus = (id: string, verb: 'activate' | 'deactivate'): Promise<Response> =>
    Promise.resolve(server.post(`/v1/staff/businesses/${id}/${verb}`, staff.token));
  const dashboard = (token: string, via = server): Promise<Response> =>
    Promise.resolve(via.get('/v1/business', token));

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

    it('tells nobody whether the person is unknown, the password wrong or the account disabled', async () => {
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
      expect(open.map(({ action }) => action)).toEqual(['staff_session.create']);
    });
  });

  describe('finding businesses', () => {
    const idsOf = (response: Response): string[] =>
      (response.body as { data: StaffBusinessResponse[] }).data.map(({ id }) => id);
    const find = async (query: string): Promise<string[]> =>
      idsOf(await list(staff.token, `?query=${encodeURIComponent(query)}`));

    it('goes by a part of the name, in any letter case', async () => {
      const { business } = await signUp(server, 'Bletchley Park Ltd');
      expect(await find('ETCHLEY p')).toEqual([business.id]);
      expect(await find('Bletchley Park Limited')).toEqual([]);
    });

    it('takes % and _ and \\ for what they are', async () => {
      const percent = await signUp(server, 'Half 50% off');
      const underscore = await signUp(server, 'snake_case & co');
      const backslash = await signUp(server, 'back\\slash');
      await signUp(server, 'Half 50 offers, snakeXcase, backslash');
      expect(await find('50%')).toEqual([percent.business.id]);
      expect(await find('%')).toEqual([percent.business.id]);
      expect(await find('snake_case')).toEqual([underscore.business.id]);
      expect(await find('_')).toEqual([underscore.business.id]);
      expect(await find('\\')).toEqual([backslash.business.id]);
      expect(await find("' OR true --")).toEqual([]);
    });

    it('goes by a member’s whole address in any letter case, an owner’s or another’s', async () => {
      const customer = await signUp(server);
      const viewer = await addMember(server, customer, 'viewer');
      for (const email of [customer.email, customer.email.toUpperCase(), viewer.email])
        expect(await find(email)).toEqual([customer.business.id]);
      expect(await find(customer.email.slice(0, -1))).toEqual([]);
    });

    it('goes by the id of the business or of a member', async () => {
      const { business, member } = await signUp(server);
      for (const id of [business.id, business.id.toUpperCase(), member.id])
        expect(await find(id)).toEqual([business.id]);
      expect(await find(PLATFORM_ID)).toEqual([]);
    });

    it('shows all, newest first, in pages that neither repeat nor skip', async () => {
      const made = [];
      for (let count = 0; count < 5; count += 1)
        made.unshift((await signUp(server, 'Paged Ltd')).business.id);
      expect(idsOf(await list(staff.token, '?query=Paged'))).toEqual(made);
      const pages: string[] = [];
      let cursor: string | null = null;
      do {
        const after: string = cursor ? `&cursor=${cursor}` : '';
        const page = await list(staff.token, `?query=Paged&limit=2${after}`);
        pages.push(...idsOf(page));
        cursor = (page.body as { nextCursor: string | null }).nextCursor;
      } while (cursor);
      expect(pages).toEqual(made);
    });

    it('refuses a query that is empty, too long or unknown', async () => {
      expectFaults(await list(staff.token, '?query='), '/query');
      expectFaults(await list(staff.token, `?query=${'x'.repeat(255)}`), '/query');
      expectFaults(await list(staff.token, '?cursor=x'), '/cursor');
      expectFaults(await list(staff.token, '?name=Acme'), '/name');
    });

    it('shows one with its subscription, usage and owners', async () => {
      const customer = await signUp(server, 'Shown Ltd');
      await storeRecording(server, customer);
      const second = await addMember(server, customer, 'owner');
      await addMember(server, customer, 'admin');
      const response = await server.get(
        `/v1/staff/businesses/${customer.business.id}`,
        staff.token,
      );
      const mine = await server.get('/v1/subscription', customer.token);
      expect(response.status).toBe(200);
      expect(response.body).toEqual({
        ...customer.business,
        subscription: mine.body as object,
        owners: [
          { id: customer.member.id, email: customer.email, fullName: 'Ada Lovelace' },
          { id: second.id, email: second.email, fullName: 'Grace Hopper' },
        ],
      });
      expect(response.body).toMatchObject({
        subscription: { usage: { recordings: { used: 1 }, seats: { used: 3 } } },
      });
      const found = await list(staff.token, '?query=Shown');
      expect(found.body).toEqual({ data: [response.body], nextCursor: null });
    });

    it('answers alike to a missing and to a malformed id', async () => {
      const [missing, malformed] = [
        await server.get(`/v1/staff/businesses/${PLATFORM_ID}`, staff.token),
        await server.get('/v1/staff/businesses/acme', staff.token),
      ];
      expectProblem(missing, 404, 'business_not_found');
      expect(comparable(malformed)).toEqual(comparable(missing));
      for (const verb of ['activate', 'deactivate'] as const)
        expectProblem(await setStatus(PLATFORM_ID, verb), 404, 'business_not_found');
    });
  });

  describe('deactivating a business', () => {
    const useSdk = (key: string, via = server): Promise<Response> =>
      Promise.resolve(via.post('/v1/recordings', key, aRecording()));

    it('shuts out the tenant, its SDK and support from the next request on, until it is activated', async () => {
      const customer = await signUp(server);
      const support = await openSupport(server, staff, customer);
      const { id } = customer.business;
      expect((await setStatus(id, 'deactivated' as never)).status).toBe(404); // no such route
      expect((await setStatus(id, 'deactivate')).body).toMatchObject({ status: 'deactivated' });
      for (const via of [server, replica]) {
        expectProblem(await dashboard(customer.token, via), 403, 'business_deactivated');
        expectProblem(await dashboard(support.token, via), 403, 'business_deactivated');
        expectProblem(await useSdk(customer.key, via), 403, 'business_deactivated');
      }
      expect(await countRecordings(customer)).toBe(0);
      expect((await setStatus(id, 'activate')).body).toMatchObject({ status: 'active' });
      for (const via of [server, replica]) {
        expect((await dashboard(customer.token, via)).status).toBe(200);
        expect((await useSdk(customer.key, via)).status).toBe(201);
      }
    });

    /** What belongs to the person, not to the business. */
    const OWN_ACCOUNT = [
      'business.create',
      'email.resend',
      'invitation.accept',
      'me.list_businesses',
      'password.change',
      'session.end',
      'session.list',
      'session.revoke',
      'session.switch',
    ];

    it('shuts every route of the tenant', async () => {
      const customer = await signUp(server);
      const operations = await listOperations(server);
      await setStatus(customer.business.id, 'deactivate');
      for (const operation of operations) {
        const { audience } = operation;
        if (audience !== 'dashboard' && audience !== 'sdk') continue;
        if (OWN_ACCOUNT.includes(operation.action)) continue;
        const token = audience === 'sdk' ? customer.key : customer.token;
        expectProblem(await call(server, operation, token), 403, 'business_deactivated');
      }
    });

    it('lets its people log in, and says that it is deactivated; nobody opens support there', async () => {
      const customer = await signUp(server);
      await setStatus(customer.business.id, 'deactivate');
      const credentials = { email: customer.email, password: 'correct horse battery staple' };
      const right = await server.post('/v1/auth/login', undefined, credentials);
      expect([right.status, (right.body as LoginResponse).business?.status]).toEqual([
        200,
        'deactivated',
      ]);
      const wrong = { ...credentials, password: 'not this password' };
      expectProblem(
        await server.post('/v1/auth/login', undefined, wrong),
        401,
        'invalid_credentials',
      );
      await expect(openSupport(server, staff, customer)).rejects.toThrow('403');
    });

    it('may be asked for twice, and touches no other business', async () => {
      const [customer, other] = [await signUp(server), await signUp(server)];
      for (let times = 0; times < 2; times += 1)
        expect((await setStatus(customer.business.id, 'deactivate')).status).toBe(200);
      expect((await dashboard(other.token)).status).toBe(200);
      expect((await useSdk(other.key)).status).toBe(201);
    });

    async function countRecordings({ business }: Customer): Promise<number | undefined> {
      const [row] = await server.database.query<{ count: number }>(
        'SELECT count(*)::integer AS count FROM recordings WHERE business_id = $1',
        [business.id],
      );
      return row?.count;
    }
  });

  describe('GET /v1/staff/audit-log', () => {
    const read = (query = ''): Promise<AuditEntryResponse[]> =>
      readAuditLog(server, staff.token, query, '/v1/staff/audit-log');

    it('shows the log of one business, as the tenant sees it', async () => {
      const customer = await signUp(server);
      await createApplication(server, customer);
      await setStatus(customer.business.id, 'deactivate');
      await setStatus(customer.business.id, 'activate');
      const entries = await read(`&businessId=${customer.business.id.toUpperCase()}`);
      expect(entries).toEqual(await readAuditLog(server, customer.token));
      const actions = entries.map(({ action }) => action);
      expect(actions.slice(0, 3)).toEqual([
        'business.activate',
        'business.deactivate',
        'application.create',
      ]);
      expect(entries[0]).toMatchObject({
        actor: { kind: 'staff', id: staff.id, email: staff.email },
        onBehalfOf: null,
        target: { type: 'business', id: customer.business.id },
        changes: { status: ['deactivated', 'active'] },
      });
    });

    it('shows that of the installation: accounts, sessions, and no tenant’s rows', async () => {
      const agent = await addStaff(server);
      await signUp(server);
      await accounts().disable(job('staff.disable'), agent.email);
      const entries = await read();
      const about = (action: string, type: string) =>
        entries.find((entry) => entry.action === action && entry.target.type === type);
      expect(about('staff.disable', 'staff_account')).toMatchObject({
        actor: { kind: 'job' },
        target: { id: agent.id },
        changes: { status: ['active', 'disabled'] },
      });
      expect(about('staff_session.create', 'staff_session')).toMatchObject({
        actor: { kind: 'staff', id: agent.id, email: agent.email },
        changes: { tokenHash: ['***', '***'] },
      });
      expect(about('staff.create', 'staff_account')).toMatchObject({
        changes: { passwordHash: ['***', '***'], email: [null, agent.email] },
      });
      const types = new Set(entries.map(({ target }) => target.type));
      for (const type of ['business', 'member', 'session', 'api_key', 'subscription'])
        expect(types).not.toContain(type);
    });

    it('filters and pages like the tenant’s', async () => {
      const entries = await read('&action=staff_session.create');
      expect(new Set(entries.map(({ action }) => action))).toEqual(
        new Set(['staff_session.create']),
      );
      const mine = await read(`&actorId=${staff.id}&action=staff_session.create`);
      expect(new Set(mine.map(({ actor }) => actor.id))).toEqual(new Set([staff.id]));
      const path = '/v1/staff/audit-log?limit=1';
      const first = await server.get(path, staff.token);
      const { data, nextCursor } = first.body as { data: AuditEntryResponse[]; nextCursor: string };
      const second = await server.get(`${path}&cursor=${nextCursor}`, staff.token);
      const [next] = (second.body as { data: AuditEntryResponse[] }).data;
      expect([data[0], next]).toEqual((await read()).slice(0, 2));
    });

    it('refuses a business id that is none', async () => {
      const response = await server.get('/v1/staff/audit-log?businessId=acme', staff.token);
      expectFaults(response, '/businessId');
      expect(await read(`&businessId=${staff.id}`)).toEqual([]);
    });
  });
});

import type { Response } from 'supertest';
import { PLATFORM_ID } from '../../src/common/ids';
import type { MeResponse } from '../../src/modules/accounts/dto/account.responses';
import type { SupportSessionResponse } from '../../src/modules/support-sessions/dto/support-session.responses';
import { createApplication } from '../product/support/applications';
import { signUp, type Customer } from '../support/customers';
import { freezeClockAt } from '../support/frozen-clock';
import { addMember } from '../support/members';
import { comparable, expectFaults, expectProblem } from '../support/problems';
import { storeRecording } from '../product/support/recordings';
import {
  addStaff,
  askForSupport,
  call,
  listOperations,
  logInAsStaff,
  nameOf,
  openSupport,
  REASON,
  type Operation,
  type StaffMember,
} from '../support/staff';
import { TestApplication } from '../support/test-application';

/** An admin's part, without members' roles, invitations and keys; in read mode, what reads. */
const READS = [
  'business:read',
  'team_members:read',
  'subscription:read',
  'applications:read',
  'recordings:read',
  'usage:read',
  'invitations:read',
  'api_keys:read',
  'audit_log:read',
  'support_sessions:read',
  'webhook_endpoints:read',
];
const WRITES = ['applications:write', 'recordings:write', 'team_members:write', 'usage:write'];

/** Shut in either mode. */
const OF_WEBHOOKS = /^\/v1\/webhook-(endpoints|deliveries)(\/|$)/;

describe('support sessions', () => {
  let server: TestApplication;
  let replica: TestApplication;
  let staff: StaffMember;
  let operations: Operation[];
  beforeAll(async () => {
    server = await TestApplication.start();
    replica = await TestApplication.start({}, server.database);
    staff = await addStaff(server);
    operations = await listOperations(server);
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

  const me = (token: string, via = server): Promise<Response> =>
    Promise.resolve(via.get('/v1/me', token));
  const setSupportAccess = (token: string, supportAccess: boolean): Promise<Response> =>
    Promise.resolve(server.patch('/v1/business', token, { supportAccess }));
  const ofDashboard = (): Operation[] =>
    operations.filter(({ audience }) => audience === 'dashboard');

  async function listSessions(token: string): Promise<SupportSessionResponse[]> {
    const response = await server.get('/v1/support-sessions', token);
    expect(response.status).toBe(200);
    return (response.body as { data: SupportSessionResponse[] }).data;
  }

  async function expectDead({ token }: { token: string }): Promise<void> {
    for (const via of [server, replica])
      expectProblem(await me(token, via), 401, 'unauthenticated');
  }

  async function supportMemberOf({ business }: Customer): Promise<string> {
    const [member] = await server.database.query<{ id: string }>(
      `SELECT id FROM members WHERE business_id = $1 AND kind = 'support'`,
      [business.id],
    );
    return member!.id;
  }

  describe('opening', () => {
    it('gives a token for half an hour of reading unless more is asked for', async () => {
      const customer = await signUp(server);
      freezeClocksAt('2027-03-01T10:00:00.000Z');
      const { token } = await logInAsStaff(server, staff.email).then(({ session }) => session);
      const response = await askForSupport(server, { token }, customer);
      expect(response.status).toBe(201);
      expect(response.body).toEqual({
        id: expect.any(String) as string,
        token: expect.stringMatching(/^tnu_[0-9A-Za-z]{46}$/) as string,
        mode: 'read',
        expiresAt: '2027-03-01T10:30:00.000Z',
      });
    });

    it('takes a time of 1 to 60 minutes, a ticket and the write mode', async () => {
      const customer = await signUp(server);
      freezeClocksAt('2027-03-01T10:00:00.000Z');
      const { session } = await logInAsStaff(server, staff.email);
      const open = (changes: object) => openSupport(server, session, customer, changes);
      expect((await open({ ttlMinutes: 1 })).expiresAt).toBe('2027-03-01T10:01:00.000Z');
      const longest = await open({ ttlMinutes: 60, ticket: 'T-1', mode: 'write' });
      expect(longest).toMatchObject({ mode: 'write', expiresAt: '2027-03-01T11:00:00.000Z' });
      expect((await open({ ticket: null })).mode).toBe('read');
    });

    it('needs a reason of 10 to 500 characters', async () => {
      const customer = await signUp(server);
      const ask = (reason: unknown) => askForSupport(server, staff, customer, { reason });
      for (const reason of [
        '𝒜'.repeat(9),
        'x'.repeat(501),
        '',
        null,
        undefined,
        {},
        ['a reason!!'],
      ])
        expectFaults(await ask(reason), '/reason');
      for (const reason of ['𝒜'.repeat(10), 'x'.repeat(500)])
        expect((await ask(reason)).status).toBe(201);
    });

    const wrong: [string, object, string][] = [
      ['no minutes', { ttlMinutes: 0 }, '/ttlMinutes'],
      ['61 minutes', { ttlMinutes: 61 }, '/ttlMinutes'],
      ['half a minute more', { ttlMinutes: 1.5 }, '/ttlMinutes'],
      ['minutes as text', { ttlMinutes: '30' }, '/ttlMinutes'],
      ['no end', { ttlMinutes: null }, '/ttlMinutes'],
      ['another mode', { mode: 'admin' }, '/mode'],
      ['a mode in another letter case', { mode: 'Write' }, '/mode'],
      ['no mode', { mode: null }, '/mode'],
      ['an empty ticket', { ticket: '' }, '/ticket'],
      ['a long ticket', { ticket: 'x'.repeat(101) }, '/ticket'],
      ['another member', { memberId: PLATFORM_ID }, '/memberId'],
    ];
    it.each(wrong)('refuses %s', async (_, changes, pointer) => {
      const customer = await signUp(server);
      expectFaults(await askForSupport(server, staff, customer, changes), pointer);
      expect(await listSessions(customer.token)).toEqual([]);
    });

    it('needs a business that is there', async () => {
      const business = { id: PLATFORM_ID } as Customer['business'];
      expectProblem(await askForSupport(server, staff, { business }), 404, 'business_not_found');
    });

    it('needs the tenant’s leave', async () => {
      const customer = await signUp(server);
      await setSupportAccess(customer.token, false);
      expectProblem(await askForSupport(server, staff, customer), 403, 'support_access_off');
      await setSupportAccess(customer.token, true);
      expect((await askForSupport(server, staff, customer)).status).toBe(201);
    });

    it('gives a retry with the same Idempotency-Key the first answer again', async () => {
      const customer = await signUp(server);
      const ask = () =>
        server
          .post(`/v1/staff/businesses/${customer.business.id}/support-sessions`, staff.token)
          .set('idempotency-key', `open-${customer.business.id}`)
          .send({ reason: REASON });
      const [first, second] = [await ask(), await ask()];
      expect(second.headers['idempotency-replayed']).toBe('true');
      expect(second.body).toEqual(first.body);
      expect(await listSessions(customer.token)).toHaveLength(1);
    });
  });

  describe('being in', () => {
    it.each(['read', 'write'] as const)('shows who is in, in %s mode', async (mode) => {
      const customer = await signUp(server, 'Visited Ltd');
      const support = await openSupport(server, staff, customer, { mode });
      const response = await me(support.token);
      const { permissions, ...rest } = response.body as MeResponse;
      expect(rest).toEqual({
        user: null,
        member: {
          id: await supportMemberOf(customer),
          role: null,
          kind: 'support',
          status: 'active',
        },
        business: { id: customer.business.id, name: 'Visited Ltd', requireSecondFactor: false },
        support: {
          sessionId: support.id,
          staffEmail: staff.email,
          reason: REASON,
          mode,
          expiresAt: support.expiresAt,
        },
      });
      const expected = mode === 'write' ? [...READS, ...WRITES] : READS;
      expect([...permissions].sort()).toEqual([...expected].sort());
    });

    it('says so on every answer, refusals too, and on no other', async () => {
      const customer = await signUp(server);
      const support = await openSupport(server, staff, customer, { mode: 'write' });
      const { token, id } = support;
      const answers = [
        await me(token),
        await server.post('/v1/applications', token, { name: 'Shop' }),
        await server.post('/v1/applications', token, { name: 'One too many' }),
        await server.post('/v1/applications', token, {}),
        await server.get(`/v1/applications/${PLATFORM_ID}`, token),
        await server.get('/v1/applications?limit=0', token),
        await server.patch('/v1/business', token, { name: 'Mine' }),
        await server.get('/v1/staff/businesses', token),
        await server.get('/v1/sdk/status', token),
      ];
      const statuses = answers.map(({ status }) => status);
      expect(statuses).toEqual([200, 201, 402, 422, 404, 422, 403, 403, 403]);
      for (const { headers } of answers) expect(headers['x-support-session']).toBe(id);
      expect((await me(customer.token)).headers).not.toHaveProperty('x-support-session');
    });

    it('reads everything an admin may in read mode, and changes nothing', async () => {
      const customer = await signUp(server);
      const support = await openSupport(server, staff, customer);
      for (const operation of ofDashboard().filter(({ action }) => action !== 'session.end')) {
        const response = await call(server, operation, support.token);
        expect([nameOf(operation), response.headers['x-support-session']]).toEqual([
          nameOf(operation),
          support.id,
        ]);
        if (operation.verb !== 'get') {
          const code = OF_WEBHOOKS.test(operation.path) ? 'support_forbidden' : 'support_read_only';
          expectProblem(response, 403, code);
        } else if (isForbidden(operation)) expectProblem(response, 403, 'support_forbidden');
        else expect([200, 404, 422]).toContain(response.status); // 422: a query that it needs
      }
      expect((await server.post('/v1/auth/logout', support.token)).status).toBe(204);
      await expectDead(support);
    });

    it('changes in write mode what is not the tenant’s own', async () => {
      const customer = await signUp(server);
      const { token } = await openSupport(server, staff, customer, { mode: 'write' });
      const made = await server.post('/v1/applications', token, { name: 'Shop' });
      const path = `/v1/applications/${(made.body as { id: string }).id}`;
      const renamed = await server.patch(path, token, { name: 'Store' });
      expect(renamed.body).toMatchObject({ name: 'Store' });
      expect((await server.delete(path, token)).status).toBe(204);
      const { id } = await storeRecording(server, customer);
      expect((await server.delete(`/v1/recordings/${id}`, token)).status).toBe(204);
    });

    it('never does what is the tenant’s own', async () => {
      const customer = await signUp(server);
      const support = await openSupport(server, staff, customer, { mode: 'write' });
      const before = await server.get(`/v1/staff/businesses/${customer.business.id}`, staff.token);
      const forbidden: string[] = [];
      for (const operation of ofDashboard().filter(({ action }) => action !== 'session.end')) {
        const response = await call(server, operation, support.token);
        if (isForbidden(operation)) {
          forbidden.push(operation.action);
          expectProblem(response, 403, 'support_forbidden');
        } else
          expect([nameOf(operation), response.status < 403 || response.status > 403]).toEqual([
            nameOf(operation),
            true,
          ]);
      }
      expect(forbidden).toEqual(
        expect.arrayContaining([
          'password.change',
          'session.list',
          'session.revoke',
          'session.switch',
          'me.update',
          'team_member.assign_role',
          'invitation.create',
          'invitation.resend',
          'invitation.revoke',
          'invitation.accept',
          'api_key.create',
          'api_key.rotate',
          'api_key.revoke',
          'business.update',
          'business.create',
          'support_session.end',
          'email.resend',
        ]),
      );
      const after = await server.get(`/v1/staff/businesses/${customer.business.id}`, staff.token);
      expect(after.body).toEqual(before.body);
    });

    it('manages the team as an admin does: no owner, no system member', async () => {
      const customer = await signUp(server);
      const viewer = await addMember(server, customer, 'viewer');
      const { token } = await openSupport(server, staff, customer, { mode: 'write' });
      const ask = (id: string, verb: string) =>
        server.post(`/v1/team-members/${id}/${verb}`, token);
      expect((await ask(viewer.id, 'deactivate')).body).toMatchObject({ status: 'deactivated' });
      expect((await ask(viewer.id, 'activate')).body).toMatchObject({ status: 'active' });
      expectProblem(await ask(customer.member.id, 'deactivate'), 403, 'permission_denied');
      const removal = await server.delete(`/v1/team-members/${customer.member.id}`, token);
      expectProblem(removal, 403, 'permission_denied');
      const seat = await supportMemberOf(customer);
      const leaving = await server.delete(`/v1/team-members/${seat}`, token);
      expectProblem(leaving, 409, 'system_member');
    });

    it('opens no other session: no route of staff lets it in', async () => {
      const customer = await signUp(server);
      const support = await openSupport(server, staff, customer, { mode: 'write' });
      const other = await signUp(server);
      const chained = await askForSupport(server, support, other);
      expectProblem(chained, 403, 'wrong_credential_kind');
      for (const operation of operations.filter(({ audience }) => audience === 'staff'))
        expectProblem(await call(server, operation, support.token), 403, 'wrong_credential_kind');
    });

    it('sees this business and no other', async () => {
      const [customer, other] = [await signUp(server), await signUp(server)];
      const theirs = await createApplication(server, other);
      const { token } = await openSupport(server, staff, customer, { mode: 'write' });
      const [foreign, missing] = [
        await server.get(`/v1/applications/${theirs.id}`, token),
        await server.get(`/v1/applications/${PLATFORM_ID}`, token),
      ];
      expect(comparable(foreign)).toEqual(comparable(missing));
      const all = await server.get('/v1/applications', token);
      expect(all.body).toEqual({ data: [], nextCursor: null });
    });

    /** What the contract keeps from support, by the address alone; written without the table of permissions. */
    function isForbidden({ verb, path }: Operation): boolean {
      if (/^\/v1\/(me\/|billing|notification)/.test(path)) return true;
      if (path === '/v1/me') return verb !== 'get';
      if (path.startsWith('/v1/business/sso')) return true;
      const ownedByTenant =
        /^\/v1\/(auth\/(password|email|reauthenticate)|invitations|api-keys|subscription|business|businesses|support-sessions)(\/|$)/;
      if (verb === 'get') return false;
      if (OF_WEBHOOKS.test(path) || path.endsWith('/second-factor')) return true;
      return ownedByTenant.test(path) || (verb === 'patch' && path.startsWith('/v1/team-members/'));
    }
  });
});

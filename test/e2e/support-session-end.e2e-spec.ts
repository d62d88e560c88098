import type { Response } from 'supertest';
import type { Role } from '../../src/common/access/permissions';
import { PLATFORM_ID } from '../../src/common/ids';
import { RequestContext } from '../../src/common/request-context';
import { StaffService } from '../../src/modules/staff/staff.service';
import type { OpenedSupportSessionResponse } from '../../src/modules/staff/dto/staff.responses';
import type { SupportSessionResponse } from '../../src/modules/support-sessions/dto/support-session.responses';
import { SupportSessionMails } from '../../src/modules/support-sessions/support-session.mails';
import { signUp, type Customer } from '../support/customers';
import { freezeClockAt } from '../support/frozen-clock';
import { addMember } from '../support/members';
import { comparable, expectProblem } from '../support/problems';
import {
  addStaff,
  askForSupport,
  logInAsStaff,
  openSupport,
  readAuditLog,
  REASON,
  STAFF_PASSWORD,
  type StaffMember,
} from '../support/staff';
import { TestApplication } from '../support/test-application';

const ONE_MINUTE_MS = 60_000;
const RACES = 20;

describe('support sessions', () => {
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

  const me = (token: string, via = server): Promise<Response> =>
    Promise.resolve(via.get('/v1/me', token));
  const end = (token: string, id: string): Promise<Response> =>
    Promise.resolve(server.delete(`/v1/support-sessions/${id}`, token));
  const endAsStaff = (token: string, id: string): Promise<Response> =>
    Promise.resolve(server.post(`/v1/staff/support-sessions/${id}/end`, token));
  const setSupportAccess = (token: string, supportAccess: boolean): Promise<Response> =>
    Promise.resolve(server.patch('/v1/business', token, { supportAccess }));

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

  describe('the end', () => {
    it('comes with the time, and not a millisecond later', async () => {
      const customer = await signUp(server);
      const support = await openSupport(server, staff, customer, { ttlMinutes: 1 });
      const expiry = Date.parse(support.expiresAt);
      freezeClocksAt(expiry - 1);
      expect((await me(support.token)).status).toBe(200);
      freezeClocksAt(expiry);
      expectProblem(await me(support.token), 401, 'unauthenticated');
    });

    it('comes when an owner says so, and only then', async () => {
      const customer = await signUp(server);
      const support = await openSupport(server, staff, customer);
      for (const role of ['admin', 'member', 'viewer'] as Role[]) {
        const { token } = await addMember(server, customer, role);
        expectProblem(await end(token, support.id), 403, 'permission_denied');
      }
      expect((await me(support.token)).status).toBe(200);
      expect((await end(customer.token, support.id)).status).toBe(204);
      await expectDead(support);
    });

    it('comes when staff say so, a colleague too, and stays when said again', async () => {
      const customer = await signUp(server);
      const support = await openSupport(server, staff, customer);
      const colleague = await addStaff(server);
      expect((await endAsStaff(colleague.token, support.id)).status).toBe(204);
      await expectDead(support);
      const [first] = await listSessions(customer.token);
      expect((await endAsStaff(staff.token, support.id)).status).toBe(204);
      expect((await end(customer.token, support.id)).status).toBe(204);
      expect(await listSessions(customer.token)).toEqual([first]);
      const missing = await endAsStaff(staff.token, PLATFORM_ID);
      expectProblem(missing, 404, 'support_session_not_found');
    });

    it('comes with the logout', async () => {
      const customer = await signUp(server);
      const support = await openSupport(server, staff, customer, { mode: 'write' });
      const response = await server.post('/v1/auth/logout', support.token);
      expect([response.status, response.headers['x-support-session']]).toEqual([204, support.id]);
      await expectDead(support);
    });

    it('comes with the logout of the staff session under it, and no other', async () => {
      const customer = await signUp(server);
      const [one, other] = [
        (await logInAsStaff(server, staff.email)).session,
        (await logInAsStaff(server, staff.email)).session,
      ];
      const ending = await openSupport(server, one, customer);
      const staying = await openSupport(server, other, customer);
      expect((await server.post('/v1/staff/auth/logout', one.token)).status).toBe(204);
      await expectDead(ending);
      expect((await me(staying.token)).status).toBe(200);
      const sessions = await listSessions(customer.token);
      expect(sessions.map(({ id, endedAt }) => [id, endedAt !== null])).toEqual([
        [staying.id, false],
        [ending.id, true],
      ]);
    });

    it('comes with that logout also for one that is just being opened', async () => {
      const customer = await signUp(server);
      for (let round = 0; round < RACES; round += 1) {
        const { session } = await logInAsStaff(server, staff.email);
        const [opened] = await Promise.all([
          askForSupport(server, session, customer),
          server.post('/v1/staff/auth/logout', session.token),
        ]);
        if (opened.status === 201) await expectDead(opened.body as OpenedSupportSessionResponse);
        else expectProblem(opened, 401, 'unauthenticated');
      }
    });

    it('comes with the twelve hours of the staff session', async () => {
      const customer = await signUp(server);
      const { session } = await logInAsStaff(server, staff.email);
      const expiry = Date.parse(session.expiresAt);
      freezeClocksAt(expiry - ONE_MINUTE_MS);
      const proof = { password: STAFF_PASSWORD };
      await server.post('/v1/staff/auth/reauthenticate', session.token, proof);
      const support = await openSupport(server, session, customer, { ttlMinutes: 60 });
      freezeClocksAt(expiry - 1);
      expect((await me(support.token)).status).toBe(200);
      freezeClocksAt(expiry);
      expectProblem(await me(support.token), 401, 'unauthenticated');
      expect(Date.parse(support.expiresAt)).toBeGreaterThan(expiry);
    });

    it('comes when the staff account is disabled, or its password reset', async () => {
      const customer = await signUp(server);
      const accounts = server.app.get(StaffService);
      const endings: ((email: string) => Promise<void>)[] = [
        (email) => accounts.disable(RequestContext.job('staff.disable'), email),
        (email) =>
          accounts.resetPassword(RequestContext.job('staff.reset_password'), email, {
            password: `${STAFF_PASSWORD}, a new one`,
          }),
      ];
      for (const ending of endings) {
        const agent = await addStaff(server);
        const support = await openSupport(server, agent, customer);
        await ending(agent.email);
        await expectDead(support);
        const [newest] = await listSessions(customer.token);
        expect(newest).toMatchObject({ id: support.id, endedAt: expect.any(String) as string });
      }
    });

    it('comes when support access is switched off, and switching it on revives nothing', async () => {
      const [customer, other] = [await signUp(server), await signUp(server)];
      const support = await openSupport(server, staff, customer);
      const elsewhere = await openSupport(server, staff, other);
      const response = await setSupportAccess(customer.token, false);
      expect(response.body).toMatchObject({ supportAccess: false });
      await expectDead(support);
      expect((await me(elsewhere.token)).status).toBe(200);
      await setSupportAccess(customer.token, true);
      await expectDead(support);
    });

    it('leaves no session open that was opened while support access was being switched off', async () => {
      const customer = await signUp(server);
      for (let round = 0; round < RACES; round += 1) {
        const [opened] = await Promise.all([
          askForSupport(server, staff, customer),
          replica.patch('/v1/business', customer.token, { supportAccess: false }),
        ]);
        if (opened.status === 201) await expectDead(opened.body as OpenedSupportSessionResponse);
        else expectProblem(opened, 403, 'support_access_off');
        await setSupportAccess(customer.token, true);
      }
    });
  });

  describe('in sight of the tenant', () => {
    it('lists who is and was in, newest first', async () => {
      const customer = await signUp(server);
      const first = await openSupport(server, staff, customer, { ticket: 'T-42' });
      const second = await openSupport(server, staff, customer, { mode: 'write', ttlMinutes: 5 });
      await end(customer.token, first.id);
      const sessions = await listSessions(customer.token);
      const instant = expect.stringMatching(/^\d{4}-.*Z$/) as string;
      expect(sessions).toEqual([
        {
          id: second.id,
          staffEmail: staff.email,
          reason: REASON,
          ticket: null,
          mode: 'write',
          startedAt: instant,
          expiresAt: second.expiresAt,
          endedAt: null,
        },
        {
          id: first.id,
          staffEmail: staff.email,
          reason: REASON,
          ticket: 'T-42',
          mode: 'read',
          startedAt: instant,
          expiresAt: first.expiresAt,
          endedAt: instant,
        },
      ]);
      const page = await server.get('/v1/support-sessions?limit=1', customer.token);
      const { data, nextCursor } = page.body as { data: object[]; nextCursor: string };
      const next = await server.get(`/v1/support-sessions?cursor=${nextCursor}`, customer.token);
      expect([...data, ...(next.body as { data: object[] }).data]).toEqual(sessions);
    });

    it('is for owners and admins, and for staff who are in', async () => {
      const customer = await signUp(server);
      const support = await openSupport(server, staff, customer);
      const admin = await addMember(server, customer, 'admin');
      expect(await listSessions(admin.token)).toHaveLength(1);
      expect(await listSessions(support.token)).toHaveLength(1);
      for (const role of ['member', 'viewer'] as const) {
        const { token } = await addMember(server, customer, role);
        const response = await server.get('/v1/support-sessions', token);
        expectProblem(response, 403, 'permission_denied');
      }
    });

    it('treats another business’s support session like a missing one', async () => {
      const [customer, other] = [await signUp(server), await signUp(server)];
      const theirs = await openSupport(server, staff, other);
      const answers = [
        await end(customer.token, theirs.id),
        await end(customer.token, PLATFORM_ID),
        await end(customer.token, 'nothing'),
      ];
      expectProblem(answers[0]!, 404, 'support_session_not_found');
      for (const answer of answers) expect(comparable(answer)).toEqual(comparable(answers[0]!));
      expect((await me(theirs.token)).status).toBe(200);
      expect(await listSessions(customer.token)).toEqual([]);
    });

    it('writes a mail to the active owners', async () => {
      const customer = await signUp(server, 'Visited Ltd');
      const second = await addMember(server, customer, 'owner');
      await addMember(server, customer, 'admin');
      const support = await openSupport(server, staff, customer, { mode: 'write' });
      const mails = await server.database.query<{ template: string; sent_at: Date | null }>(
        'SELECT template, sent_at FROM mails WHERE subject_id = $1',
        [support.id],
      );
      expect(mails).toEqual([{ template: 'support-session-started', sent_at: null }]);
      const mail = await server.app
        .get(SupportSessionMails)
        .compose(RequestContext.job('mail.send'), support.id);
      expect([...(mail?.to ?? [])].sort()).toEqual([customer.email, second.email].sort());
      expect(mail?.values).toEqual({
        businessName: 'Visited Ltd',
        staffEmail: staff.email,
        mode: 'write',
        reason: REASON,
        expiresAt: new Date(support.expiresAt).toUTCString(),
      });
      expect(JSON.stringify(mail)).not.toContain(support.token);
    });

    it('names staff, the support member and the session in each row of the log', async () => {
      const customer = await signUp(server);
      const seat = await supportMemberOf(customer);
      const support = await openSupport(server, staff, customer, { mode: 'write' });
      await server.post('/v1/applications', support.token, { name: 'Shop' });
      await server.post('/v1/auth/logout', support.token);
      const [ended, created, started] = await readAuditLog(server, customer.token);
      const actor = { kind: 'staff', id: staff.id, email: staff.email };
      const inside = { actor, onBehalfOf: seat, supportSessionId: support.id };
      const target = { type: 'support_session', id: support.id };
      expect(ended).toMatchObject({
        ...inside,
        action: 'session.end',
        target,
        changes: { endedAt: [null, expect.any(String) as string] },
      });
      expect(created).toMatchObject({
        ...inside,
        action: 'application.create',
        target: { type: 'application' },
      });
      expect(started).toMatchObject({
        actor,
        onBehalfOf: null,
        supportSessionId: null,
        action: 'support_session.start',
        target,
        changes: { reason: [null, REASON], mode: [null, 'write'], tokenHash: ['***', '***'] },
      });
    });

    const endings: [string, string, (context: Ending) => Promise<Response>][] = [
      [
        'the owner',
        'support_session.end',
        ({ customer, support }) => end(customer.token, support.id),
      ],
      [
        'staff',
        'staff_support_session.end',
        ({ agent, support }) => endAsStaff(agent.token, support.id),
      ],
      [
        'the staff session’s logout',
        'staff_session.end',
        ({ agent }) => Promise.resolve(server.post('/v1/staff/auth/logout', agent.token)),
      ],
      [
        'switching support access off',
        'business.update',
        ({ customer }) => setSupportAccess(customer.token, false),
      ],
    ];
    interface Ending {
      customer: Customer;
      agent: StaffMember;
      support: OpenedSupportSessionResponse;
    }
    it.each(endings)('logs the end by %s', async (_, action, ending) => {
      const [customer, agent] = [await signUp(server), await addStaff(server)];
      const support = await openSupport(server, agent, customer);
      expect((await ending({ customer, agent, support })).status).toBeLessThan(300);
      const entries = await readAuditLog(server, customer.token, `&action=${action}`);
      const rows = entries.filter(({ target }) => target.id === support.id);
      const endedAt = [null, expect.any(String) as string];
      expect(rows.map(({ changes }) => changes)).toContainEqual({ endedAt });
    });
  });
});

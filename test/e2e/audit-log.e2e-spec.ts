import type { Response } from 'supertest';
import type { AuditEntryResponse } from '../../src/modules/audit/dto/audit-log';
import { createApplication } from '../product/support/applications';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { addMember, joinBusiness, logIn } from '../support/members';
import { expectFaults, expectProblem } from '../support/problems';
import { newEmail } from '../support/signups';
import { addStaff, readAuditLog } from '../support/staff';
import { TestApplication } from '../support/test-application';

const ID = expect.stringMatching(/^[0-9a-f-]{36}$/) as string;
const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;

describe('the audit log', () => {
  let server: TestApplication;
  beforeAll(async () => {
    server = await TestApplication.start();
  });
  afterAll(() => server.stop());

  const list = (token: string, query = ''): Promise<Response> =>
    Promise.resolve(server.get(`/v1/audit-log${query}`, token));
  const read = (customer: Pick<Customer, 'token'>, query = ''): Promise<AuditEntryResponse[]> =>
    readAuditLog(server, customer.token, query);
  const tryLogin = (email: string, password: string, changes: object = {}): Promise<Response> =>
    Promise.resolve(server.post('/v1/auth/login', undefined, { email, password, ...changes }));
  const actionsOf = (entries: AuditEntryResponse[]): string[] =>
    entries.map(({ action }) => action);

  describe('a row', () => {
    it('says who did what when, from where and in which request', async () => {
      const customer = await signUp(server);
      const requestId = `request.of-${customer.business.id}`;
      const created = await server
        .post('/v1/applications', customer.token, { name: 'Shop', platform: 'ios' })
        .set('x-request-id', requestId);
      const { id, createdAt } = created.body as { id: string; createdAt: string };
      const [entry] = await read(customer);
      expect(entry).toEqual({
        id: ID,
        at: INSTANT,
        action: 'application.create',
        actor: { kind: 'person', id: customer.member.id, email: customer.email },
        onBehalfOf: null,
        target: { type: 'application', id },
        changes: {
          id: [null, id],
          businessId: [null, customer.business.id],
          name: [null, 'Shop'],
          platform: [null, 'ios'],
          origins: [null, []],
          createdAt: [null, expect.any(String) as string],
        },
        requestId,
        supportSessionId: null,
        ip: '127.0.0.1',
      });
      const [, stored] = entry!.changes.createdAt!;
      expect(new Date(String(stored)).toISOString()).toBe(createdAt);
    });

    it('has before and after of the fields that changed, and of no others', async () => {
      const customer = await signUp(server);
      const { id } = await createApplication(server, customer);
      await server.patch(`/v1/applications/${id}`, customer.token, { name: 'Store' });
      await server.patch('/v1/business', customer.token, { supportAccess: false });
      await server.patch('/v1/me', customer.token, { fullName: 'Ada King' });
      const changes = (await read(customer)).slice(0, 3).map((entry) => entry.changes);
      expect(changes).toEqual([
        { fullName: ['Ada Lovelace', 'Ada King'] },
        { supportAccess: [true, false] },
        { name: ['Shop', 'Store'] },
      ]);
    });

    it('is not written when nothing changes, nor for a refusal', async () => {
      const customer = await signUp(server);
      const { id } = await createApplication(server, customer);
      const before = await read(customer);
      await server.patch(`/v1/applications/${id}`, customer.token, { name: 'Shop' });
      await server.patch('/v1/business', customer.token, { name: customer.business.name });
      await server.post('/v1/applications', customer.token, { name: 'One too many' });
      await server.get('/v1/applications', customer.token);
      expect(await read(customer)).toEqual(before);
    });

    it('shows that a thing was deleted', async () => {
      const customer = await signUp(server);
      const { id } = await createApplication(server, customer);
      await server.delete(`/v1/applications/${id}`, customer.token);
      const [entry] = await read(customer);
      expect(entry).toMatchObject({
        action: 'application.delete',
        target: { type: 'application', id },
        changes: { deletedAt: [null, expect.any(String) as string] },
      });
    });

    it('names team changes by their route', async () => {
      const customer = await signUp(server);
      const member = await addMember(server, customer, 'viewer');
      const path = `/v1/team-members/${member.id}`;
      await server.patch(path, customer.token, { role: 'member' });
      await server.post(`${path}/deactivate`, customer.token);
      await server.post(`${path}/activate`, customer.token);
      await server.delete(path, customer.token);
      const entries = (await read(customer)).filter(
        ({ target, action }) => target.id === member.id && action !== 'database.insert',
      );
      expect(entries.map(({ action, changes }) => [action, changes])).toEqual([
        ['team_member.remove', expect.objectContaining({ role: ['member', null] })],
        ['team_member.activate', { status: ['deactivated', 'active'] }],
        ['team_member.deactivate', { status: ['active', 'deactivated'] }],
        ['team_member.assign_role', { role: ['viewer', 'member'] }],
      ]);
    });
  });

  describe('signing in and out', () => {
    it('is in it: who came, from where, and who left', async () => {
      const customer = await signUp(server);
      const { session, member } = await logIn(server, customer.email);
      await server.post('/v1/auth/logout', session.token);
      const [left, came] = await read(customer);
      const actor = { kind: 'person', id: member.id, email: customer.email };
      expect(came).toMatchObject({
        action: 'session.create',
        actor,
        target: { type: 'session', id: ID },
        ip: '127.0.0.1',
        requestId: ID,
        changes: { tokenHash: ['***', '***'], memberId: [null, member.id] },
      });
      expect(left).toMatchObject({ action: 'session.end', actor, target: came?.target });
    });

    it('is in it when it fails: in each business of that person, and in no other', async () => {
      const [customer, second, stranger] = [
        await signUp(server),
        await signUp(server),
        await signUp(server),
      ];
      const [person] = await server.database.query<{ id: string }>(
        'SELECT id FROM users WHERE email = $1',
        [customer.email],
      );
      await joinBusiness(server.database, person!.id, second.business.id, 'viewer');
      const typed = customer.email.toUpperCase();
      const answer = await tryLogin(typed, 'not this password');
      expectProblem(answer, 401, 'invalid_credentials');
      for (const each of [customer, second]) {
        const [entry, ...others] = await read(each, '&action=session.fail');
        expect(others).toEqual([]);
        expect(entry).toEqual({
          id: ID,
          at: INSTANT,
          action: 'session.fail',
          actor: { kind: 'person', id: null, email: typed },
          onBehalfOf: null,
          target: { type: 'user', id: person!.id },
          changes: {},
          requestId: answer.headers['x-request-id'],
          supportSessionId: null,
          ip: '127.0.0.1',
        });
      }
      expect(await read(stranger, '&action=session.fail')).toEqual([]);
    });

    it('is in it when a deactivated member tries', async () => {
      const customer = await signUp(server);
      const member = await addMember(server, customer, 'member');
      await server.post(`/v1/team-members/${member.id}/deactivate`, customer.token);
      const answer = await tryLogin(member.email, 'a wrong password, long enough');
      expectProblem(answer, 401, 'invalid_credentials');
      const entries = await read(customer, '&action=session.fail');
      expect(entries.map(({ actor }) => actor.email)).toEqual([member.email]);
    });

    it('of an unknown person is in the installation’s own log', async () => {
      const staff = await addStaff(server);
      const email = newEmail();
      await tryLogin(email, PASSWORD);
      const query = '&action=session.fail';
      const entries = await readAuditLog(server, staff.token, query, '/v1/staff/audit-log');
      expect(entries.map(({ actor }) => actor.email)).toContain(email);
    });
  });

  describe('GET /v1/audit-log', () => {
    it('filters by action, actor and time, from inclusive, to exclusive', async () => {
      const customer = await signUp(server);
      const admin = await addMember(server, customer, 'admin');
      const { id } = await createApplication(server, customer);
      await server.patch(`/v1/applications/${id}`, admin.token, { name: 'Store' });
      await server.patch(`/v1/applications/${id}`, admin.token, { name: 'Stall' });
      const all = await read(customer);
      const [last, previous, created] = all;
      const find = async (query: string): Promise<AuditEntryResponse[]> => read(customer, query);
      expect(await find('&action=application.update')).toEqual([last, previous]);
      expect(await find('&action=application')).toEqual([]);
      const byAdmin = all.filter(({ actor }) => actor.id === admin.id);
      expect(byAdmin.length).toBeGreaterThanOrEqual(2);
      expect(await find(`&actorId=${admin.id}`)).toEqual(byAdmin);
      expect(await find(`&actorId=${admin.id.toUpperCase()}`)).toEqual(byAdmin);
      expect(await find(`&actorId=${admin.id}&action=application.create`)).toEqual([]);
      const at = encodeURIComponent(created!.at);
      expect(await find(`&from=${at}`)).toEqual(all.filter((each) => each.at >= created!.at));
      expect(await find(`&to=${at}`)).toEqual(all.filter((each) => each.at < created!.at));
      expect(await find(`&from=${at}&to=${at}`)).toEqual([]);
    });

    it('comes in pages, newest first, that neither repeat nor skip a row of one moment', async () => {
      const customer = await signUp(server); // one transaction: all its rows have one time
      const all = await read(customer);
      expect(all.length).toBeGreaterThan(5);
      expect(new Set(all.map(({ at }) => at)).size).toBe(1);
      const paged: AuditEntryResponse[] = [];
      let next = '?limit=2';
      while (next) {
        const page = await list(customer.token, next);
        const { data, nextCursor } = page.body as {
          data: AuditEntryResponse[];
          nextCursor: string | null;
        };
        paged.push(...data);
        next = nextCursor ? `?limit=2&cursor=${nextCursor}` : '';
      }
      expect(paged).toEqual(all);
    });

    const wrong: [string, string][] = [
      ['?limit=0', '/limit'],
      ['?limit=101', '/limit'],
      ['?cursor=nothing', '/cursor'],
      ['?actorId=me', '/actorId'],
      ['?from=yesterday', '/from'],
      ['?to=2026-01-01', '/to'],
      ['?action=', '/action'],
      ['?businessId=00000000-0000-0000-0000-000000000000', '/businessId'],
      ['?action=a&action=b', '/action'],
    ];
    it.each(wrong)('refuses %s', async (query, pointer) => {
      const { token } = await signUp(server);
      expectFaults(await list(token, query), pointer);
    });

    it('is for owners and admins', async () => {
      const customer = await signUp(server);
      const admin = await addMember(server, customer, 'admin');
      expect(await read(admin)).toEqual(await read(customer));
      for (const role of ['member', 'viewer'] as const) {
        const { token } = await addMember(server, customer, role);
        expectProblem(await list(token), 403, 'permission_denied');
      }
    });

    it('shows a tenant its own rows only, for every query', async () => {
      const [customer, other] = [await signUp(server), await signUp(server)];
      await createApplication(server, other);
      const theirs = await read(other);
      const mine = await read(customer);
      const ids = new Set(theirs.map(({ id }) => id));
      expect(mine.filter(({ id }) => ids.has(id))).toEqual([]);
      expect(await read(customer, `&actorId=${other.member.id}`)).toEqual([]);
      expect(actionsOf(mine)).not.toContain('application.create');
      const first = await list(other.token, '?limit=1');
      const { nextCursor } = first.body as { nextCursor: string };
      const page = await list(customer.token, `?limit=100&cursor=${nextCursor}`);
      for (const { id } of (page.body as { data: AuditEntryResponse[] }).data)
        expect(ids).not.toContain(id);
    });
  });
});

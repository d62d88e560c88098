import type { Response } from 'supertest';
import { hashToken } from '../../src/common/token';
import { RequestContext } from '../../src/common/request-context';
import type { AuditEntryResponse } from '../../src/modules/audit/dto/audit-log';
import type { CreatedApiKeyResponse } from '../../src/modules/api-keys/dto/api-key.responses';
import { StaffService } from '../../src/modules/staff/staff.service';
import { createApplication } from '../support/applications';
import { refusalOf, withConnection } from '../support/connection';
import { aRecording, PASSWORD, signUp, type Customer } from '../support/customers';
import { addMember, joinBusiness, logIn } from '../support/members';
import { expectFaults, expectProblem } from '../support/problems';
import { newEmail } from '../support/signups';
import {
  addStaff,
  logInAsStaff,
  openSupport,
  readAuditLog,
  STAFF_PASSWORD,
} from '../support/staff';
import { TestApplication } from '../support/test-application';

const INSUFFICIENT_PRIVILEGE = '42501';
const NEW_PASSWORD = 'a wholly different passphrase';
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

    it('of somebody unknown is in the installation’s own log', async () => {
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

    it('shows a tenant its own rows only, whatever is asked for', async () => {
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

  describe('secrets', () => {
    it('are nowhere in it after a full day of use', async () => {
      const secrets = await liveThroughADay();
      const stored = await storedHashes();
      const log = await dumpLog();
      expect(log.length).toBeGreaterThan(10_000);
      expect(secrets.length).toBeGreaterThan(12);
      expect(stored.length).toBeGreaterThan(10);
      const spellings = [...secrets.flatMap(spellingsOfSecret), ...stored.flatMap(spellingsOf)];
      expect(spellings.filter((spelling) => log.includes(spelling))).toEqual([]);
      expect(log).toContain('"token_hash": ["***", "***"]');
      expect(log).toContain('"password_hash": ["***", "***"]');
    });

    /** Everything that makes, changes or ends a secret. @returns all that nobody may find */
    async function liveThroughADay(): Promise<string[]> {
      const customer = await signUp(server);
      const staff = await addStaff(server);
      const ofKeys = await turnKeys(customer);
      const ofPeople = await changePasswords(customer);
      const support = await openSupport(server, staff, customer, { mode: 'write' });
      await server.post('/v1/auth/logout', support.token);
      await server.app
        .get(StaffService)
        .resetPassword(RequestContext.job('staff.reset_password'), staff.email, {
          password: NEW_PASSWORD,
        });
      const { session } = await logInAsStaff(server, staff.email, { password: NEW_PASSWORD });
      await server.post('/v1/staff/auth/logout', session.token);
      const ofStaff = [staff.token, session.token, support.token, STAFF_PASSWORD];
      return [customer.token, customer.key, ...ofKeys, ...ofPeople, ...ofStaff];
    }

    async function turnKeys({ token, key }: Customer): Promise<string[]> {
      const make = await server.post('/v1/api-keys', token, { name: 'Second' });
      const made = make.body as CreatedApiKeyResponse;
      const rotation = { overlapSeconds: 60 };
      const rotate = await server.post(`/v1/api-keys/${made.id}/rotate`, token, rotation);
      const rotated = rotate.body as CreatedApiKeyResponse;
      await server.post('/v1/recordings', key, aRecording({ metadata: { note: 'metadata-note' } }));
      await server.delete(`/v1/api-keys/${rotated.id}`, token);
      return [made.key, rotated.key, 'metadata-note'];
    }

    async function changePasswords(customer: Customer): Promise<string[]> {
      const { token, email } = customer;
      const change = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
      expect((await server.post('/v1/me/password', token, change)).status).toBe(204);
      await tryLogin(email, 'a mistyped password');
      const { session } = await logIn(server, email, { password: NEW_PASSWORD });
      await server.post('/v1/auth/password/forgot', undefined, { email });
      await server.post('/v1/auth/email/resend', token);
      const invitation = { email: newEmail(), role: 'viewer' };
      const invited = await server.post('/v1/invitations', token, invitation);
      const { id } = invited.body as { id: string };
      expect((await server.post(`/v1/invitations/${id}/resend`, token)).status).toBe(202);
      await server.post('/v1/auth/logout', session.token);
      return [PASSWORD, NEW_PASSWORD, 'a mistyped password', session.token];
    }

    /** What the database keeps in place of secrets: it is not for the log either. */
    async function storedHashes(): Promise<Buffer[]> {
      const columns: [string, string][] = [
        ['sessions', 'token_hash'],
        ['staff_sessions', 'token_hash'],
        ['support_sessions', 'token_hash'],
        ['api_keys', 'token_hash'],
        ['invitations', 'key_hash'],
        ['invitations', 'nonce'],
        ['one_time_keys', 'key_hash'],
        ['one_time_keys', 'nonce'],
        ['users', 'convert_to(password_hash, $$UTF8$$)'],
        ['staff_accounts', 'convert_to(password_hash, $$UTF8$$)'],
      ];
      const rows = await Promise.all(
        columns.map(([table, column]) =>
          server.database.query<{ bytes: Buffer }>(`SELECT ${column} AS bytes FROM ${table}`),
        ),
      );
      return rows.flat().map(({ bytes }) => bytes);
    }

    async function dumpLog(): Promise<string> {
      const [row] = await server.database.query<{ text: string }>(
        `SELECT string_agg(audit_log::text || changes::text, E'\\n') AS text FROM audit_log`,
      );
      return row!.text;
    }

    function spellingsOfSecret(secret: string): string[] {
      return [secret, ...spellingsOf(hashToken(secret)), ...spellingsOf(Buffer.from(secret))];
    }

    function spellingsOf(bytes: Buffer): string[] {
      const base64 = bytes.toString('base64');
      return [
        bytes.toString('hex'),
        base64,
        base64.replace(/=+$/, ''),
        bytes.toString('base64url'),
        bytes.toString('utf8'),
      ];
    }
  });

  describe('is append-only', () => {
    const attempts = [
      `UPDATE audit_log SET action = 'nothing'`,
      `UPDATE audit_log SET action = action WHERE false`,
      'DELETE FROM audit_log',
      'DELETE FROM audit_log WHERE false',
      'TRUNCATE audit_log',
    ];
    it.each(attempts)('for the application’s role: %s', async (statement) => {
      const customer = await signUp(server);
      const before = await read(customer);
      const sights = [{ businessId: customer.business.id }, { scope: 'platform' as const }, {}];
      for (const sight of sights) {
        const refusal = await withConnection(server.database.url, sight, (client) =>
          refusalOf(client, statement),
        );
        expect(refusal).toBe(INSUFFICIENT_PRIVILEGE);
      }
      expect(await read(customer)).toEqual(before);
    });

    it('and stays so by its trigger for a role that has the grants back', async () => {
      const { business } = await signUp(server);
      const refusals = await withConnection(
        server.database.url,
        { businessId: business.id },
        async (client) => {
          const codes: (string | null)[] = [];
          for (const statement of attempts)
            codes.push(
              await refusalOf(
                client,
                `GRANT UPDATE, DELETE, TRUNCATE ON audit_log TO CURRENT_USER; ${statement}`,
              ),
            );
          return codes;
        },
      );
      expect(refusals).toEqual(attempts.map(() => INSUFFICIENT_PRIVILEGE));
    });

    it('and shows a tenant’s connection no rows of others', async () => {
      const [customer, other] = [await signUp(server), await signUp(server)];
      const count = (businessId?: string): Promise<number> =>
        withConnection(server.database.url, businessId ? { businessId } : {}, async (client) => {
          const sql = 'SELECT count(*)::integer AS count FROM audit_log WHERE business_id = $1';
          const { rows } = await client.query<{ count: number }>(sql, [other.business.id]);
          return rows[0]!.count;
        });
      expect(await count(other.business.id)).toBeGreaterThan(0);
      expect(await count(customer.business.id)).toBe(0);
      expect(await count()).toBe(0);
    });

    it('and takes no row in another tenant’s name', async () => {
      const [customer, other] = [await signUp(server), await signUp(server)];
      const forgery = `INSERT INTO audit_log (business_id, id, at, action, actor, target_type, changes)
        VALUES ($1, gen_random_uuid(), now(), 'forged', '{}', 'business', '{}')`;
      const refusal = await withConnection(
        server.database.url,
        { businessId: customer.business.id },
        (client) => refusalOf(client, forgery, [other.business.id]),
      );
      expect(refusal).toBe(INSUFFICIENT_PRIVILEGE);
    });
  });
});

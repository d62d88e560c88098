import type { Response } from 'supertest';
import { hashToken } from '../../src/common/token';
import { RequestContext } from '../../src/common/request-context';
import type { AuditEntryResponse } from '../../src/modules/audit/dto/audit-log';
import type { CreatedApiKeyResponse } from '../../src/modules/api-keys/dto/api-key.responses';
import { StaffService } from '../../src/modules/staff/staff.service';
import { refusalOf, withConnection } from '../support/connection';
import { aRecording, PASSWORD, signUp, type Customer } from '../support/customers';
import { logIn } from '../support/members';
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

describe('the audit log', () => {
  let server: TestApplication;
  beforeAll(async () => {
    server = await TestApplication.start();
  });
  afterAll(() => server.stop());

  const read = (customer: Pick<Customer, 'token'>, query = ''): Promise<AuditEntryResponse[]> =>
    readAuditLog(server, customer.token, query);
  const tryLogin = (email: string, password: string, changes: object = {}): Promise<Response> =>
    Promise.resolve(server.post('/v1/auth/login', undefined, { email, password, ...changes }));

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

    /** Everything that makes, changes or ends a secret. @returns everything that must not be found */
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

import { CanonicalEmails1763690000070 } from '../../../migrations/1763690000070-canonical-emails';
import { emailForms, matchesEmail, nearestFirst } from '../../../src/platform/database/email-match';
import { withEmptyDatabase } from '../../support/architecture/empty-database';
import { listMigrations, MigrationRunner } from '../../support/architecture/migration-runner';
import { withConnection } from '../../support/connection';
import { createTestDatabase } from '../../support/test-database';

/* Accounts of before, the oldest first, and the keys that the migration gives them. */
const ACCOUNTS: [email: string, key: string | null][] = [
  ['Ada@Example.com', null],
  ['ren\u00E9e@example.com', null],
  ['Rene\u0301e@example.com', null], // the canonical form belongs to the one above
  ['zoe\u0308@example.com', 'zo\u00EB@example.com'],
  ['ZOe\u0308@b\u00FCcher.example', 'zo\u00EB@xn--bcher-kva.example'],
  ['zo\u00EB@B\u00FCcher.example', null], // the older one has it
  ['ada@xn--bcher-kva.example', null],
  ['ada@b\u00FCcher.example', null], // the A-labels are the canonical form
  ['\u212Aarl@example.com', null],
  ['karl@example.com', null],
];

describe('the migration to canonical addresses', () => {
  it.each(['users', 'staff_accounts'])(
    'keeps every row of %s, and gives each form once',
    async (table) => {
      await withEmptyDatabase(async (url) => {
        const runner = await MigrationRunner.open(url);
        try {
          const migrations = listMigrations();
          const at = migrations.findIndex(({ name }) => name === CanonicalEmails1763690000070.name);
          for (const { make } of migrations.slice(0, at)) await runner.run(make(), 'up');
          for (const [index, [email]] of ACCOUNTS.entries())
            await runner.query(INSERTS[table]!, [email, index]);
          await runner.run(new CanonicalEmails1763690000070(), 'up');
          const rows = await runner.query<{ email: string; key: string | null }>(
            `SELECT email, email_key AS key FROM ${table} ORDER BY created_at`,
          );
          expect(rows.map(({ email, key }) => [email, key])).toEqual(ACCOUNTS);
        } finally {
          await runner.close();
        }
      });
    },
  );
});

const AT = `now() + $2::integer * interval '1 second'`;
const INSERTS: Record<string, string> = {
  users: `INSERT INTO users (id, email, full_name, password_hash, created_at) VALUES (gen_random_uuid(), $1, '', '', ${AT})`,
  staff_accounts: `
    INSERT INTO staff_accounts (id, email, name, password_hash, status, created_at)
    VALUES (gen_random_uuid(), $1, '', '', 'active', ${AT})`,
};

describe('a look-up of an address', () => {
  it.each(['users', 'staff_accounts'])(
    'in %s uses an index for each of its two forms, under row-level security too',
    async (table) => {
      const database = await createTestDatabase();
      const plan = await withConnection(database.url, {}, async (client) => {
        await client.query(`SET app.scope = 'platform'`);
        await client.query('SET enable_seqscan = off');
        const sql = `SELECT id FROM ${table} WHERE ${matchesEmail(table, 1)} ${nearestFirst(table, 1)}`;
        const { rows } = await client.query(`EXPLAIN ${sql}`, emailForms('ada@example.com'));
        return JSON.stringify(rows);
      });
      await database.drop();
      expect(plan).toContain(`uq_${table}_email_folded`);
      expect(plan).toContain(`uq_${table}_email_key`);
      expect(plan).not.toContain('Seq Scan');
    },
  );
});

import { domainToASCII } from 'node:url';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Addresses compare by a canonical form: the domain as IDNA A-labels, the local part composed. `email_key` holds it where
 * `email_folded` is another one. Of accounts that share a form already, one gets it; the others keep null, and work by
 * their own spelling. Invitations end within a week, so those that are open keep null too.
 */
export class CanonicalEmails1763690000070 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES)
      await runner.query(`ALTER TABLE ${table} ADD COLUMN email_key text`);
    for (const table of ACCOUNTS) await fillKeys(runner, table);
    for (const table of ACCOUNTS)
      await runner.query(`CREATE UNIQUE INDEX uq_${table}_email_key ON ${table} ((${COMPARED}))`);
    await runner.query('DROP INDEX uq_invitations_open');
    await runner.query(uniqueOpenInvitation(`(${COMPARED})`));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX uq_invitations_open');
    await runner.query(uniqueOpenInvitation('email_folded'));
    for (const table of ACCOUNTS) await runner.query(`DROP INDEX uq_${table}_email_key`);
    for (const table of TABLES) await runner.query(`ALTER TABLE ${table} DROP COLUMN email_key`);
  }
}

const ACCOUNTS = ['users', 'staff_accounts'];
const TABLES = [...ACCOUNTS, 'invitations'];
// coalesce() would keep the index from use under row-level security: PostgreSQL takes it for leaky.
const COMPARED = 'CASE WHEN email_key IS NULL THEN email_folded ELSE email_key END';

function uniqueOpenInvitation(email: string): string {
  return `
    CREATE UNIQUE INDEX uq_invitations_open ON invitations (business_id, ${email})
    WHERE accepted_at IS NULL AND revoked_at IS NULL`;
}

/** The oldest account first. An address within ASCII has no second form. */
async function fillKeys(runner: QueryRunner, table: string): Promise<void> {
  const rows = (await runner.query(
    `SELECT id, email, email_folded AS folded FROM ${table}
     WHERE octet_length(email) > char_length(email) ORDER BY created_at, id`,
  )) as { id: string; email: string; folded: string }[];
  const given = new Set<string>();
  for (const { id, email, folded } of rows) {
    const key = canonicalEmail(email);
    if (key === folded || given.has(key)) continue;
    given.add(key);
    await runner.query(
      `UPDATE ${table} SET email_key = $2
       WHERE id = $1 AND NOT EXISTS (SELECT FROM ${table} AS other WHERE other.email_folded = $2)`,
      [id, key],
    );
  }
}

function canonicalEmail(email: string): string {
  const at = email.lastIndexOf('@') + 1;
  const domain = foldAscii(email.slice(at));
  const local = compose(foldAscii(compose(email.slice(0, at))));
  return local + (domainToASCII(domain) || domain);
}

function foldAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** NFC, but for the characters that it makes ASCII ones. */
function compose(text: string): string {
  return text.replace(/[^\u037E\u1FEF\u212A]+/g, (part) => part.normalize('NFC'));
}

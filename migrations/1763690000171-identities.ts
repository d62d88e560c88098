import type { MigrationInterface, QueryRunner } from 'typeorm';
import { audit, reserveForPlatform } from './table-rules';

/** People whom an identity provider proves: their identities there, and sessions that end with what proved them. */
export class Identities1763690000171 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users ALTER COLUMN password_hash DROP NOT NULL');
    for (const [table, columns] of ADDED)
      for (const column of columns) await runner.query(`ALTER TABLE ${table} ADD COLUMN ${column}`);
    await runner.query(IDENTITIES);
    await runner.query('CREATE INDEX ix_identities_user ON identities (user_id)');
    await reserveForPlatform(runner, 'identities');
    await audit(runner, 'identities', 'identity', {
      businessColumn: null,
      updatesOf: ['user_id', 'issuer', 'subject'],
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE identities');
    for (const [table, columns] of ADDED)
      for (const column of columns)
        await runner.query(`ALTER TABLE ${table} DROP COLUMN ${column.split(' ')[0]}`);
    await runner.query(NOBODY_KNOWS_IT);
    await runner.query('ALTER TABLE users ALTER COLUMN password_hash SET NOT NULL');
  }
}

const ENDS_AT = 'ends_at timestamptz(3)';

const ADDED: readonly (readonly [table: string, columns: readonly string[]])[] = [
  ['sessions', [ENDS_AT]],
  ['user_sessions', [ENDS_AT]],
  ['sign_in_challenges', [`signed_in_with text[] NOT NULL DEFAULT '{password}'`, ENDS_AT]],
];

// An identity is who someone is to an issuer. The address is what the issuer said when it was linked, for its owner to
// recognize it by: it decides nothing.
const IDENTITIES = `
  CREATE TABLE identities (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    issuer text NOT NULL,
    subject text NOT NULL,
    email text NOT NULL,
    created_at timestamptz(3) NOT NULL,
    last_used_at timestamptz(3) NOT NULL,
    CONSTRAINT pk_identities PRIMARY KEY (id),
    CONSTRAINT fk_identities_user FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT uq_identities_issuer_subject UNIQUE (issuer, subject),
    CONSTRAINT ck_identities_subject CHECK (subject <> '' AND issuer <> '')
  )`;

/** No password has this hash: people without one reset it by mail. */
const NOBODY_KNOWS_IT = `UPDATE users SET password_hash = '*' WHERE password_hash IS NULL`;

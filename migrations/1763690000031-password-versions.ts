import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Counts the passwords that an account has had. A write that depends on a password checked earlier names the version
 * it was checked against; hashing the same password again with another cost is no new version.
 */
export class PasswordVersions1763690000031 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES)
      await runner.query(
        `ALTER TABLE ${table} ADD COLUMN password_version integer NOT NULL DEFAULT 0`,
      );
    await runner.query(`CREATE INDEX ix_users_password_cost ON users ((${COST}))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_users_password_cost');
    for (const table of TABLES)
      await runner.query(`ALTER TABLE ${table} DROP COLUMN password_version`);
  }
}

const TABLES = ['users', 'staff_accounts'];

/** Of `$2b$10$…`, the 10: the largest one decides how much work a refused login is. */
const COST = `substring(password_hash FROM '^\\$2[aby]\\$(\\d\\d)\\$')`;

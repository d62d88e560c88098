import type { MigrationInterface, QueryRunner } from 'typeorm';
import { audit } from './table-rules';

/**
 * An API key has scopes, and may be bound to a thing of the product, which has no foreign key here: it may be another
 * one tomorrow. Keys of processes of the version before get the default.
 */
export class BoundKeys1763690000086 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE api_keys ADD COLUMN scopes text[] NOT NULL DEFAULT '{recordings:write,status:read}'`,
    );
    await runner.query(
      'ALTER TABLE api_keys ADD CONSTRAINT ck_api_keys_scopes CHECK (cardinality(scopes) > 0)',
    );
    await runner.query('ALTER TABLE api_keys ADD COLUMN bound_to uuid');
    await watch(runner, ['scopes', 'bound_to']);
  }

  async down(runner: QueryRunner): Promise<void> {
    await watch(runner, []);
    await runner.query('ALTER TABLE api_keys DROP COLUMN bound_to');
    await runner.query('ALTER TABLE api_keys DROP CONSTRAINT ck_api_keys_scopes');
    await runner.query('ALTER TABLE api_keys DROP COLUMN scopes');
  }
}

/** Announces and records changes of these columns too. */
async function watch(runner: QueryRunner, columns: string[]): Promise<void> {
  const announced = ['token_hash', 'member_id', 'expires_at', 'revoked_at', ...columns];
  await runner.query('DROP TRIGGER announce_api_keys ON api_keys');
  await runner.query(`
    CREATE TRIGGER announce_api_keys AFTER DELETE OR UPDATE OF ${announced.join(', ')} ON api_keys
    FOR EACH ROW EXECUTE FUNCTION announce_change('business_id')`);
  await runner.query('DROP TRIGGER audit_api_keys ON api_keys');
  await audit(runner, 'api_keys', 'api_key', {
    masked: ['token_hash'],
    updatesOf: ['name', 'token_hash', 'expires_at', 'revoked_at', 'rotated_to_id', ...columns],
  });
}

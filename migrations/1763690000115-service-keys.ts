import type { MigrationInterface, QueryRunner } from 'typeorm';
import { audit, reserveForPlatform } from './table-rules';

/** The keys of the founder's own back ends. They belong to no tenant: each request names its business. */
export class ServiceKeys1763690000115 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SERVICE_KEYS);
    await runner.query('CREATE INDEX ix_service_keys_created_at ON service_keys (created_at, id)');
    await reserveForPlatform(runner, 'service_keys');
    await audit(runner, 'service_keys', 'service_key', {
      businessColumn: null,
      masked: ['token_hash'],
      updatesOf: ['name', 'rotated_to_id', ...OF_THE_CREDENTIAL],
    });
    await runner.query(`
      CREATE TRIGGER announce_service_keys AFTER DELETE OR UPDATE OF ${OF_THE_CREDENTIAL.join(', ')} ON service_keys
      FOR EACH ROW EXECUTE FUNCTION announce_change('id')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE service_keys');
  }
}

/** Processes keep them in memory. */
const OF_THE_CREDENTIAL = ['token_hash', 'scopes', 'business_ids', 'expires_at', 'revoked_at'];

const SERVICE_KEYS = `
  CREATE TABLE service_keys (
    id uuid NOT NULL,
    name text NOT NULL,
    token_hash bytea NOT NULL,
    hint text NOT NULL,
    scopes text[] NOT NULL,
    business_ids uuid[],                 -- the only ones that it may name; null: any
    created_at timestamptz(3) NOT NULL,
    last_used_at timestamptz(3),
    expires_at timestamptz(3),
    revoked_at timestamptz(3),
    rotated_to_id uuid,
    CONSTRAINT pk_service_keys PRIMARY KEY (id),
    CONSTRAINT uq_service_keys_token_hash UNIQUE (token_hash),
    CONSTRAINT fk_service_keys_rotated_to FOREIGN KEY (rotated_to_id) REFERENCES service_keys (id),
    CONSTRAINT ck_service_keys_token_hash CHECK (octet_length(token_hash) = 32),
    CONSTRAINT ck_service_keys_scopes CHECK (cardinality(scopes) > 0),
    CONSTRAINT ck_service_keys_business_ids CHECK (cardinality(business_ids) BETWEEN 1 AND 1000)
  )`;

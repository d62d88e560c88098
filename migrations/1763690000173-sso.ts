import type { MigrationInterface, QueryRunner } from 'typeorm';
import { audit, isolate } from './table-rules';

/** The identity provider of a business, and the domains whose people it vouches for. */
export class Sso1763690000173 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SSO_CONNECTIONS);
    await isolate(runner, 'sso_connections');
    await audit(runner, 'sso_connections', 'sso_connection', { masked: ['client_secret'] });
    await runner.query(SSO_DOMAINS);
    await runner.query(
      'CREATE UNIQUE INDEX uq_sso_domains_proven ON sso_domains (domain) WHERE proven_at IS NOT NULL',
    );
    await isolate(runner, 'sso_domains');
    await audit(runner, 'sso_domains', 'sso_domain');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE sso_domains');
    await runner.query('DROP TABLE sso_connections');
  }
}

const SSO_CONNECTIONS = `
  CREATE TABLE sso_connections (
    business_id uuid NOT NULL,
    id uuid NOT NULL,                    -- names it to those who are not signed in yet
    issuer text NOT NULL,
    client_id text NOT NULL,
    client_secret bytea NOT NULL,        -- encrypted
    roles_claim text,
    roles jsonb NOT NULL,                -- [{ "value", "role" }] of that claim
    default_role text NOT NULL,
    created_at timestamptz(3) NOT NULL,
    updated_at timestamptz(3) NOT NULL,
    CONSTRAINT pk_sso_connections PRIMARY KEY (business_id),
    CONSTRAINT uq_sso_connections_id UNIQUE (id),
    CONSTRAINT fk_sso_connections_business FOREIGN KEY (business_id) REFERENCES businesses (id),
    CONSTRAINT ck_sso_connections_default_role CHECK (default_role IN ('admin', 'member', 'viewer')),
    CONSTRAINT ck_sso_connections_no_owner CHECK (NOT roles @> '[{"role": "owner"}]')
  )`;

// A domain is proven by one business at most; it goes with the connection.
const SSO_DOMAINS = `
  CREATE TABLE sso_domains (
    business_id uuid NOT NULL,
    domain text NOT NULL,                -- in ASCII
    proof text NOT NULL,                 -- what its DNS record has to say; no secret
    proven_at timestamptz(3),
    proven_by text,
    CONSTRAINT pk_sso_domains PRIMARY KEY (business_id, domain),
    CONSTRAINT fk_sso_domains_connection FOREIGN KEY (business_id) REFERENCES sso_connections (business_id) ON DELETE CASCADE,
    CONSTRAINT ck_sso_domains_proven_by CHECK (proven_by IN ('dns', 'staff')),
    CONSTRAINT ck_sso_domains_proven CHECK ((proven_at IS NULL) = (proven_by IS NULL))
  )`;

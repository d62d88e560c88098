import type { MigrationInterface, QueryRunner } from 'typeorm';
import { isolate } from './table-rules';

/** The audit log with its trigger, and the memory of idempotent answers. */
export class Foundation1763690000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UUID_V7);
    await runner.query(`
      CREATE TABLE audit_log (
        business_id uuid NOT NULL, -- all zeros for what belongs to the installation, not to a tenant
        id uuid NOT NULL,
        at timestamptz(3) NOT NULL,
        action text NOT NULL,
        actor jsonb NOT NULL,
        on_behalf_of uuid,
        target_type text NOT NULL,
        target_id text,
        changes jsonb NOT NULL,
        request_id text,
        support_session_id uuid,
        ip text,
        CONSTRAINT pk_audit_log PRIMARY KEY (business_id, id)
      )`);
    await runner.query('CREATE INDEX ix_audit_log_at ON audit_log (business_id, at, id)');
    await isolate(runner, 'audit_log');
    await runner.query(AUDIT_ROW);
    await runner.query(REFUSE_CHANGE);
    await runner.query(`
      CREATE TRIGGER audit_log_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`);
    await runner.query('REVOKE UPDATE, DELETE, TRUNCATE ON audit_log FROM CURRENT_USER');
    await runner.query(`
      CREATE TABLE idempotency_keys (
        id bytea NOT NULL,
        fingerprint bytea NOT NULL,
        status smallint NOT NULL,
        answer bytea NOT NULL,
        created_at timestamptz(3) NOT NULL,
        CONSTRAINT pk_idempotency_keys PRIMARY KEY (id),
        CONSTRAINT ck_idempotency_keys_status CHECK (status BETWEEN 200 AND 299)
      )`);
    await runner.query(
      'CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotency_keys');
    await runner.query('DROP TABLE audit_log');
    await runner.query('DROP FUNCTION refuse_change, audit_row, uuid_v7');
  }
}

// For rows that a trigger makes; everything else has its id from the application. PostgreSQL 18 has its own.
const UUID_V7 = `
  CREATE FUNCTION uuid_v7() RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT encode(
      set_bit(set_bit(
        overlay(uuid_send(gen_random_uuid())
          PLACING substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
          FROM 1 FOR 6),
        52, 1), 53, 1), 'hex')::uuid
  $$`;

// One row an audited write: who (from the transaction's settings), what, and the fields that changed.
const AUDIT_ROW = `
  CREATE FUNCTION audit_row() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    before jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
    current jsonb := CASE WHEN TG_OP = 'DELETE' THEN before ELSE after END;
    masked text[] := string_to_array(TG_ARGV[2], ',');
    changed jsonb;
  BEGIN
    SELECT coalesce(jsonb_object_agg(key, CASE
        WHEN key = ANY (masked) THEN '["***", "***"]'::jsonb
        ELSE jsonb_build_array(before -> key, after -> key) END), '{}')
      INTO changed
      FROM jsonb_object_keys(before || after) AS key
      WHERE before -> key IS DISTINCT FROM after -> key
        AND NOT (coalesce(before -> key, 'null') = 'null' AND coalesce(after -> key, 'null') = 'null');
    IF changed = '{}' THEN RETURN NULL; END IF;
    INSERT INTO audit_log (business_id, id, at, action, actor, on_behalf_of, target_type, target_id,
                           changes, request_id, support_session_id, ip)
    VALUES (
      coalesce((current ->> nullif(TG_ARGV[1], ''))::uuid,
               (nullif(current_setting('app.business_ids', true), '')::uuid[])[1],
               '00000000-0000-0000-0000-000000000000'),
      uuid_v7(), now(),
      coalesce(nullif(current_setting('app.action', true), ''), 'database.' || lower(TG_OP)),
      coalesce(nullif(current_setting('app.actor', true), ''), '{"kind": "database", "id": null, "email": null}')::jsonb,
      nullif(current_setting('app.on_behalf_of', true), '')::uuid,
      TG_ARGV[0], current ->> 'id', changed,
      nullif(current_setting('app.request_id', true), ''),
      nullif(current_setting('app.support_session', true), '')::uuid,
      nullif(current_setting('app.ip', true), ''));
    RETURN NULL;
  END $$`;

const REFUSE_CHANGE = `
  CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
  END $$`;

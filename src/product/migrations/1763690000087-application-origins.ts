import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An application of the platform web carries the origins of its pages; processes keep them in memory. */
export class ApplicationOrigins1763690000087 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE applications ADD COLUMN origins text[] NOT NULL DEFAULT '{}'`);
    await runner.query(`
      ALTER TABLE applications ADD CONSTRAINT ck_applications_origins
        CHECK (cardinality(origins) = 0 OR (platform IS NOT DISTINCT FROM 'web' AND cardinality(origins) <= 20))`);
    await runner.query(`
      CREATE INDEX ix_applications_origins ON applications (business_id, id)
        WHERE deleted_at IS NULL AND origins <> '{}'`);
    await runner.query(ANNOUNCE);
    await runner.query(ANNOUNCE_CHANGE);
    await runner.query(ANNOUNCE_ORIGINS);
    await runner.query(`
      CREATE TRIGGER announce_new_applications AFTER INSERT ON applications
      FOR EACH ROW WHEN (NEW.origins <> '{}') EXECUTE FUNCTION announce_origins()`);
    await runner.query(`
      CREATE TRIGGER announce_applications AFTER UPDATE OF origins, deleted_at ON applications
      FOR EACH ROW WHEN (OLD.origins <> '{}' OR NEW.origins <> '{}') EXECUTE FUNCTION announce_origins()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER announce_applications ON applications');
    await runner.query('DROP TRIGGER announce_new_applications ON applications');
    await runner.query('DROP FUNCTION announce_origins');
    await runner.query(ANNOUNCE_CHANGE_BEFORE);
    await runner.query('DROP FUNCTION announce');
    await runner.query('DROP INDEX ix_applications_origins');
    await runner.query('ALTER TABLE applications DROP CONSTRAINT ck_applications_origins');
    await runner.query('ALTER TABLE applications DROP COLUMN origins');
  }
}

// As in the migration announced-changes: others hear it by NOTIFY after the commit, this process by the setting.
const ANNOUNCE = `
  CREATE FUNCTION announce(announced text) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    subject text := announced;
    so_far text := coalesce(current_setting('app.changed', true), '');
  BEGIN
    IF so_far = '*' OR position(subject IN so_far) > 0 THEN RETURN; END IF;
    IF length(so_far) > 4000 THEN subject := '*'; END IF;
    PERFORM set_config('app.changed', CASE WHEN subject = '*' THEN '*' ELSE ltrim(so_far || ' ' || subject) END, true);
    PERFORM pg_notify('tenantry_changes', subject);
  END $$`;

const ANNOUNCE_CHANGE = `
  CREATE OR REPLACE FUNCTION announce_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM announce(to_jsonb(OLD) ->> TG_ARGV[0]);
    RETURN NULL;
  END $$`;

/** The origins of one business, which its credentials hold, and those of all. */
const ANNOUNCE_ORIGINS = `
  CREATE FUNCTION announce_origins() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM announce(NEW.business_id::text), announce('origins');
    RETURN NULL;
  END $$`;

const ANNOUNCE_CHANGE_BEFORE = `
  CREATE OR REPLACE FUNCTION announce_change() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    subject text := to_jsonb(OLD) ->> TG_ARGV[0];
    so_far text := coalesce(current_setting('app.changed', true), '');
  BEGIN
    IF so_far = '*' OR position(subject IN so_far) > 0 THEN RETURN NULL; END IF;
    IF length(so_far) > 4000 THEN subject := '*'; END IF;
    PERFORM set_config('app.changed', CASE WHEN subject = '*' THEN '*' ELSE ltrim(so_far || ' ' || subject) END, true);
    PERFORM pg_notify('tenantry_changes', subject);
    RETURN NULL;
  END $$`;

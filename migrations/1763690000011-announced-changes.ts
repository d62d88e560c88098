import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Processes keep credentials in memory; what changes one is told to all of them, by triggers, so that no code path can forget it. */
export class AnnouncedChanges1763690000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ANNOUNCE_CHANGE);
    for (const [table, events, column] of ANNOUNCED)
      await runner.query(`
        CREATE TRIGGER announce_${table} AFTER ${events} ON ${table}
        FOR EACH ROW EXECUTE FUNCTION announce_change('${column}')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const [table] of ANNOUNCED)
      await runner.query(`DROP TRIGGER announce_${table} ON ${table}`);
    await runner.query('DROP FUNCTION announce_change');
  }
}

/** What a credential is made of, and the column that says whose it is. Use (last_used_at) is no change. */
const ANNOUNCED = [
  ['sessions', 'DELETE', 'business_id'],
  ['api_keys', 'DELETE OR UPDATE OF token_hash, member_id, expires_at, revoked_at', 'business_id'],
  ['members', 'DELETE OR UPDATE OF role, status, user_id', 'business_id'],
  ['businesses', 'DELETE OR UPDATE OF name, status', 'id'],
  ['users', 'DELETE OR UPDATE OF email, full_name, email_verified_at', 'id'],
] as const;

// Other processes hear it by NOTIFY after the commit; this one reads the setting with its COMMIT, and so knows at once.
// A transaction that changes very many announces that everything has changed.
const ANNOUNCE_CHANGE = `
  CREATE FUNCTION announce_change() RETURNS trigger LANGUAGE plpgsql AS $$
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

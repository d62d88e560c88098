import type { MigrationInterface, QueryRunner } from 'typeorm';
import { hasTable } from './table-rules';

/**
 * A person is another member in each business: where a session of one business writes to another (founding, switching,
 * accepting an invitation), the row names the person by e-mail, not by the id of a member of elsewhere. And the log
 * keeps nothing of a recording that was deleted.
 */
export class AuditOfOthers1763690000060 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(auditRow(NAMING_MEMBERS_OF_THE_BUSINESS));
    await mask(runner, PAYLOAD);
  }

  async down(runner: QueryRunner): Promise<void> {
    await mask(runner, ['device', 'metadata']);
    await runner.query(auditRow(OF_THE_FOUNDATION));
  }
}

const PAYLOAD = ['external_id', 'started_at', 'duration_ms', 'device', 'metadata', 'created_at'];

/** The table is the example product's, which another may have replaced. */
async function mask(runner: QueryRunner, columns: string[]): Promise<void> {
  if (!(await hasTable(runner, 'recordings'))) return;
  await runner.query('DROP TRIGGER audit_recordings ON recordings');
  await runner.query(triggerMasking(columns));
}

function triggerMasking(columns: string[]): string {
  return `
    CREATE TRIGGER audit_recordings AFTER UPDATE OR DELETE ON recordings
    FOR EACH ROW WHEN (current_setting('app.action', true) IS DISTINCT FROM 'recording.prune')
    EXECUTE FUNCTION audit_row('recording', 'business_id', '${columns.join(',')}')`;
}

interface Parts {
  /** Further variables of the function. */
  declared: string;
  business: string;
  actor: string;
}

/** `app.business_ids` holds the business that the request began in. */
const NAMING_MEMBERS_OF_THE_BUSINESS: Parts = {
  declared: `
    began_in uuid := (nullif(current_setting('app.business_ids', true), '')::uuid[])[1];
    business uuid := coalesce((current ->> nullif(TG_ARGV[1], ''))::uuid, began_in,
                              '00000000-0000-0000-0000-000000000000');
    actor jsonb := coalesce(nullif(current_setting('app.actor', true), ''),
                            '{"kind": "database", "id": null, "email": null}')::jsonb;`,
  business: 'business',
  actor: `CASE WHEN actor ->> 'kind' = 'person' AND began_in <> business THEN jsonb_set(actor, '{id}', 'null') ELSE actor END`,
};

const OF_THE_FOUNDATION: Parts = {
  declared: '',
  business: `coalesce((current ->> nullif(TG_ARGV[1], ''))::uuid,
               (nullif(current_setting('app.business_ids', true), '')::uuid[])[1],
               '00000000-0000-0000-0000-000000000000')`,
  actor: `coalesce(nullif(current_setting('app.actor', true), ''), '{"kind": "database", "id": null, "email": null}')::jsonb`,
};

function auditRow({ declared, business, actor }: Parts): string {
  return `
  CREATE OR REPLACE FUNCTION audit_row() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    before jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
    current jsonb := CASE WHEN TG_OP = 'DELETE' THEN before ELSE after END;
    masked text[] := string_to_array(TG_ARGV[2], ',');${declared}
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
      ${business},
      uuid_v7(), now(),
      coalesce(nullif(current_setting('app.action', true), ''), 'database.' || lower(TG_OP)),
      ${actor},
      nullif(current_setting('app.on_behalf_of', true), '')::uuid,
      TG_ARGV[0], current ->> 'id', changed,
      nullif(current_setting('app.request_id', true), ''),
      nullif(current_setting('app.support_session', true), '')::uuid,
      nullif(current_setting('app.ip', true), ''));
    RETURN NULL;
  END $$`;
}

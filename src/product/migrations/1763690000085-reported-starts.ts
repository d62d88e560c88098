import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A start that no working clock reports is kept aside, and the recording starts when it arrives. Processes of the
 * version before go on beside it: the function takes the same arguments and answers one column more.
 */
export class ReportedStarts1763690000085 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE recordings ADD COLUMN reported_started_at timestamptz(3)');
    await runner.query(`
      ALTER TABLE recordings ADD CONSTRAINT ck_recordings_reported_start
        CHECK (deleted_at IS NULL OR reported_started_at IS NULL) NOT VALID`); // nothing to check: it is null in all rows
    await runner.query('ALTER TABLE recordings VALIDATE CONSTRAINT ck_recordings_reported_start');
    await runner.query('DROP TRIGGER audit_recordings ON recordings');
    await runner.query(triggerMasking([...PAYLOAD, 'reported_started_at']));
    await runner.query('DROP FUNCTION admit_recordings');
    await runner.query(admitRecordings(DOUBTING));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION admit_recordings');
    await runner.query(admitRecordings(BELIEVING));
    await runner.query('DROP TRIGGER audit_recordings ON recordings');
    await runner.query(triggerMasking(PAYLOAD));
    await runner.query('ALTER TABLE recordings DROP CONSTRAINT ck_recordings_reported_start');
    await runner.query('ALTER TABLE recordings DROP COLUMN reported_started_at');
  }
}

const PAYLOAD = ['external_id', 'started_at', 'duration_ms', 'device', 'metadata', 'created_at'];

function triggerMasking(columns: string[]): string {
  return `
    CREATE TRIGGER audit_recordings AFTER UPDATE OR DELETE ON recordings
    FOR EACH ROW WHEN (current_setting('app.action', true) IS DISTINCT FROM 'recording.prune')
    EXECUTE FUNCTION audit_row('recording', 'business_id', '${columns.join(',')}')`;
}

/** What differs in the function before and after. */
interface Parts {
  answered: string;
  judged: string;
  columns: string;
  values: string;
  told: string;
}

// The bounds: before 2015 a device shows the zero of its clock (1970, 1980, 2000, 2001, 2010); a day ahead leaves room
// for a wrong time zone.
export const DOUBTING: Parts = {
  answered: ',\n                 is_start_believed boolean',
  judged: `
        sent.started_at BETWEEN '2015-01-01T00:00:00Z' AND moment + interval '24 hours' AS is_start_believed,`,
  columns: ' reported_started_at,',
  values: `
             CASE WHEN judged.is_start_believed THEN judged.started_at ELSE greatest(moment, period.period_start) END,
             CASE WHEN NOT judged.is_start_believed THEN judged.started_at END`,
  told: ', judged.is_start_believed',
};

const BELIEVING: Parts = {
  answered: '',
  judged: '',
  columns: '',
  values: 'judged.started_at',
  told: '',
};

// Arguments, locks and plans are those of the migration shared-ingestion.
export function admitRecordings({ answered, judged, columns, values, told }: Parts): string {
  return `
  CREATE FUNCTION admit_recordings(tenants uuid[], items json, clock_offset_ms double precision, may_wait boolean)
  RETURNS TABLE (item integer, outcome text, created_at timestamptz, used bigint, credited bigint, credits bigint,
                 recordings_limit bigint, resets_at timestamptz${answered})
  LANGUAGE plpgsql AS $$
  #variable_conflict use_column
  DECLARE
    moment constant timestamptz := date_trunc('milliseconds', now()) + clock_offset_ms * interval '1 millisecond';
    locked uuid[];
  BEGIN
    -- Left alone, PostgreSQL plans the large statement anew with each call, which takes twice as long as running it.
    PERFORM set_config('app.business_ids', tenants::text, true), set_config('app.scope', 'tenant', true),
            set_config('plan_cache_mode', 'force_generic_plan', true);
    IF may_wait THEN
      PERFORM set_config('lock_timeout', '5s', true);
      SELECT array_agg(business_id) INTO locked FROM (
        SELECT business_id FROM usage_counters WHERE business_id = ANY (tenants) AND feature = 'recordings'
        ORDER BY business_id FOR UPDATE) AS counter;
    ELSE
      SELECT array_agg(business_id) INTO locked FROM (
        SELECT business_id FROM usage_counters WHERE business_id = ANY (tenants) AND feature = 'recordings'
        ORDER BY business_id FOR UPDATE SKIP LOCKED) AS counter;
    END IF;

    RETURN QUERY
    WITH sent AS MATERIALIZED (
      SELECT * FROM json_to_recordset(items) AS sent (
        item integer, business_id uuid, id uuid, external_id text, application_id uuid, started_at timestamptz,
        duration_ms integer, device jsonb, metadata jsonb)
      WHERE business_id = ANY (locked)
    ), period AS MATERIALIZED (
      SELECT counter.business_id, counter.used, counter.credited, subscription.id AS subscription_id,
             subscription.period_ordinal, subscription.period_start, subscription.period_end, plan.recordings_limit,
             greatest(plan.recordings_limit - (counter.used - counter.credited), 0) AS allowance_left,
             (SELECT coalesce(sum(granted - spent), 0)::bigint FROM credits
              WHERE business_id = counter.business_id AND feature = 'recordings' AND voided_at IS NULL
                AND (expires_at IS NULL OR expires_at > moment)) AS credits
      FROM usage_counters AS counter
      JOIN subscriptions AS subscription
        ON subscription.business_id = counter.business_id AND subscription.id = counter.subscription_id
       AND subscription.period_ordinal = counter.period_ordinal
      JOIN plans AS plan ON plan.id = subscription.plan_id
      WHERE counter.business_id = ANY (locked) AND counter.feature = 'recordings'
        AND subscription.status IN ('trialing', 'active', 'past_due') AND coalesce(subscription.runs_until, subscription.period_end) > moment
    ), judged AS MATERIALIZED (
      SELECT sent.*,${judged} CASE
          WHEN earlier.is_there THEN 'exists'
          WHEN period.business_id IS NULL THEN 'not_running'
          WHEN sent.application_id IS NOT NULL AND application.is_there IS NULL THEN 'no_application'
          ELSE 'candidate' END AS verdict
      FROM sent
      LEFT JOIN period ON period.business_id = sent.business_id
      -- LIMIT keeps these look-ups by index, one an item: a plan made while the tables were small must not scan them later.
      LEFT JOIN LATERAL (SELECT true AS is_there FROM recordings AS recording
        WHERE recording.business_id = sent.business_id AND recording.external_id = sent.external_id LIMIT 1) AS earlier ON true
      LEFT JOIN LATERAL (SELECT true AS is_there FROM applications
        WHERE applications.business_id = sent.business_id AND applications.id = sent.application_id
          AND applications.deleted_at IS NULL LIMIT 1) AS application ON true
    ), ranked AS (
      SELECT judged.item, judged.business_id, row_number() OVER (PARTITION BY judged.business_id ORDER BY judged.item) AS rank
      FROM judged WHERE verdict = 'candidate'
    ), admitted AS MATERIALIZED (
      -- First the plan's allowance, then credits; null is without limit, and then nothing is spent.
      SELECT ranked.item, ranked.business_id,
             period.recordings_limit IS NOT NULL AND ranked.rank > period.allowance_left AS is_credited
      FROM ranked JOIN period ON period.business_id = ranked.business_id
      WHERE period.recordings_limit IS NULL OR ranked.rank <= period.allowance_left + period.credits
    ), inserted AS (
      -- Just after a boundary a recording is not created before it: greatest().
      INSERT INTO recordings (business_id, id, external_id, application_id, subscription_id, period_ordinal,
                              started_at,${columns} duration_ms, device, metadata, created_at)
      SELECT judged.business_id, judged.id, judged.external_id, judged.application_id, period.subscription_id,
             period.period_ordinal, ${values}, judged.duration_ms, judged.device, judged.metadata,
             greatest(moment, period.period_start)
      FROM judged JOIN admitted ON admitted.item = judged.item JOIN period ON period.business_id = judged.business_id
    ), counted AS (
      UPDATE usage_counters AS counter
      SET used = counter.used + more.recordings, credited = counter.credited + more.credited
      FROM (SELECT business_id, count(*) AS recordings, count(*) FILTER (WHERE is_credited) AS credited
            FROM admitted GROUP BY business_id) AS more
      WHERE counter.business_id = more.business_id AND counter.feature = 'recordings'
    ), spent AS (
      -- What expires first is spent first.
      UPDATE credits AS credit
      SET spent = credit.spent + share.taken
      FROM (
        SELECT live.business_id, live.id, least(live.left_over, owed.credited - live.before) AS taken
        FROM (SELECT business_id, count(*) AS credited FROM admitted WHERE is_credited GROUP BY business_id) AS owed
        JOIN LATERAL (
          SELECT business_id, id, granted - spent AS left_over,
                 sum(granted - spent) OVER (ORDER BY expires_at NULLS LAST, id) - (granted - spent) AS before
          FROM credits
          WHERE business_id = owed.business_id AND feature = 'recordings' AND voided_at IS NULL AND spent < granted
            AND (expires_at IS NULL OR expires_at > moment)
        ) AS live ON live.before < owed.credited
      ) AS share
      WHERE credit.business_id = share.business_id AND credit.id = share.id
    )
    SELECT judged.item,
           CASE WHEN judged.verdict <> 'candidate' THEN judged.verdict WHEN admitted.item IS NULL THEN 'refused' ELSE 'inserted' END,
           greatest(moment, period.period_start),
           period.used + count(admitted.item) OVER so_far,
           period.credited + count(*) FILTER (WHERE admitted.is_credited) OVER so_far,
           period.credits - count(*) FILTER (WHERE admitted.is_credited) OVER so_far,
           period.recordings_limit, period.period_end${told}
    FROM judged
    LEFT JOIN period ON period.business_id = judged.business_id
    LEFT JOIN admitted ON admitted.item = judged.item
    WINDOW so_far AS (PARTITION BY judged.business_id ORDER BY judged.item);
  END $$`;
}

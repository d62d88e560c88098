import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Ingestion for many callers at once: counter, rows and answers are one call, one round trip and one commit. */
export class SharedIngestion1763690000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ADMIT_RECORDINGS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION admit_recordings');
  }
}

// In: the tenants that the items belong to and no others; the items, in the order in which they came; how far the
// system's clock is off the database's; whether to wait for counters that another transaction holds.
// Out: one row an item, or none where its counter was held and may_wait is false.
//
// A function, so that the settings on which row-level security stands, the locks and the work are one round trip, each
// statement sees what was committed before its locks were given, and plans are kept. All locks are taken in one order.
// Whatever spends or takes back credits holds the counter, so credits need no locks of their own here.
const ADMIT_RECORDINGS = `
  CREATE FUNCTION admit_recordings(tenants uuid[], items json, clock_offset_ms double precision, may_wait boolean)
  RETURNS TABLE (item integer, outcome text, created_at timestamptz, used bigint, credited bigint, credits bigint,
                 recordings_limit bigint, resets_at timestamptz)
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
      SELECT sent.*, CASE
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
                              started_at, duration_ms, device, metadata, created_at)
      SELECT judged.business_id, judged.id, judged.external_id, judged.application_id, period.subscription_id,
             period.period_ordinal, judged.started_at, judged.duration_ms, judged.device, judged.metadata,
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
           period.recordings_limit, period.period_end
    FROM judged
    LEFT JOIN period ON period.business_id = judged.business_id
    LEFT JOIN admitted ON admitted.item = judged.item
    WINDOW so_far AS (PARTITION BY judged.business_id ORDER BY judged.item);
  END $$`;

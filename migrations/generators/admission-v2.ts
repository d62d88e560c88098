import type { QueryRunner } from 'typeorm';
import { fromRunning, lookUp, missing, WINDOWS, type AdmissionOptions } from './admission-v1';
import { alertLevel, countedOn, dayOf, spendCredits } from './counting-v1';

/** Makes the function `admit_<table>` that version 1 describes, in place of one that is there. */
export async function createAdmission(
  runner: QueryRunner,
  options: AdmissionOptions,
): Promise<void> {
  await runner.query(admissionSql(options));
}

// The rules, the input and the output are those of version 1. `stored` and `value` are SQL over `judged` and `arrival`.
//
// What PostgreSQL prepares for a call costs more than the work on one row, and what it joins without an index grows with
// the square of the rows. So nothing is joined to what is decided, counts are computed from the rank of an item, and
// credits are spent by a statement of its own, which runs only where there are any.
export function admissionSql(options: AdmissionOptions): string {
  const { feature, resets, table, columns, idempotentBy, references = [], answers = [] } = options;
  const window = WINDOWS[resets];
  const sent = columns.filter(({ isComputed }) => !isComputed);
  const written = (sql: string) => sql.replaceAll('arrival', 'judged.arrival');
  return `
  CREATE OR REPLACE FUNCTION admit_${table}(tenants uuid[], items json, clock_offset_ms double precision, may_wait boolean)
  RETURNS TABLE (item integer, outcome text, created_at timestamptz, used bigint, credited bigint, credits bigint,
                 reserved bigint, granted bigint, is_soft boolean, resets_at timestamptz${answers.map(({ name, type }) => `, ${name} ${type}`).join('')})
  LANGUAGE plpgsql AS $$
  #variable_conflict use_column
  DECLARE
    moment constant timestamptz := date_trunc('milliseconds', now()) + clock_offset_ms * interval '1 millisecond';
    -- Left alone, PostgreSQL plans the large statement anew with each call, which takes twice as long as running it.
    entered constant text := set_config('app.business_ids', tenants::text, true) || set_config('app.scope', 'tenant', true)
                             || set_config('plan_cache_mode', 'force_generic_plan', true);
    locked uuid[];
    credited_before bigint[];
    has_credits boolean;
  BEGIN
    IF NOT may_wait THEN
      ${lockCounters(feature, 'SKIP LOCKED')}
    END IF;
    IF may_wait OR cardinality(locked) IS DISTINCT FROM cardinality(tenants) THEN
      IF may_wait THEN
        PERFORM set_config('lock_timeout', '2s', true);
      END IF;
      IF (SELECT count(*) FROM usage_counters WHERE business_id = ANY (tenants) AND feature = '${feature}') < cardinality(tenants) THEN
        PERFORM start_counters(tenants, '${feature}', may_wait);
      END IF;
      IF may_wait THEN
        ${lockCounters(feature, '')}
      ELSE
        ${lockCounters(feature, 'SKIP LOCKED')}
      END IF;
    END IF;
${window.start(feature)}
    has_credits := EXISTS (SELECT FROM credits WHERE business_id = ANY (locked) AND feature = '${feature}' AND voided_at IS NULL);
    RETURN QUERY
    WITH period AS MATERIALIZED (
      SELECT counter.business_id AS counter_business_id, counter.used AS counter_used, counter.credited AS counter_credited,
             counter.reserved AS counter_reserved, subscription.id AS subscription_id, subscription.period_ordinal,
             greatest(moment, subscription.period_start) AS arrival, -- just after a boundary a row is not created before it
             subscription.period_end,
             -- The business's own grant, if it has one, in place of the plan's; what neither names is off.
             (granted.terms ->> 'limit')::bigint AS counter_granted, coalesce(granted.terms ->> 'mode' = 'soft', false) AS counter_is_soft,
             CASE WHEN has_credits THEN (
               SELECT coalesce(sum(credits.granted - spent), 0)::bigint FROM credits
               WHERE business_id = counter.business_id AND feature = '${feature}' AND voided_at IS NULL
                 AND (expires_at IS NULL OR expires_at > moment)) ELSE 0 END AS counter_credits
      ${fromRunning(feature, window)}
    ), decided AS MATERIALIZED (
      SELECT admitted.*, verdict = 'candidate' AND rank = admitted_so_far AS is_admitted,
             CASE WHEN counter_granted IS NULL THEN 0
               ELSE greatest(least(admitted_so_far, allowance_left + counter_credits) - allowance_left, 0) END AS credited_so_far
      FROM (
        -- First the plan's allowance, then credits, then what a soft limit lets pass; null is without limit, and then
        -- nothing is spent.
        SELECT ranked.*, CASE WHEN counter_granted IS NULL OR counter_is_soft THEN rank
                 ELSE least(rank, greatest(allowance_left + counter_credits - counter_reserved, 0)) END AS admitted_so_far
        FROM (
          SELECT judged.*, greatest(counter_granted - (counter_used - counter_credited), 0) AS allowance_left,
                 count(*) FILTER (WHERE verdict = 'candidate') OVER so_far AS rank, lead(item) OVER so_far IS NULL AS is_last
          FROM (
            SELECT sent.*, period.*, CASE
                WHEN earlier.is_there THEN 'exists'
                WHEN period.counter_business_id IS NULL THEN 'not_running'${references.map(missing).join('')}
                ELSE 'candidate' END AS verdict
            FROM json_to_recordset(items) AS sent (
              item integer, business_id uuid, id uuid, ${sent.map(({ name, type }) => `${name} ${type}`).join(', ')})
            LEFT JOIN period ON period.counter_business_id = sent.business_id
            -- LIMIT keeps these look-ups by index, one an item: a plan made while the tables were small must not scan them later.
            LEFT JOIN LATERAL (SELECT true AS is_there FROM ${table} AS stored
              WHERE stored.business_id = sent.business_id AND stored.${idempotentBy} = sent.${idempotentBy} LIMIT 1) AS earlier ON true${references.map(lookUp).join('')}
            WHERE sent.business_id = ANY (locked)
          ) AS judged
          WINDOW so_far AS (PARTITION BY business_id ORDER BY item)
        ) AS ranked
      ) AS admitted
    ), inserted AS (
      INSERT INTO ${table} (business_id, id, subscription_id, period_ordinal, created_at,
                            ${columns.map(({ name }) => name).join(', ')})
      SELECT judged.business_id, judged.id, judged.subscription_id, judged.period_ordinal, judged.arrival,
             ${columns.map(({ name, stored }) => (stored ? written(stored) : `judged.${name}`)).join(', ')}
      FROM decided AS judged WHERE judged.is_admitted
    ), counted AS (
      UPDATE usage_counters AS counter
      SET used = counter.used + last.admitted_so_far, credited = counter.credited + last.credited_so_far,
          ${countedOn(dayOf('last.arrival'), 'last.admitted_so_far')},
          alert_level = ${alertLevel('last.counter_used + last.admitted_so_far - last.counter_credited - last.credited_so_far', 'last.counter_granted', 'counter.alert_percentages')}
      FROM decided AS last
      WHERE last.is_last AND last.admitted_so_far > 0 AND counter.business_id = last.business_id AND counter.feature = '${feature}'
    )
    SELECT judged.item, CASE WHEN judged.verdict <> 'candidate' THEN judged.verdict WHEN judged.is_admitted THEN 'inserted' ELSE 'refused' END,
           coalesce(judged.arrival, moment), judged.counter_used + judged.admitted_so_far, judged.counter_credited + judged.credited_so_far,
           judged.counter_credits - judged.credited_so_far, judged.counter_reserved, judged.counter_granted, judged.counter_is_soft,
           ${window.end.replace('period.', 'judged.')}${answers.map(({ value }) => `,\n           ${written(value)}`).join('')}
    FROM decided AS judged;
    IF has_credits THEN
      ${spendCredits(`(SELECT business_id, feature, counter.credited - before.credited AS units
        FROM unnest(locked, credited_before) AS before (id, credited)
        JOIN usage_counters AS counter ON counter.business_id = before.id AND counter.feature = '${feature}' AND counter.credited > before.credited) AS owed`)};
    END IF;
  END $$`;
}

/** In the order in which everything locks counters. */
function lockCounters(feature: string, otherwise: string): string {
  return `SELECT array_agg(business_id), array_agg(credited) INTO locked, credited_before FROM (
          SELECT business_id, credited FROM usage_counters WHERE business_id = ANY (tenants) AND feature = '${feature}'
          ORDER BY business_id FOR UPDATE ${otherwise}) AS counter;`;
}

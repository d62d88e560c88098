import type { QueryRunner } from 'typeorm';
import { alertLevel, countedOn, dayOf, spendCredits } from './counting-v1';

/** A column of the table that a caller sends, or that is computed from what is sent. */
export interface AdmittedColumn {
  name: string;
  type: string;
  /** SQL in place of what was sent, over `judged` (what was sent), `period` and `arrival` (when it is stored). */
  stored?: string;
  /** Computed only: callers do not send it. */
  isComputed?: boolean;
}

/** A row of another table that a sent column names, if it is not null. */
export interface Reference {
  column: string;
  table: string;
  /** What the row must be, as SQL over its columns. */
  isLive: string;
  /** The outcome where there is none. */
  outcome: string;
}

export interface AdmissionOptions {
  /** The key of a metered feature. */
  feature: string;
  /** As it is declared. */
  resets: 'period' | 'day' | 'never';
  /** Has `business_id`, `id`, `subscription_id`, `period_ordinal`, `created_at`, and the columns below. */
  table: string;
  columns: AdmittedColumn[];
  /** The sent column that is unique in a business: what exists already is not counted again. */
  idempotentBy: string;
  references?: Reference[];
  /** Further columns of an answer: SQL over `judged`, `period` and `arrival`. */
  answers?: { name: string; type: string; value: string }[];
}

/**
 * Makes the function `admit_<table>`, which stores and counts rows of any tenants, exactly up to each limit, in one call:
 * `AdmissionQueue` in src/modules/usage calls it, by a statement of the product's. A released version never changes; a migration that needs
 * something else gets a new one.
 */
export async function createAdmission(
  runner: QueryRunner,
  options: AdmissionOptions,
): Promise<void> {
  await runner.query(admissionSql(options));
}

/** Undoes `createAdmission`. */
export async function dropAdmission(
  runner: QueryRunner,
  { table }: Pick<AdmissionOptions, 'table'>,
): Promise<void> {
  await runner.query(`DROP FUNCTION admit_${table}`);
}

// In: the tenants that the items belong to and no others; the items, in the order in which they came; how far the
// system's clock is off the database's; whether to wait for counters that another transaction holds.
// Out: one row an item, or none where its counter was held and may_wait is false.
//
// A function, so that the settings on which row-level security stands, the locks and the work are one round trip, each
// statement sees what was committed before its locks were given, and plans are kept. All locks are taken in one order.
// Whatever spends or takes back credits holds the counter, so credits need no locks of their own here.
export function admissionSql(options: AdmissionOptions): string {
  const { feature, resets, table, columns, idempotentBy, references = [], answers = [] } = options;
  const window = WINDOWS[resets];
  const sent = columns.filter(({ isComputed }) => !isComputed);
  const arrival = 'greatest(moment, period.period_start)'; // just after a boundary a row is not created before it
  const stored = ({ name, stored: sql }: AdmittedColumn) =>
    sql?.replaceAll('arrival', arrival) ?? `judged.${name}`;
  return `
  CREATE FUNCTION admit_${table}(tenants uuid[], items json, clock_offset_ms double precision, may_wait boolean)
  RETURNS TABLE (item integer, outcome text, created_at timestamptz, used bigint, credited bigint, credits bigint,
                 reserved bigint, granted bigint, is_soft boolean, resets_at timestamptz${answers.map(({ name, type }) => `, ${name} ${type}`).join('')})
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
      PERFORM set_config('lock_timeout', '2s', true);
    END IF;
    IF (SELECT count(*) FROM usage_counters WHERE business_id = ANY (tenants) AND feature = '${feature}') < cardinality(tenants) THEN
      PERFORM start_counters(tenants, '${feature}', may_wait);
    END IF;
    IF may_wait THEN
      SELECT array_agg(business_id) INTO locked FROM (
        SELECT business_id FROM usage_counters WHERE business_id = ANY (tenants) AND feature = '${feature}'
        ORDER BY business_id FOR UPDATE) AS counter;
    ELSE
      SELECT array_agg(business_id) INTO locked FROM (
        SELECT business_id FROM usage_counters WHERE business_id = ANY (tenants) AND feature = '${feature}'
        ORDER BY business_id FOR UPDATE SKIP LOCKED) AS counter;
    END IF;
${window.start(feature)}
    RETURN QUERY
    WITH sent AS MATERIALIZED (
      SELECT * FROM json_to_recordset(items) AS sent (
        item integer, business_id uuid, id uuid, ${sent.map(({ name, type }) => `${name} ${type}`).join(', ')})
      WHERE business_id = ANY (locked)
    ), period AS MATERIALIZED (
      SELECT counted.*, greatest(counted.granted - (counted.used - counted.credited), 0) AS allowance_left,
             ${dayOf('greatest(moment, counted.period_start)')} AS day
      FROM (
        SELECT counter.business_id, counter.used, counter.credited, counter.reserved, subscription.id AS subscription_id,
               subscription.period_ordinal, subscription.period_start, subscription.period_end,
               -- The business's own grant, if it has one, in place of the plan's; what neither names is off.
               (granted.terms ->> 'limit')::bigint AS granted, coalesce(granted.terms ->> 'mode' = 'soft', false) AS is_soft,
               (SELECT coalesce(sum(credits.granted - spent), 0)::bigint FROM credits
                WHERE business_id = counter.business_id AND feature = '${feature}' AND voided_at IS NULL
                  AND (expires_at IS NULL OR expires_at > moment)) AS credits
        ${fromRunning(feature, window)}
      ) AS counted
    ), judged AS MATERIALIZED (
      SELECT sent.*, CASE
          WHEN earlier.is_there THEN 'exists'
          WHEN period.business_id IS NULL THEN 'not_running'${references.map(missing).join('')}
          ELSE 'candidate' END AS verdict
      FROM sent
      LEFT JOIN period ON period.business_id = sent.business_id
      -- LIMIT keeps these look-ups by index, one an item: a plan made while the tables were small must not scan them later.
      LEFT JOIN LATERAL (SELECT true AS is_there FROM ${table} AS stored
        WHERE stored.business_id = sent.business_id AND stored.${idempotentBy} = sent.${idempotentBy} LIMIT 1) AS earlier ON true${references.map(lookUp).join('')}
    ), ranked AS (
      SELECT judged.item, judged.business_id, row_number() OVER (PARTITION BY judged.business_id ORDER BY judged.item) AS rank
      FROM judged WHERE verdict = 'candidate'
    ), admitted AS MATERIALIZED (
      -- First the plan's allowance, then credits, then what a soft limit lets pass; null is without limit, and then
      -- nothing is spent.
      SELECT ranked.item, ranked.business_id,
             period.granted IS NOT NULL AND ranked.rank > period.allowance_left
               AND ranked.rank <= period.allowance_left + period.credits AS is_credited
      FROM ranked JOIN period ON period.business_id = ranked.business_id
      WHERE period.granted IS NULL OR period.is_soft OR ranked.rank <= period.allowance_left + period.credits - period.reserved
    ), inserted AS (
      INSERT INTO ${table} (business_id, id, subscription_id, period_ordinal, created_at,
                            ${columns.map(({ name }) => name).join(', ')})
      SELECT judged.business_id, judged.id, period.subscription_id, period.period_ordinal, ${arrival},
             ${columns.map(stored).join(', ')}
      FROM judged JOIN admitted ON admitted.item = judged.item JOIN period ON period.business_id = judged.business_id
    ), counted AS (
      UPDATE usage_counters AS counter
      SET used = counter.used + more.rows, credited = counter.credited + more.credited, ${countedOn('period.day', 'more.rows')},
          alert_level = ${alertLevel('period.used + more.rows - period.credited - more.credited', 'period.granted', 'counter.alert_percentages')}
      FROM (SELECT business_id, count(*) AS rows, count(*) FILTER (WHERE is_credited) AS credited
            FROM admitted GROUP BY business_id) AS more
      JOIN period ON period.business_id = more.business_id
      WHERE counter.business_id = more.business_id AND counter.feature = '${feature}'
    ), spent AS (
      ${spendCredits(`(SELECT business_id, '${feature}' AS feature, count(*) AS units FROM admitted WHERE is_credited GROUP BY business_id) AS owed`)}
    )
    SELECT judged.item,
           CASE WHEN judged.verdict <> 'candidate' THEN judged.verdict WHEN admitted.item IS NULL THEN 'refused' ELSE 'inserted' END,
           ${arrival},
           period.used + count(admitted.item) OVER so_far,
           period.credited + count(*) FILTER (WHERE admitted.is_credited) OVER so_far,
           period.credits - count(*) FILTER (WHERE admitted.is_credited) OVER so_far,
           period.reserved, period.granted, period.is_soft, ${window.end}${answers.map(({ value }) => `,\n           ${value.replaceAll('arrival', arrival)}`).join('')}
    FROM judged
    LEFT JOIN period ON period.business_id = judged.business_id
    LEFT JOIN admitted ON admitted.item = judged.item
    WINDOW so_far AS (PARTITION BY judged.business_id ORDER BY judged.item);
  END $$`;
}

/** The window that a counter counts in: when it is the current one, when it ends, and what starts the next. */
interface Window {
  isCurrent: string;
  end: string;
  start: (feature: string) => string;
}

const TODAY = dayOf('moment');

export const WINDOWS: Record<AdmissionOptions['resets'], Window> = {
  period: {
    isCurrent:
      'subscription.id = counter.subscription_id AND subscription.period_ordinal = counter.period_ordinal',
    end: 'period.period_end',
    start: () => '', // a renewal does
  },
  day: {
    isCurrent: 'subscription.is_current',
    end: `(${TODAY} + 1)::timestamp AT TIME ZONE 'UTC'`,
    start: (feature) => `
    UPDATE usage_counters SET day = ${TODAY}, used = 0, carried_over = 0, credited = 0, alert_level = 0
    WHERE business_id = ANY (locked) AND feature = '${feature}' AND day IS DISTINCT FROM ${TODAY};`,
  },
  never: {
    isCurrent: 'subscription.is_current',
    end: 'NULL::timestamptz',
    start: () => '',
  },
};

/** The locked counters whose subscription runs, with the terms of the feature: `granted`. */
export function fromRunning(feature: string, window: Window): string {
  return `FROM usage_counters AS counter
        JOIN subscriptions AS subscription
          ON subscription.business_id = counter.business_id AND ${window.isCurrent}
        JOIN plans AS plan ON plan.id = subscription.plan_id
        LEFT JOIN LATERAL (SELECT terms FROM business_grants AS own
          WHERE own.business_id = counter.business_id AND own.id = '${feature}'
            AND (own.expires_at IS NULL OR own.expires_at > moment) LIMIT 1) AS own ON true
        CROSS JOIN LATERAL (SELECT coalesce(own.terms, plan.grants -> '${feature}', '{"limit": 0}') AS terms) AS granted
        WHERE counter.business_id = ANY (locked) AND counter.feature = '${feature}'
          AND subscription.status IN ('trialing', 'active', 'past_due') AND coalesce(subscription.runs_until, subscription.period_end) > moment`;
}

export function missing({ column, outcome }: Reference): string {
  return `
          WHEN sent.${column} IS NOT NULL AND named_by_${column}.is_there IS NULL THEN '${outcome}'`;
}

export function lookUp({ column, table, isLive }: Reference): string {
  return `
      LEFT JOIN LATERAL (SELECT true AS is_there FROM ${table} AS named
        WHERE named.business_id = sent.business_id AND named.id = sent.${column} AND ${isLive} LIMIT 1) AS named_by_${column} ON true`;
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The subscription with its usage, and where the usage comes from, as functions: planning each of the statements took
 * three times as long as running it, and PostgreSQL keeps the plan of a function, also behind PgBouncer.
 */
export class ReadsByKeptPlans1763690000174 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CURRENT_USAGE);
    await runner.query(CREDIT_SOURCES);
    for (const signature of SIGNATURES)
      await runner.query(`REVOKE ALL ON FUNCTION ${signature} FROM PUBLIC`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const signature of SIGNATURES) await runner.query(`DROP FUNCTION ${signature}`);
  }
}

const SIGNATURES = ['current_usage(uuid, timestamptz)', 'credit_sources(uuid, text, timestamptz)'];

// The current subscription with its plan's grants and the usage of each feature that is counted.
const CURRENT_USAGE = `
  CREATE FUNCTION current_usage(business uuid, moment timestamptz)
  RETURNS TABLE (id uuid, status text, "periodOrdinal" integer, "periodEnd" timestamptz, "runsUntil" timestamptz,
                 grants jsonb, now timestamptz, counts json)
  LANGUAGE plpgsql STABLE AS $$
  #variable_conflict use_column
  BEGIN
    RETURN QUERY
    SELECT current.id, current.status, current.period_ordinal, current.period_end, current.runs_until, plan.grants, moment,
           (SELECT coalesce(json_object_agg(usage.key, usage), '{}') FROM usage_at(business, moment) AS usage)
    FROM subscriptions AS current
    JOIN plans AS plan ON plan.id = current.plan_id
    WHERE current.business_id = business AND current.is_current;
  END $$`;

// The credits that paid for usage of the counter's window, or have something left, in the order in which they are spent.
const CREDIT_SOURCES = `
  CREATE FUNCTION credit_sources(business uuid, wanted text, moment timestamptz)
  RETURNS TABLE (id uuid, amount float8, used float8, remaining float8, "expiresAt" timestamptz)
  LANGUAGE plpgsql STABLE AS $$
  #variable_conflict use_column
  BEGIN
    RETURN QUERY
    SELECT source.id, source.granted::float8, source.used::float8, source.remaining::float8, source.expires_at
    FROM (
      SELECT credit.id, credit.granted, credit.expires_at,
             CASE WHEN (credit.counted_subscription_id, credit.counted_ordinal, credit.counted_day)
               IS NOT DISTINCT FROM (counter.subscription_id, counter.period_ordinal, counter.day)
               THEN credit.counted ELSE 0 END AS used,
             CASE WHEN credit.voided_at IS NULL AND (credit.expires_at IS NULL OR credit.expires_at > moment)
               THEN credit.granted - credit.spent ELSE 0 END AS remaining
      FROM credits AS credit
      LEFT JOIN usage_counters AS counter ON counter.business_id = credit.business_id AND counter.feature = credit.feature
      WHERE credit.business_id = business AND credit.feature = wanted
    ) AS source
    WHERE source.used > 0 OR source.remaining > 0
    ORDER BY source.remaining = 0, source.expires_at NULLS LAST, source.id;
  END $$`;

// Ingestion before shared flushes: counter, row and answer of one recording in one statement.
const SINGLE_STATEMENT = `
  WITH period AS MATERIALIZED (
    SELECT counter.used, counter.credited, subscription.id AS subscription_id, subscription.period_ordinal,
           subscription.period_start, subscription.period_end, granted.allowance,
           granted.allowance IS NULL OR counter.used - counter.credited < granted.allowance AS has_allowance,
           $4::uuid IS NULL OR EXISTS (
             SELECT FROM applications WHERE business_id = $1 AND id = $4 AND deleted_at IS NULL
           ) AS application_exists
    FROM usage_counters AS counter
    JOIN subscriptions AS subscription
      ON subscription.business_id = counter.business_id AND subscription.id = counter.subscription_id
     AND subscription.period_ordinal = counter.period_ordinal
    JOIN plans AS plan ON plan.id = subscription.plan_id
    CROSS JOIN LATERAL (SELECT (plan.grants -> 'recordings' ->> 'limit')::bigint AS allowance) AS granted
    WHERE counter.business_id = $1 AND counter.feature = 'recordings'
      AND subscription.status IN ('trialing', 'active', 'past_due') AND subscription.period_end > $9
    FOR UPDATE OF counter
  ), credit AS MATERIALIZED (
    SELECT id, granted - spent AS left_over
    FROM credits
    WHERE business_id = $1 AND feature = 'recordings' AND voided_at IS NULL AND spent < granted
      AND (expires_at IS NULL OR expires_at > $9) AND NOT (SELECT has_allowance FROM period)
    ORDER BY expires_at NULLS LAST, id
    FOR UPDATE
  ), inserted AS (
    INSERT INTO recordings (business_id, id, external_id, application_id, subscription_id, period_ordinal,
                            started_at, duration_ms, device, metadata, created_at)
    SELECT $1, $2, $3, $4, subscription_id, period_ordinal, $5, $6, $7, $8, greatest($9, period_start)
    FROM period
    WHERE application_exists AND (has_allowance OR EXISTS (SELECT FROM credit))
    ON CONFLICT (business_id, external_id) DO NOTHING
    RETURNING created_at
  ), counted AS (
    UPDATE usage_counters
    SET used = used + 1, credited = credited + CASE WHEN (SELECT has_allowance FROM period) THEN 0 ELSE 1 END
    WHERE business_id = $1 AND feature = 'recordings' AND EXISTS (SELECT FROM inserted)
    RETURNING used, credited
  ), spent AS (
    UPDATE credits SET spent = spent + 1
    WHERE business_id = $1 AND id = (SELECT id FROM credit LIMIT 1) AND EXISTS (SELECT FROM inserted)
    RETURNING id
  )
  SELECT coalesce(counted.used, period.used) AS used, coalesce(counted.credited, period.credited) AS credited,
         period.allowance AS limit, period.period_end AS resets_at, period.application_exists, inserted.created_at,
         CASE WHEN period.has_allowance THEN (
             SELECT coalesce(sum(granted - spent), 0) FROM credits
             WHERE business_id = $1 AND feature = 'recordings' AND voided_at IS NULL AND (expires_at IS NULL OR expires_at > $9))
           ELSE (SELECT coalesce(sum(left_over), 0) FROM credit) - (SELECT count(*) FROM spent) END AS credits
  FROM period LEFT JOIN inserted ON true LEFT JOIN counted ON true`;

module.exports = { SINGLE_STATEMENT };

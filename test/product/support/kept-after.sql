-- The same as kept-before.sql, in the tables of this version.
SELECT 'plan' AS what, slug AS of,
       jsonb_build_array((grants -> 'recordings' ->> 'limit')::bigint, (grants -> 'applications' ->> 'limit')::bigint,
                         (grants -> 'seats' ->> 'limit')::bigint) AS says
FROM plans WHERE grants -> 'recordings' ->> 'mode' = 'hard'
UNION ALL
SELECT 'period', business_id || ' ' || ordinal,
       jsonb_build_array(start_time, end_time, plan_id, coalesce((usage ->> 'recordings')::bigint, 0), closed_at)
FROM subscription_periods
UNION ALL
SELECT 'counter', business_id || ' ' || feature, jsonb_build_array(subscription_id, period_ordinal, used, carried_over, credited)
FROM usage_counters WHERE feature = 'recordings'
UNION ALL
SELECT 'credit', id::text, jsonb_build_array(business_id, feature, granted, spent, counted, counted_subscription_id, counted_ordinal,
                                             expires_at, voided_at)
FROM credits
UNION ALL
SELECT feature, business_id::text, jsonb_build_array(used) FROM usage_counters WHERE feature <> 'recordings'

-- What the version before features keeps of plans, usage, credits and periods; kept-after.sql says it of this version.
SELECT 'plan' AS what, slug AS of, jsonb_build_array(recordings_limit, applications_limit, seats_limit) AS says FROM plans
UNION ALL
SELECT 'period', business_id || ' ' || ordinal, jsonb_build_array(start_time, end_time, plan_id, recordings_used, closed_at)
FROM subscription_periods
UNION ALL
SELECT 'counter', business_id || ' ' || feature, jsonb_build_array(subscription_id, period_ordinal, used, carried_over, credited)
FROM usage_counters
UNION ALL
SELECT 'credit', id::text, jsonb_build_array(business_id, feature, granted, spent, counted, counted_subscription_id, counted_ordinal,
                                             expires_at, voided_at)
FROM credits
UNION ALL
SELECT 'seats', business_id::text, jsonb_build_array(count(*)) FROM members
WHERE kind = 'person' AND status = 'active' GROUP BY business_id
UNION ALL
SELECT 'applications', business_id::text, jsonb_build_array(count(*)) FROM applications
WHERE deleted_at IS NULL GROUP BY business_id

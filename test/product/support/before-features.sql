-- An installation of the version before features, with :count businesses: each with a closed period, a running one, an
-- owner, a deactivated member, two credits, one application and one that is deleted, and recordings.
INSERT INTO businesses (id, name, status, support_access, created_at)
SELECT uuid_v7(), 'shop' || number, 'active', true, now() - interval '60 days' FROM generate_series(1, :count) AS number;

INSERT INTO users (id, email, email_key, full_name, password_hash, created_at)
SELECT uuid_v7(), kind || '@' || name, kind || '@' || name, 'Ada', 'none', now()
FROM businesses, unnest(ARRAY['owner', 'former']) AS kind;

INSERT INTO members (business_id, id, kind, role, status, user_id, joined_at)
SELECT business.id, uuid_v7(), 'person', 'owner',
       CASE WHEN email LIKE 'owner%' THEN 'active' ELSE 'deactivated' END, users.id, now()
FROM users JOIN businesses AS business ON business.name = split_part(email, '@', 2);

INSERT INTO members (business_id, id, kind, status, joined_at)
SELECT id, uuid_v7(), 'sdk', 'active', now() FROM businesses;

INSERT INTO subscriptions (business_id, id, plan_id, plan_version, status, is_current, anchor, cycle, period_ordinal,
                           period_start, period_end, auto_renew, cancel_at_period_end, created_at)
SELECT business.id, uuid_v7(), plan.id, plan.version, 'active', true, now() - interval '20 days', 1, 2,
       now() - interval '5 days', now() + interval '10 days', true, false, now() - interval '20 days'
FROM businesses AS business, plans AS plan WHERE plan.is_default;

INSERT INTO subscription_periods (business_id, subscription_id, ordinal, start_time, end_time, plan_id, recordings_used, closed_at)
SELECT business_id, id, 1, now() - interval '20 days', now() - interval '5 days', plan_id,
       ('x' || left(md5(business_id::text), 4))::bit(16)::integer % 100, now()
FROM subscriptions;

INSERT INTO usage_counters (business_id, feature, subscription_id, period_ordinal, used, carried_over, credited)
SELECT business_id, 'recordings', id, period_ordinal, 7, 4, 2 FROM subscriptions;

INSERT INTO credits (business_id, id, feature, granted, spent, counted, counted_subscription_id, counted_ordinal, reason,
                     granted_by, created_at, expires_at)
SELECT business_id, uuid_v7(), 'recordings', 10 * number, 2, 1, id, period_ordinal, 'A gift', 'staff@example.com', now(),
       CASE number WHEN 1 THEN now() + interval '3 days' END
FROM subscriptions, generate_series(1, 2) AS number;

INSERT INTO applications (business_id, id, name, created_at, deleted_at)
SELECT id, uuid_v7(), 'Shop', now(), CASE number WHEN 1 THEN now() END FROM businesses, generate_series(1, 2) AS number;

INSERT INTO recordings (business_id, id, external_id, subscription_id, period_ordinal, started_at, duration_ms, created_at)
SELECT business_id, uuid_v7(), 'external-' || number, id, period_ordinal, now(), 1, now()
FROM subscriptions, generate_series(1, 3) AS number;

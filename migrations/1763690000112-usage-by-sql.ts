import type { MigrationInterface, QueryRunner } from 'typeorm';
import { audit, isolateBy, TENANTS } from './table-rules';

/** `tenantry.consume`, `consume_all`, `release` and `check`: for other programs, in their own transactions. */
export class UsageBySql1763690000112 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CALLERS);
    await isolateBy(runner, 'sql_callers', `business_id IS NULL OR business_id = ANY (${TENANTS})`);
    await audit(runner, 'sql_callers', 'sql_caller');
    for (const text of Object.values(FUNCTIONS)) await runner.query(text);
    for (const signature of SIGNATURES)
      await runner.query(`REVOKE ALL ON FUNCTION ${signature} FROM PUBLIC`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const signature of [...SIGNATURES].reverse())
      await runner.query(`DROP FUNCTION ${signature}`);
    await runner.query('DROP TABLE sql_callers');
  }
}

// Which roles may count, for one business or for all of them (null).
const CALLERS = `
  CREATE TABLE sql_callers (
    business_id uuid,
    role_name text NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT uq_sql_callers UNIQUE NULLS NOT DISTINCT (business_id, role_name),
    CONSTRAINT fk_sql_callers_business FOREIGN KEY (business_id) REFERENCES businesses (id)
  )`;

// SECURITY DEFINER: the caller's role needs no rights on the tables. pg_temp comes last, or a temporary table of the
// caller would be counted in place of ours.
const SAFE = `LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, tenantry, pg_temp`;

const SIGNATURES = [
  'utc_text(timestamptz)',
  'usage_settings()',
  'restore_usage_settings(jsonb)',
  'enter_usage_scope(uuid, text)',
  'usage_answer(bigint, bigint, bigint, bigint, bigint, timestamptz)',
  'raise_refusal(text, text, jsonb)',
  'consume_all(uuid, jsonb, text)',
  'consume(uuid, text, bigint, text)',
  'release(uuid, text, text)',
  '"check"(uuid, text, bigint)',
];

export const FUNCTIONS = {
  utcText: `
  CREATE FUNCTION utc_text(moment timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  $$`,

  // What the functions set and the caller's transaction must have back.
  settings: `
  CREATE FUNCTION usage_settings() RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_object_agg(name, coalesce(current_setting(name, true), ''))
    FROM unnest('{app.business_ids,app.scope,app.actor,app.on_behalf_of,app.action,app.ip,app.request_id,app.support_session,
                  lock_timeout,plan_cache_mode}'::text[]) AS name
  $$`,

  restoreSettings: `
  CREATE FUNCTION restore_usage_settings(saved jsonb) RETURNS void LANGUAGE sql AS $$
    SELECT set_config(key, value, true) FROM jsonb_each_text(saved)
  $$`,

  // The tenant, the audit actor, and whether the role may act for the tenant. session_user: SET ROLE does not change it.
  enter: `
  CREATE FUNCTION enter_usage_scope(business uuid, action text) RETURNS void ${SAFE.replace(' SECURITY DEFINER', '')} AS $$
  BEGIN
    PERFORM set_config('app.business_ids', ARRAY[business]::text, true), set_config('app.scope', 'tenant', true),
            set_config('app.actor', jsonb_build_object('kind', 'sql', 'id', session_user, 'email', NULL)::text, true),
            set_config('app.action', action, true), set_config('app.on_behalf_of', '', true), set_config('app.ip', '', true),
            set_config('app.request_id', '', true), set_config('app.support_session', '', true),
            set_config('lock_timeout', '2s', true);
    IF business IS NULL OR NOT EXISTS (SELECT FROM sql_callers WHERE role_name = session_user AND (business_id IS NULL OR business_id = business)) THEN
      RAISE EXCEPTION 'role % may not count for business %', session_user, business
        USING ERRCODE = 'insufficient_privilege', HINT = 'Run: npm run cli -- sql-callers:grant --role ' || session_user;
    END IF;
    IF NOT EXISTS (SELECT FROM businesses WHERE id = business) THEN
      PERFORM raise_refusal('TQ404', 'business_not_found', '{}');
    END IF;
  END $$`,

  answer: `
  CREATE FUNCTION usage_answer(used bigint, credited bigint, credits bigint, reserved bigint, granted bigint, resets_at timestamptz)
  RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object('used', used, 'limit', granted,
      'remaining', least(greatest(greatest(granted - (used - credited), 0) + CASE WHEN granted IS NOT NULL THEN credits END - reserved, 0), 9007199254740991),
      'resetsAt', utc_text(resets_at), 'credits', least(credits, 9007199254740991), 'overLimit', coalesce(used - credited > granted, false))
  $$`,

  // The code is the message's first word and a member of DETAIL, which is JSON.
  refusal: `
  CREATE FUNCTION raise_refusal(state text, code text, members jsonb) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION '%', code || coalesce(': ' || (members ->> 'explanation'), '')
      USING ERRCODE = state, DETAIL = (jsonb_build_object('code', code) || members)::text;
  END $$`,

  consumeAll: `
  CREATE FUNCTION consume_all(business uuid, amounts jsonb, event_id text DEFAULT NULL) RETURNS jsonb ${SAFE} AS $$
  DECLARE
    saved jsonb := usage_settings();
    event text := coalesce(event_id, uuid_v7()::text);
    items json;
    each record;
    answers jsonb := '{}';
  BEGIN
    PERFORM enter_usage_scope(business, 'usage.consume');
    IF length(event) NOT BETWEEN 1 AND 128 THEN
      PERFORM raise_refusal('TQ422', 'validation_failed', '{"pointer": "/event_id", "explanation": "event_id has 1 to 128 characters"}');
    END IF;
    IF jsonb_typeof(amounts) IS DISTINCT FROM 'object' OR amounts = '{}' OR EXISTS (
      SELECT FROM jsonb_each(amounts) AS asked WHERE NOT CASE WHEN jsonb_typeof(asked.value) = 'number'
        THEN asked.value::numeric BETWEEN 1 AND 1000000000 AND asked.value::numeric = trunc(asked.value::numeric) ELSE false END) THEN
      PERFORM raise_refusal('TQ422', 'validation_failed', '{"pointer": "/amount", "explanation": "an amount is an integer from 1 to 1000000000"}');
    END IF;
    SELECT json_agg(json_build_object('item', position, 'business_id', business, 'feature', asked.key, 'event_id', event,
                                      'amount', asked.value, 'way', 'consume')) INTO items
    FROM jsonb_each(amounts) WITH ORDINALITY AS asked (key, value, position);
    FOR each IN
      SELECT counted.*, asked.key AS feature, asked.value AS amount
      FROM jsonb_each(amounts) WITH ORDINALITY AS asked (key, value, position)
      LEFT JOIN count_usage(items, 0, true) AS counted ON counted.item = asked.position ORDER BY asked.position
    LOOP
      CASE
        WHEN each.outcome IN ('counted', 'exists') THEN
          answers := answers || jsonb_build_object(each.feature, jsonb_build_object('eventId', event, 'feature', each.feature,
            'amount', each.amount, 'createdAt', utc_text(each.created_at), 'replayed', each.outcome = 'exists',
            'usage', usage_answer(each.used, each.credited, each.credits, each.reserved, each.granted, each.resets_at)));
        WHEN each.outcome = 'refused' THEN
          PERFORM raise_refusal('TQ402', 'quota_exceeded', jsonb_build_object('feature', each.feature, 'explanation',
              format('%s of %s %s are used.', each.used, each.granted, each.feature))
            || (usage_answer(each.used, each.credited, each.credits, each.reserved, each.granted, each.resets_at) - 'credits' - 'overLimit'));
        WHEN each.outcome = 'conflict' THEN
          PERFORM raise_refusal('TQ409', 'event_id_conflict', jsonb_build_object('feature', each.feature, 'eventId', event));
        WHEN each.outcome = 'unknown_feature' THEN
          PERFORM raise_refusal('TQ404', 'feature_not_found', jsonb_build_object('feature', each.feature));
        WHEN each.outcome IN ('feature_kind', 'feature_archived') THEN
          PERFORM raise_refusal('TQ422', each.outcome, jsonb_build_object('feature', each.feature));
        WHEN EXISTS (SELECT FROM subscriptions WHERE business_id = business AND is_current AND status IN ('trialing', 'active', 'past_due')) THEN
          PERFORM raise_refusal('TQ503', 'subscription_behind', '{"explanation": "The period has ended and is renewed within a minute. Repeat the transaction."}');
        ELSE
          PERFORM raise_refusal('TQ403', 'subscription_inactive', '{}');
      END CASE;
    END LOOP;
    PERFORM restore_usage_settings(saved);
    RETURN answers;
  EXCEPTION WHEN lock_not_available THEN
    PERFORM raise_refusal('TQ503', 'counter_busy', '{"explanation": "Another transaction has held the counter for 2 s. Repeat the transaction."}');
  END $$`,

  consume: `
  CREATE FUNCTION consume(business uuid, feature text, amount bigint DEFAULT 1, event_id text DEFAULT NULL) RETURNS jsonb ${SAFE} AS $$
  BEGIN
    RETURN consume_all(business, jsonb_build_object(coalesce(feature, ''), amount), event_id) -> coalesce(feature, '');
  END $$`,

  release: `
  CREATE FUNCTION release(business uuid, feature text, event_id text) RETURNS jsonb ${SAFE} AS $$
  DECLARE
    saved jsonb := usage_settings();
    given record;
  BEGIN
    PERFORM enter_usage_scope(business, 'usage.release');
    SELECT * INTO given FROM release_usage(business, feature, event_id, 0);
    CASE given.outcome
      WHEN 'counted', 'exists' THEN NULL;
      WHEN 'unknown_feature' THEN PERFORM raise_refusal('TQ404', 'feature_not_found', jsonb_build_object('feature', feature));
      WHEN 'feature_kind' THEN PERFORM raise_refusal('TQ422', 'feature_kind', jsonb_build_object('feature', feature));
      WHEN 'reserved' THEN PERFORM raise_refusal('TQ409', 'event_reserved', jsonb_build_object('eventId', event_id));
      ELSE PERFORM raise_refusal('TQ404', 'event_not_found', jsonb_build_object('eventId', event_id));
    END CASE;
    PERFORM restore_usage_settings(saved);
    RETURN jsonb_build_object('eventId', event_id, 'feature', feature, 'amount', given.amount,
      'releasedAt', utc_text(given.released_at), 'replayed', given.outcome = 'exists');
  EXCEPTION WHEN lock_not_available THEN
    PERFORM raise_refusal('TQ503', 'counter_busy', '{"explanation": "Another transaction has held the counter for 2 s. Repeat the transaction."}');
  END $$`,

  // Advice: it locks nothing, so the next consume decides.
  check: `
  CREATE FUNCTION "check"(business uuid, feature text, amount bigint DEFAULT 1) RETURNS jsonb ${SAFE} AS $$
  DECLARE
    saved jsonb := usage_settings();
    asked record;
    counted record;
    terms jsonb;
    granted bigint;
    reason text;
    answer jsonb;
  BEGIN
    PERFORM enter_usage_scope(business, 'usage.check');
    SELECT * INTO asked FROM features WHERE id = "check".feature;
    IF NOT FOUND THEN
      PERFORM raise_refusal('TQ404', 'feature_not_found', jsonb_build_object('feature', feature));
    END IF;
    terms := granted_terms(business, feature, now());
    granted := (coalesce(terms, '{"limit": 0}') ->> 'limit')::bigint;
    SELECT coalesce(max(counter.used), 0) AS used, coalesce(max(counter.credited), 0) AS credited, coalesce(max(counter.reserved), 0) AS reserved,
           (SELECT coalesce(sum(credits.granted - spent), 0)::bigint FROM credits WHERE credits.business_id = business AND credits.feature = asked.id
            AND voided_at IS NULL AND (expires_at IS NULL OR expires_at > now())) AS credits
      INTO counted FROM usage_counters AS counter WHERE counter.business_id = business AND counter.feature = asked.id
        AND (asked.resets IS DISTINCT FROM 'day' OR counter.day = (now() AT TIME ZONE 'UTC')::date);
    IF asked.kind IN ('metered', 'allocated') THEN
      SELECT usage_answer(counted.used, counted.credited, counted.credits, counted.reserved, granted, CASE asked.resets
          WHEN 'period' THEN period_end WHEN 'day' THEN ((now() AT TIME ZONE 'UTC')::date + 1)::timestamp AT TIME ZONE 'UTC' END) INTO answer
      FROM subscriptions AS subscription WHERE subscription.business_id = business AND is_current;
    END IF;
    reason := CASE
      WHEN NOT EXISTS (SELECT FROM subscriptions AS subscription WHERE subscription.business_id = business AND is_current
                       AND status IN ('trialing', 'active', 'past_due')) THEN 'subscription_inactive'
      WHEN asked.kind = 'flag' AND NOT coalesce((terms ->> 'enabled')::boolean, false) THEN 'feature_off'
      WHEN asked.kind = 'config' AND terms IS NULL THEN 'feature_off'
      WHEN asked.kind IN ('metered', 'allocated') AND terms ->> 'mode' IS DISTINCT FROM 'soft'
        AND (answer ->> 'remaining')::bigint < coalesce(amount, 1) THEN 'quota_exceeded' END;
    PERFORM restore_usage_settings(saved);
    RETURN jsonb_build_object('allowed', reason IS NULL, 'reason', reason, 'usage', answer);
  END $$`,
};

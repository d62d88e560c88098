import type { MigrationInterface, QueryRunner } from 'typeorm';
import { FUNCTIONS } from './1763690000112-usage-by-sql';
import { countedOn, dayOf, spendCredits } from './generators/counting-v1';
import { orReplace } from './table-rules';

/**
 * `tenantry.consume` and `consume_all` count one event of one feature after the other, in short statements.
 * `count_usage`, which counts events of any tenants at once, takes ten times as long for one event: PostgreSQL prepares a
 * large statement for each call. Both follow one set of rules, and the tests of histories and of mixed ways compare them.
 */
export class ConsumeInShortStatements1763690000135 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const text of INNER) await runner.query(text);
    for (const signature of SIGNATURES)
      await runner.query(`REVOKE ALL ON FUNCTION ${signature} FROM PUBLIC`);
    await runner.query(CONSUME_ALL);
    await runner.query(CONSUME);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const text of [FUNCTIONS.consumeAll, FUNCTIONS.consume])
      await runner.query(orReplace(text));
    for (const signature of [...SIGNATURES].reverse())
      await runner.query(`DROP FUNCTION ${signature}`);
  }
}

/** The largest sum that JSON keeps exactly. */
const LARGEST = '9007199254740991';

const SIGNATURES = [
  'wait_for_counter(uuid, text, timestamptz)',
  'explain_uncounted(uuid, text, bigint, text, usage_counters, jsonb)',
  'count_event(uuid, text, bigint, text)',
  'enter_tenant(uuid, text)',
  'leave_tenant(text[])',
];

// Locks the counter, made where it is missing and begun anew where it is of an earlier day. The subtransaction of the
// handler costs more than the lock, so only counters that cannot be had at once come here.
const WAIT_FOR_COUNTER = `
  CREATE FUNCTION wait_for_counter(business uuid, wanted text, moment timestamptz) RETURNS usage_counters LANGUAGE plpgsql AS $$
  DECLARE
    counter usage_counters;
  BEGIN
    PERFORM lock_usage_counters(ARRAY[business], ARRAY[wanted], moment, true);
    SELECT * INTO counter FROM usage_counters WHERE business_id = business AND feature = wanted;
    RETURN counter;
  EXCEPTION WHEN lock_not_available THEN
    PERFORM raise_refusal('TQ503', 'counter_busy', '{"explanation": "Another transaction has held the counter for 2 s. Repeat the transaction."}');
  END $$`;

// The answer for an event that counted before; else the reason why it does not count is raised.
export const EXPLAIN_UNCOUNTED = `
  CREATE FUNCTION explain_uncounted(business uuid, wanted text, units bigint, event text, counter usage_counters, terms jsonb)
  RETURNS jsonb LANGUAGE plpgsql AS $$
  DECLARE
    earlier usage_event_keys;
    usage jsonb := usage_answer(counter.used, counter.credited, (terms ->> 'credits')::bigint, counter.reserved,
                                (terms ->> 'granted')::bigint, (terms ->> 'resets_at')::timestamptz);
  BEGIN
    SELECT * INTO earlier FROM usage_event_keys WHERE business_id = business AND feature = wanted AND event_id = event;
    CASE
      WHEN NOT EXISTS (SELECT FROM businesses WHERE id = business) THEN PERFORM raise_refusal('TQ404', 'business_not_found', '{}');
      WHEN terms ->> 'kind' IS NULL THEN PERFORM raise_refusal('TQ404', 'feature_not_found', jsonb_build_object('feature', wanted));
      WHEN terms ->> 'kind' NOT IN ('metered', 'allocated') THEN PERFORM raise_refusal('TQ422', 'feature_kind', jsonb_build_object('feature', wanted));
      WHEN earlier.fingerprint = hashtextextended(units::text, 0) THEN
        RETURN jsonb_build_object('eventId', event, 'feature', wanted, 'amount', units, 'createdAt', utc_text(earlier.created_at),
                                  'replayed', true, 'usage', usage);
      WHEN earlier.event_id IS NOT NULL THEN
        PERFORM raise_refusal('TQ409', 'event_id_conflict', jsonb_build_object('feature', wanted, 'eventId', event));
      WHEN terms -> 'archived_at' <> 'null' THEN PERFORM raise_refusal('TQ422', 'feature_archived', jsonb_build_object('feature', wanted));
      WHEN (terms ->> 'is_running')::boolean THEN
        PERFORM raise_refusal('TQ402', 'quota_exceeded', (usage - 'credits' - 'overLimit') || jsonb_build_object('feature', wanted,
          'explanation', format('%s of %s %s are used.', counter.used, terms ->> 'granted', wanted)));
      WHEN (terms ->> 'is_live')::boolean THEN
        PERFORM raise_refusal('TQ503', 'subscription_behind', '{"explanation": "The period has ended and is renewed within a minute. Repeat the transaction."}');
      ELSE PERFORM raise_refusal('TQ403', 'subscription_inactive', '{}');
    END CASE;
  END $$`;

// SKIP LOCKED: a counter that is free needs no handler for a wait that ends. An event that was counted before is only
// found out when its key is already there, or when it would be refused.
export const COUNT_EVENT = `
  CREATE FUNCTION count_event(business uuid, wanted text, units bigint, event text) RETURNS jsonb LANGUAGE plpgsql AS $$
  DECLARE
    moment constant timestamptz := date_trunc('milliseconds', now());
    arrival timestamptz;
    held usage_counters;
    terms record;
    allowance_left bigint;
    from_credits bigint := 0;
    level smallint := 0;
    is_counted boolean := false;
    percentage smallint;
  BEGIN
    SELECT * INTO held FROM usage_counters WHERE business_id = business AND feature = wanted FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN held := wait_for_counter(business, wanted, moment); END IF;
    SELECT feature.kind, feature.resets, feature.archived_at, subscription.period_start,
           (granted.terms ->> 'limit')::bigint AS granted, coalesce(granted.terms ->> 'mode' = 'soft', false) AS is_soft,
           coalesce(subscription.status IN ('trialing', 'active', 'past_due'), false) AS is_live,
           coalesce(subscription.status IN ('trialing', 'active', 'past_due') AND coalesce(subscription.runs_until, subscription.period_end) > moment
             AND (held.subscription_id IS NULL OR (held.subscription_id = subscription.id AND held.period_ordinal = subscription.period_ordinal)),
             false) AS is_running,
           CASE feature.resets WHEN 'period' THEN subscription.period_end
             WHEN 'day' THEN (${dayOf('moment')} + 1)::timestamp AT TIME ZONE 'UTC' END AS resets_at,
           0::bigint AS credits, feature.kind = 'metered' AND EXISTS (SELECT FROM credits WHERE credits.business_id = business AND credits.feature = wanted
             AND voided_at IS NULL AND (expires_at IS NULL OR expires_at > moment)) AS has_credits
      INTO terms
    FROM features AS feature
    LEFT JOIN subscriptions AS subscription ON subscription.business_id = business AND subscription.is_current
    LEFT JOIN plans AS plan ON plan.id = subscription.plan_id
    LEFT JOIN business_grants AS own
      ON own.business_id = business AND own.id = wanted AND (own.expires_at IS NULL OR own.expires_at > moment)
    CROSS JOIN LATERAL (SELECT coalesce(own.terms, plan.grants -> wanted, '{"limit": 0}') AS terms) AS granted
    WHERE feature.id = wanted;
    IF terms.resets = 'day' AND held.day IS DISTINCT FROM ${dayOf('moment')} THEN
      held := wait_for_counter(business, wanted, moment);
    END IF;
    IF terms.has_credits THEN
      SELECT coalesce(sum(granted - spent), 0)::bigint INTO terms.credits FROM credits
      WHERE business_id = business AND feature = wanted AND voided_at IS NULL AND (expires_at IS NULL OR expires_at > moment);
    END IF;
    arrival := greatest(moment, terms.period_start);
    allowance_left := greatest(terms.granted - (held.used - held.credited), 0);
    IF terms.is_running AND held.feature IS NOT NULL AND terms.archived_at IS NULL AND held.used + held.reserved + units <= ${LARGEST}
       AND (terms.granted IS NULL OR terms.is_soft OR units <= allowance_left + terms.credits - held.reserved) THEN
      WITH keyed AS (
        INSERT INTO usage_event_keys (business_id, feature, event_id, fingerprint, units, created_at)
        VALUES (business, wanted, event, hashtextextended(units::text, 0), units, arrival) ON CONFLICT DO NOTHING RETURNING true AS is_new
      )
      INSERT INTO usage_events (business_id, feature, event_id, units, subscription_id, period_ordinal, created_at)
      SELECT business, wanted, event, units, held.subscription_id, held.period_ordinal, arrival FROM keyed;
      is_counted := FOUND;
    END IF;
    IF NOT is_counted THEN
      RETURN explain_uncounted(business, wanted, units, event, held, to_jsonb(terms));
    END IF;
    -- First the allowance, then credits, then what a soft limit lets pass; without a limit nothing is spent.
    IF terms.granted IS NOT NULL AND terms.credits > 0 AND units > allowance_left THEN
      from_credits := least(terms.credits, units - allowance_left);
      ${spendCredits('(SELECT business AS business_id, wanted AS feature, from_credits AS units) AS owed')};
    END IF;
    held.used := held.used + units;
    held.credited := held.credited + from_credits;
    IF terms.kind = 'metered' AND terms.granted > 0 THEN
      FOREACH percentage IN ARRAY coalesce(held.alert_percentages, '{80,100}') LOOP
        IF (held.used - held.credited) * 100 >= terms.granted * percentage THEN level := greatest(level, percentage); END IF;
      END LOOP;
    END IF;
    UPDATE usage_counters AS counter
    SET used = used + units, credited = credited + from_credits, ${countedOn(dayOf('arrival'), 'units')}, alert_level = level
    WHERE business_id = business AND feature = wanted;
    RETURN jsonb_build_object('eventId', event, 'feature', wanted, 'amount', units, 'createdAt', utc_text(arrival), 'replayed', false,
      'usage', usage_answer(held.used, held.credited, terms.credits - from_credits, held.reserved, terms.granted, terms.resets_at));
  END $$`;

// Returns the settings that leave_tenant puts back. session_user: SET ROLE does not change it.
const ENTER_TENANT = `
  CREATE FUNCTION enter_tenant(business uuid, event text) RETURNS text[] LANGUAGE plpgsql AS $$
  DECLARE
    saved constant text[] := ARRAY[current_setting('app.business_ids', true), current_setting('app.scope', true)];
    entered constant text := set_config('app.business_ids', ARRAY[business]::text, true) || set_config('app.scope', 'tenant', true);
  BEGIN
    IF business IS NULL OR NOT EXISTS (SELECT FROM sql_callers WHERE role_name = session_user AND (business_id IS NULL OR business_id = business)) THEN
      RAISE EXCEPTION 'role % may not count for business %', session_user, business
        USING ERRCODE = 'insufficient_privilege', HINT = 'Run: npm run cli -- sql-callers:grant --role ' || session_user;
    END IF;
    IF length(event) NOT BETWEEN 1 AND 128 THEN
      PERFORM raise_refusal('TQ422', 'validation_failed', '{"pointer": "/event_id", "explanation": "event_id has 1 to 128 characters"}');
    END IF;
    RETURN saved;
  END $$`;

const LEAVE_TENANT = `
  CREATE FUNCTION leave_tenant(saved text[]) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    left_to constant text := set_config('app.business_ids', coalesce(saved[1], ''), true) || set_config('app.scope', coalesce(saved[2], ''), true);
  BEGIN
  END $$`;

const INNER = [WAIT_FOR_COUNTER, EXPLAIN_UNCOUNTED, COUNT_EVENT, ENTER_TENANT, LEAVE_TENANT];

// SECURITY DEFINER: the caller's role needs no rights on the tables. pg_temp comes last, or a temporary table of the
// caller would be counted in place of ours. PostgreSQL restores what SET names when the function ends; settings of an
// application may not be named there.
const SAFE = `LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, tenantry, pg_temp
  SET lock_timeout = '2s' SET plan_cache_mode = force_generic_plan`;

const WRONG_AMOUNT = `raise_refusal('TQ422', 'validation_failed', '{"pointer": "/amount", "explanation": "an amount is an integer from 1 to 1000000000"}')`;

const CONSUME = `
  CREATE OR REPLACE FUNCTION consume(business uuid, feature text, amount bigint DEFAULT 1, event_id text DEFAULT NULL) RETURNS jsonb ${SAFE} AS $$
  DECLARE
    event constant text := coalesce(event_id, uuid_v7()::text);
    saved constant text[] := enter_tenant(business, event);
    answer jsonb;
  BEGIN
    IF amount IS NULL OR amount NOT BETWEEN 1 AND 1000000000 THEN PERFORM ${WRONG_AMOUNT}; END IF;
    answer := count_event(business, coalesce(feature, ''), amount, event);
    PERFORM leave_tenant(saved);
    RETURN answer;
  END $$`;

// Counters are locked in the order of the features, as everywhere.
const CONSUME_ALL = `
  CREATE OR REPLACE FUNCTION consume_all(business uuid, amounts jsonb, event_id text DEFAULT NULL) RETURNS jsonb ${SAFE} AS $$
  DECLARE
    event constant text := coalesce(event_id, uuid_v7()::text);
    saved constant text[] := enter_tenant(business, event);
    asked record;
    answers jsonb := '{}';
  BEGIN
    IF jsonb_typeof(amounts) IS DISTINCT FROM 'object' OR amounts = '{}' OR EXISTS (
      SELECT FROM jsonb_each(amounts) AS sent WHERE NOT CASE WHEN jsonb_typeof(sent.value) = 'number'
        THEN sent.value::numeric BETWEEN 1 AND 1000000000 AND sent.value::numeric = trunc(sent.value::numeric) ELSE false END) THEN
      PERFORM ${WRONG_AMOUNT};
    END IF;
    FOR asked IN SELECT sent.key AS feature, sent.value::numeric::bigint AS amount FROM jsonb_each_text(amounts) AS sent ORDER BY sent.key LOOP
      answers := answers || jsonb_build_object(asked.feature, count_event(business, asked.feature, asked.amount, event));
    END LOOP;
    PERFORM leave_tenant(saved);
    RETURN answers;
  END $$`;

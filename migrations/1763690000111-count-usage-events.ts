import type { MigrationInterface, QueryRunner } from 'typeorm';
import { alertLevel, countedOn, dayOf, spendCredits } from './generators/counting-v1';

/** The largest sum that JSON keeps exactly. */
const LARGEST = '9007199254740991';

/** What makes two events with one id the same. jsonb spells equal objects alike. */
const FINGERPRINT = `hashtextextended(concat_ws('|', CASE WHEN way = 'reserve' THEN 'reserve' END, amount, extract(epoch FROM at), properties), 0)`;

/** The function that counts events of any tenants and features, exactly up to each limit. */
export class CountUsageEvents1763690000111 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(GRANTED_TERMS);
    await runner.query(LOCK_COUNTERS);
    await runner.query(COUNT_USAGE);
    await runner.query(RELEASE_USAGE);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION release_usage');
    await runner.query('DROP FUNCTION count_usage');
    await runner.query('DROP FUNCTION lock_usage_counters');
    await runner.query('DROP FUNCTION granted_terms');
  }
}

// What a business has of a feature: its own grant, else that of its plan; null: nothing.
const GRANTED_TERMS = `
  CREATE FUNCTION granted_terms(business uuid, wanted text, moment timestamptz) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT coalesce(
      (SELECT terms FROM business_grants WHERE business_id = business AND id = wanted
       AND (expires_at IS NULL OR expires_at > moment)),
      (SELECT plan.grants -> wanted FROM subscriptions AS subscription JOIN plans AS plan ON plan.id = subscription.plan_id
       WHERE subscription.business_id = business AND subscription.is_current))
  $$`;

// Makes the counters that are missing and locks all of them, by business and feature: the order in which everything
// locks counters. A counter of an earlier day starts again. Where may_wait is false, counters that another transaction
// holds are left out.
const LOCK_COUNTERS = `
  CREATE FUNCTION lock_usage_counters(businesses uuid[], wanted text[], moment timestamptz, may_wait boolean)
  RETURNS TABLE (business_id uuid, feature text) LANGUAGE plpgsql AS $$
  #variable_conflict use_column
  DECLARE
    missing record;
  BEGIN
    FOR missing IN
      SELECT sent.feature, array_agg(sent.business_id) AS businesses
      FROM unnest(businesses, wanted) AS sent (business_id, feature)
      JOIN features ON features.id = sent.feature AND features.kind IN ('metered', 'allocated') AND features.archived_at IS NULL
      WHERE NOT EXISTS (SELECT FROM usage_counters AS counter
                        WHERE counter.business_id = sent.business_id AND counter.feature = sent.feature)
      GROUP BY sent.feature ORDER BY sent.feature
    LOOP
      PERFORM start_counters(missing.businesses, missing.feature, may_wait);
    END LOOP;
    IF may_wait THEN
      SELECT array_agg(counter.business_id), array_agg(counter.feature) INTO businesses, wanted FROM (
        SELECT counter.business_id, counter.feature FROM usage_counters AS counter
        JOIN unnest(businesses, wanted) AS sent (business_id, feature)
          ON sent.business_id = counter.business_id AND sent.feature = counter.feature
        ORDER BY counter.business_id, counter.feature FOR UPDATE OF counter) AS counter;
    ELSE
      SELECT array_agg(counter.business_id), array_agg(counter.feature) INTO businesses, wanted FROM (
        SELECT counter.business_id, counter.feature FROM usage_counters AS counter
        JOIN unnest(businesses, wanted) AS sent (business_id, feature)
          ON sent.business_id = counter.business_id AND sent.feature = counter.feature
        ORDER BY counter.business_id, counter.feature FOR UPDATE OF counter SKIP LOCKED) AS counter;
    END IF;
    UPDATE usage_counters AS counter
    SET day = ${dayOf('moment')}, used = 0, carried_over = 0, credited = 0, alert_level = 0
    FROM unnest(businesses, wanted) AS held (business_id, feature) JOIN features ON features.id = held.feature AND features.resets = 'day'
    WHERE counter.business_id = held.business_id AND counter.feature = held.feature AND counter.day IS DISTINCT FROM ${dayOf('moment')};
    RETURN QUERY SELECT * FROM unnest(businesses, wanted);
  END $$`;

// In: the events, in the order in which they came: item, business_id, feature, event_id, amount, at, properties, and a
//   way: consume; reserve, with reservation_id and expires_at; commit, with what was reserved, which is never refused.
//   No two of one business, feature and event id.
// Out: one row an item, or none where its counter was held and may_wait is false. outcome: counted, refused, exists,
//   conflict (it exists with other content), not_running (no active subscription, or its period has ended),
//   unknown_feature, feature_kind (it has no counter), feature_archived. The counts are those just after the item.
//
// A loop, since events have sizes: one that is too large is refused, and a smaller one after it may fit.
const COUNT_USAGE = `
  CREATE FUNCTION count_usage(items json, clock_offset_ms double precision, may_wait boolean)
  RETURNS TABLE (item integer, outcome text, created_at timestamptz, used bigint, credited bigint, credits bigint, reserved bigint,
                 is_running boolean, granted bigint, is_soft boolean, kind text, resets_at timestamptz)
  LANGUAGE plpgsql AS $$
  #variable_conflict use_column
  DECLARE
    moment constant timestamptz := date_trunc('milliseconds', now()) + clock_offset_ms * interval '1 millisecond';
    businesses uuid[];
    wanted text[];
    each record;
    lane_business uuid;                   -- the counter of the items before this one, and what they leave in it
    lane_feature text;
    used_now bigint;
    credited_now bigint;
    credits_now bigint;
    reserved_now bigint;
    allowance_left bigint;
    from_credits bigint;
    verdict text;
    n integer := 0;                       -- counters that change; the arrays have an entry for each
    counter_businesses uuid[] := '{}';
    counter_features text[] := '{}';
    counter_used bigint[] := '{}';
    counter_credited bigint[] := '{}';
    counter_reserved bigint[] := '{}';
    counter_more bigint[] := '{}';        -- units that count as used now, and those of them that credits pay
    counter_spent bigint[] := '{}';
    counter_granted bigint[] := '{}';
    counter_days date[] := '{}';
    counted_items integer[] := '{}';      -- events that count
    counted_at timestamptz[] := '{}';
    counted_subscriptions uuid[] := '{}';
    counted_ordinals integer[] := '{}';
  BEGIN
    SELECT array_agg(sent.business_id), array_agg(sent.feature) INTO businesses, wanted
    FROM (SELECT DISTINCT business_id, feature FROM json_to_recordset(items) AS sent (business_id uuid, feature text)) AS sent;
    PERFORM set_config('app.business_ids', businesses::text, true), set_config('app.scope', 'tenant', true),
            set_config('plan_cache_mode', 'force_generic_plan', true);
    IF may_wait THEN
      PERFORM set_config('lock_timeout', '2s', true);
    END IF;
    SELECT array_agg(locked.business_id), array_agg(locked.feature) INTO businesses, wanted
    FROM lock_usage_counters(businesses, wanted, moment, may_wait) AS locked;

    FOR each IN
      WITH counter AS MATERIALIZED (
        SELECT counter.business_id, counter.feature, feature.resets,
               coalesce(subscription.status IN ('trialing', 'active', 'past_due') AND coalesce(subscription.runs_until, subscription.period_end) > moment
                 AND (counter.subscription_id IS NULL OR (counter.subscription_id, counter.period_ordinal) = (subscription.id, subscription.period_ordinal)),
                 false) AS is_running,
               (granted.terms ->> 'limit')::bigint AS granted, coalesce(granted.terms ->> 'mode' = 'soft', false) AS is_soft,
               counter.used, counter.credited, counter.reserved,
               CASE WHEN feature.kind = 'metered' THEN (
                 SELECT coalesce(sum(credits.granted - spent), 0)::bigint FROM credits
                 WHERE business_id = counter.business_id AND feature = counter.feature AND voided_at IS NULL
                   AND (expires_at IS NULL OR expires_at > moment)) ELSE 0 END AS credits,
               CASE feature.resets WHEN 'period' THEN subscription.period_end
                 WHEN 'day' THEN (${dayOf('moment')} + 1)::timestamp AT TIME ZONE 'UTC' END AS resets_at,
               greatest(moment, subscription.period_start) AS arrival,
               counter.subscription_id, counter.period_ordinal
        FROM unnest(businesses, wanted) AS held (business_id, feature)
        JOIN usage_counters AS counter ON counter.business_id = held.business_id AND counter.feature = held.feature
        JOIN features AS feature ON feature.id = counter.feature
        LEFT JOIN subscriptions AS subscription
          ON subscription.business_id = counter.business_id AND subscription.is_current
        LEFT JOIN plans AS plan ON plan.id = subscription.plan_id
        LEFT JOIN business_grants AS own
          ON own.business_id = counter.business_id AND own.id = counter.feature AND (own.expires_at IS NULL OR own.expires_at > moment)
        CROSS JOIN LATERAL (SELECT coalesce(own.terms, plan.grants -> counter.feature, '{"limit": 0}') AS terms) AS granted
      )
      SELECT sent.item, sent.business_id, sent.feature, sent.amount, sent.way, sent.reserved AS held, sent.fingerprint,
             feature.kind, feature.archived_at IS NOT NULL AS is_archived, counter.feature IS NOT NULL AS is_locked,
             counter.resets, counter.is_running, counter.granted, counter.is_soft, counter.used, counter.credited,
             counter.reserved, counter.credits, counter.resets_at, counter.arrival, counter.subscription_id, counter.period_ordinal,
             earlier.fingerprint AS known, earlier.created_at AS known_at
      FROM (
        SELECT *, ${FINGERPRINT} AS fingerprint
        FROM json_to_recordset(items) AS sent (item integer, business_id uuid, feature text, event_id text, amount bigint,
          at timestamptz, properties jsonb, way text, reserved bigint)) AS sent
      LEFT JOIN features AS feature ON feature.id = sent.feature
      LEFT JOIN counter ON counter.business_id = sent.business_id AND counter.feature = sent.feature
      LEFT JOIN LATERAL (SELECT fingerprint, created_at FROM usage_event_keys AS key
        WHERE key.business_id = sent.business_id AND key.feature = sent.feature AND key.event_id = sent.event_id LIMIT 1) AS earlier ON true
      ORDER BY sent.business_id, sent.feature, sent.item
    LOOP
      IF (each.business_id, each.feature) IS DISTINCT FROM (lane_business, lane_feature) THEN
        lane_business := each.business_id;
        lane_feature := each.feature;
        used_now := each.used;
        credited_now := each.credited;
        credits_now := each.credits;
        reserved_now := each.reserved;
      END IF;
      IF each.way = 'commit' THEN
        reserved_now := reserved_now - each.held;
      END IF;
      allowance_left := greatest(each.granted - (used_now - credited_now), 0);
      verdict := CASE
        WHEN each.kind IS NULL THEN 'unknown_feature'
        WHEN each.kind NOT IN ('metered', 'allocated') THEN 'feature_kind'
        WHEN each.is_archived AND each.known IS NULL THEN 'feature_archived'
        WHEN NOT each.is_locked THEN 'held'
        WHEN each.way <> 'commit' AND each.known = each.fingerprint THEN 'exists'
        WHEN each.way <> 'commit' AND each.known IS NOT NULL THEN 'conflict'
        WHEN NOT each.is_running THEN 'not_running'
        WHEN each.way = 'commit' THEN 'counted'
        WHEN used_now + reserved_now + each.amount > ${LARGEST} THEN 'refused'
        WHEN each.granted IS NULL OR each.is_soft OR each.amount <= allowance_left + credits_now - reserved_now THEN 'counted'
        ELSE 'refused' END;
      IF verdict = 'held' THEN CONTINUE; END IF;
      IF verdict = 'counted' THEN
        IF n = 0 OR (counter_businesses[n], counter_features[n]) <> (each.business_id, each.feature) THEN
          n := n + 1;
          counter_businesses[n] := each.business_id;
          counter_features[n] := each.feature;
          counter_more[n] := 0;
          counter_spent[n] := 0;
          counter_granted[n] := each.granted;
          counter_days[n] := ${dayOf('each.arrival')};
        END IF;
        IF each.way = 'reserve' THEN
          reserved_now := reserved_now + each.amount;
        ELSE
          -- First the allowance, then credits, then what a soft limit lets pass; without a limit nothing is spent.
          from_credits := CASE WHEN each.granted IS NULL THEN 0 ELSE least(credits_now, greatest(each.amount - allowance_left, 0)) END;
          used_now := used_now + each.amount;
          credited_now := credited_now + from_credits;
          credits_now := credits_now - from_credits;
          counter_more[n] := counter_more[n] + each.amount;
          counter_spent[n] := counter_spent[n] + from_credits;
        END IF;
        counter_used[n] := used_now;
        counter_credited[n] := credited_now;
        counter_reserved[n] := reserved_now;
        counted_items := counted_items || each.item;
        counted_at := counted_at || each.arrival;
        counted_subscriptions := counted_subscriptions || each.subscription_id;
        counted_ordinals := counted_ordinals || each.period_ordinal;
      END IF;
      item := each.item;
      outcome := verdict;
      created_at := coalesce(each.known_at, each.arrival);
      used := used_now;
      credited := credited_now;
      credits := credits_now;
      reserved := reserved_now;
      is_running := each.is_running;
      granted := each.granted;
      is_soft := each.is_soft;
      kind := each.kind;
      resets_at := each.resets_at;
      RETURN NEXT;
    END LOOP;
    IF n = 0 THEN RETURN; END IF;

    WITH counted AS MATERIALIZED (
      SELECT sent.*, done.at AS created_at, done.subscription_id, done.period_ordinal
      FROM unnest(counted_items, counted_at, counted_subscriptions, counted_ordinals) AS done (item, at, subscription_id, period_ordinal)
      JOIN (SELECT *, ${FINGERPRINT} AS fingerprint
            FROM json_to_recordset(items) AS sent (item integer, business_id uuid, feature text, event_id text, amount bigint,
              at timestamptz, properties jsonb, way text, reservation_id uuid, expires_at timestamptz)) AS sent ON sent.item = done.item
    ), keyed AS (
      INSERT INTO usage_event_keys (business_id, feature, event_id, fingerprint, units, created_at)
      SELECT business_id, feature, event_id, fingerprint, CASE WHEN way = 'consume' THEN amount END, created_at
      FROM counted WHERE way <> 'commit'
    ), committed AS (
      UPDATE usage_event_keys AS key SET units = counted.amount
      FROM counted
      WHERE counted.way = 'commit' AND key.business_id = counted.business_id AND key.feature = counted.feature AND key.event_id = counted.event_id
    ), held AS (
      INSERT INTO usage_reservations (business_id, id, feature, event_id, units, status, created_at, expires_at)
      SELECT business_id, reservation_id, feature, event_id, amount, 'open', created_at, expires_at FROM counted WHERE way = 'reserve'
    ), stored AS (
      INSERT INTO usage_events (business_id, feature, event_id, units, at, properties, subscription_id, period_ordinal, created_at)
      SELECT business_id, feature, event_id, amount, at, properties, subscription_id, period_ordinal, created_at
      FROM counted WHERE way <> 'reserve' AND amount > 0
    )
    SELECT count(*) INTO n FROM counted;

    UPDATE usage_counters AS counter
    SET used = changed.used, credited = changed.credited, reserved = changed.reserved, ${countedOn('changed.day', 'changed.more')},
        alert_level = CASE WHEN feature.kind = 'metered' THEN ${alertLevel('changed.used - changed.credited', 'changed.granted', 'counter.alert_percentages')} ELSE 0 END
    FROM unnest(counter_businesses, counter_features, counter_used, counter_credited, counter_reserved, counter_more, counter_granted, counter_days)
      AS changed (business_id, feature, used, credited, reserved, more, granted, day)
    JOIN features AS feature ON feature.id = changed.feature
    WHERE counter.business_id = changed.business_id AND counter.feature = changed.feature;

    ${spendCredits('unnest(counter_businesses, counter_features, counter_spent) AS owed (business_id, feature, units)')};
  END $$`;

// Gives back what an event of an allocated feature took, once. Out: counted, exists (given back before), unknown_event,
// reserved (it is open), unknown_feature, feature_kind.
const RELEASE_USAGE = `
  CREATE FUNCTION release_usage(business uuid, wanted text, event text, clock_offset_ms double precision)
  RETURNS TABLE (outcome text, amount bigint, released_at timestamptz) LANGUAGE plpgsql AS $$
  #variable_conflict use_column
  DECLARE
    moment constant timestamptz := date_trunc('milliseconds', now()) + clock_offset_ms * interval '1 millisecond';
    taken record;
  BEGIN
    PERFORM set_config('app.business_ids', ARRAY[business]::text, true), set_config('app.scope', 'tenant', true),
            set_config('lock_timeout', '2s', true);
    SELECT coalesce(min(CASE features.kind WHEN 'allocated' THEN NULL ELSE 'feature_kind' END),
                    CASE WHEN count(*) = 0 THEN 'unknown_feature' END)
      INTO outcome FROM features WHERE id = wanted;
    IF outcome IS NULL THEN
      PERFORM FROM usage_counters WHERE business_id = business AND feature = wanted FOR UPDATE;
      SELECT key.units, key.released_at INTO taken FROM usage_event_keys AS key
        WHERE business_id = business AND feature = wanted AND event_id = event;
      outcome := CASE WHEN NOT FOUND THEN 'unknown_event' WHEN taken.units IS NULL THEN 'reserved'
        WHEN taken.released_at IS NOT NULL THEN 'exists' ELSE 'counted' END;
      amount := taken.units;
      released_at := taken.released_at;
    END IF;
    IF outcome = 'counted' THEN
      released_at := moment;
      UPDATE usage_event_keys AS key SET released_at = moment
        WHERE business_id = business AND feature = wanted AND event_id = event;
      UPDATE usage_counters SET used = used - taken.units WHERE business_id = business AND feature = wanted;
    END IF;
    RETURN NEXT;
  END $$`;

import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  COUNT_EVENT as LONGER_COUNT_EVENT,
  EXPLAIN_UNCOUNTED as EXPLAIN_BY_TERMS,
} from './1763690000135-consume-in-short-statements';
import { countedOn, dayOf, spendCredits } from './generators/counting-v1';
import { orReplace } from './table-rules';

/**
 * `tenantry.consume` does less for an event that counts: it reads only what decides, and writes of the counter only what
 * changes. The reasons why an event does not count are read when they are asked for. By the clock: docs/performance.md.
 */
export class ShorterConsume1763690000144 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE usage_event_keys DROP CONSTRAINT fk_usage_event_keys_business');
    await replaceTriggers(runner, [KEEP_DAY, RAISE_ALERTS]);
    await runner.query(`DROP FUNCTION ${BY_TERMS}`);
    await runner.query(EXPLAIN_UNCOUNTED);
    await runner.query(`REVOKE ALL ON FUNCTION ${BY_MOMENT} FROM PUBLIC`);
    await runner.query(COUNT_EVENT);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(orReplace(LONGER_COUNT_EVENT));
    await runner.query(`DROP FUNCTION ${BY_MOMENT}`);
    await runner.query(EXPLAIN_BY_TERMS);
    await runner.query(`REVOKE ALL ON FUNCTION ${BY_TERMS} FROM PUBLIC`);
    await replaceTriggers(runner, [KEEP_DAY, RAISE_ALERTS].map(ofAnyColumn));
    await runner.query(EVENT_OF_BUSINESS);
  }
}

const BY_TERMS = 'explain_uncounted(uuid, text, bigint, text, usage_counters, jsonb)';
const BY_MOMENT =
  'explain_uncounted(uuid, text, bigint, text, usage_counters, timestamptz, boolean)';

/** The largest sum that JSON keeps exactly. */
const LARGEST = '9007199254740991';

// Its check locked the business after the counter, and a transaction that holds the business takes the counter last. An
// event counts only beside a current subscription, whose business PostgreSQL has checked; usage_events has no such key.
const EVENT_OF_BUSINESS = `
  ALTER TABLE usage_event_keys ADD CONSTRAINT fk_usage_event_keys_business FOREIGN KEY (business_id) REFERENCES businesses (id)`;

// A condition is read from the catalogue for each statement, unless the statement sets none of the columns.
const KEEP_DAY = `
  CREATE TRIGGER keep_usage_day AFTER UPDATE OF today ON usage_counters
  FOR EACH ROW WHEN (NEW.today <> OLD.today AND OLD.used_today > 0) EXECUTE FUNCTION keep_usage_day()`;

const RAISE_ALERTS = `
  CREATE TRIGGER raise_usage_alerts AFTER UPDATE OF alert_level ON usage_counters
  FOR EACH ROW WHEN (NEW.alert_level > OLD.alert_level) EXECUTE FUNCTION raise_usage_alerts()`;

async function replaceTriggers(runner: QueryRunner, triggers: string[]): Promise<void> {
  for (const name of ['keep_usage_day', 'raise_usage_alerts'])
    await runner.query(`DROP TRIGGER ${name} ON usage_counters`);
  for (const text of triggers) await runner.query(text);
}

function ofAnyColumn(trigger: string): string {
  return trigger.replace(/ OF \w+/, '');
}

// The answer for an event that counted before; else the reason why it does not count is raised. is_open: the feature is
// not archived, and the subscription runs in the period of the counter.
const EXPLAIN_UNCOUNTED = `
  CREATE FUNCTION explain_uncounted(business uuid, wanted text, units bigint, event text, counter usage_counters, moment timestamptz, is_open boolean)
  RETURNS jsonb LANGUAGE plpgsql AS $$
  DECLARE
    feature features;
    subscription subscriptions;
    earlier usage_event_keys;
    granted bigint := (coalesce(granted_terms(business, wanted, moment), '{"limit": 0}') ->> 'limit')::bigint;
    credits_left bigint := 0;
    usage jsonb;
  BEGIN
    SELECT * INTO feature FROM features WHERE id = wanted;
    SELECT * INTO subscription FROM subscriptions WHERE business_id = business AND is_current;
    SELECT * INTO earlier FROM usage_event_keys AS key WHERE business_id = business AND key.feature = wanted AND event_id = event;
    IF feature.resets = 'day' AND counter.day IS DISTINCT FROM ${dayOf('moment')} THEN
      counter := wait_for_counter(business, wanted, moment);
    END IF;
    IF feature.kind = 'metered' THEN
      SELECT coalesce(sum(credits.granted - spent), 0)::bigint INTO credits_left FROM credits
      WHERE business_id = business AND credits.feature = wanted AND voided_at IS NULL AND (expires_at IS NULL OR expires_at > moment);
    END IF;
    usage := usage_answer(counter.used, counter.credited, credits_left, counter.reserved, granted, CASE feature.resets
      WHEN 'period' THEN subscription.period_end WHEN 'day' THEN (${dayOf('moment')} + 1)::timestamp AT TIME ZONE 'UTC' END);
    CASE
      WHEN NOT EXISTS (SELECT FROM businesses WHERE id = business) THEN PERFORM raise_refusal('TQ404', 'business_not_found', '{}');
      WHEN feature.kind IS NULL THEN PERFORM raise_refusal('TQ404', 'feature_not_found', jsonb_build_object('feature', wanted));
      WHEN feature.kind NOT IN ('metered', 'allocated') THEN PERFORM raise_refusal('TQ422', 'feature_kind', jsonb_build_object('feature', wanted));
      WHEN earlier.fingerprint = hashtextextended(units::text, 0) THEN
        RETURN jsonb_build_object('eventId', event, 'feature', wanted, 'amount', units, 'createdAt', utc_text(earlier.created_at),
                                  'replayed', true, 'usage', usage);
      WHEN earlier.event_id IS NOT NULL THEN
        PERFORM raise_refusal('TQ409', 'event_id_conflict', jsonb_build_object('feature', wanted, 'eventId', event));
      WHEN feature.archived_at IS NOT NULL THEN PERFORM raise_refusal('TQ422', 'feature_archived', jsonb_build_object('feature', wanted));
      WHEN is_open THEN
        PERFORM raise_refusal('TQ402', 'quota_exceeded', (usage - 'credits' - 'overLimit') || jsonb_build_object('feature', wanted,
          'explanation', format('%s of %s %s are used.', counter.used, granted, wanted)));
      WHEN subscription.status IN ('trialing', 'active', 'past_due') THEN
        PERFORM raise_refusal('TQ503', 'subscription_behind', '{"explanation": "The period has ended and is renewed within a minute. Repeat the transaction."}');
      ELSE PERFORM raise_refusal('TQ403', 'subscription_inactive', '{}');
    END CASE;
  END $$`;

// SKIP LOCKED: a counter that is free needs no handler for a wait that ends. Everything that decides is read after the
// lock, by a snapshot of its own. An event that was counted before is only found out when its key is already there, or
// when it would be refused. One statement of all of it takes longer: parts of a WITH are kept and read again.
const COUNT_EVENT = `
  CREATE OR REPLACE FUNCTION count_event(business uuid, wanted text, units bigint, event text) RETURNS jsonb LANGUAGE plpgsql AS $$
  DECLARE
    moment constant timestamptz := date_trunc('milliseconds', now());
    held usage_counters;
    terms record;
    is_open boolean;
    is_counted boolean := false;
    granted bigint;
    allowance_left bigint;
    credits_left bigint := 0;
    from_credits bigint := 0;
    level smallint := 0;
    percentage smallint;
  BEGIN
    SELECT * INTO held FROM usage_counters WHERE business_id = business AND feature = wanted FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN held := wait_for_counter(business, wanted, moment); END IF;
    SELECT feature.resets, coalesce(own.terms, plan.grants -> wanted, '{"limit": 0}') AS granted, subscription.period_end AS resets_at,
           greatest(moment, subscription.period_start) AS arrival,
           feature.kind = 'metered' AND EXISTS (SELECT FROM credits WHERE credits.business_id = business AND credits.feature = wanted
             AND voided_at IS NULL AND (expires_at IS NULL OR expires_at > moment)) AS has_credits
      INTO terms
    FROM features AS feature
    JOIN subscriptions AS subscription ON subscription.business_id = business AND subscription.is_current
    JOIN plans AS plan ON plan.id = subscription.plan_id
    LEFT JOIN business_grants AS own
      ON own.business_id = business AND own.id = wanted AND (own.expires_at IS NULL OR own.expires_at > moment)
    WHERE feature.id = wanted AND feature.archived_at IS NULL AND subscription.status IN ('trialing', 'active', 'past_due')
      AND coalesce(subscription.runs_until, subscription.period_end) > moment
      AND (held.subscription_id IS NULL OR (held.subscription_id = subscription.id AND held.period_ordinal = subscription.period_ordinal));
    is_open := FOUND;
    IF terms.resets = 'day' AND held.day IS DISTINCT FROM ${dayOf('moment')} THEN
      held := wait_for_counter(business, wanted, moment);
    END IF;
    IF terms.has_credits THEN
      SELECT coalesce(sum(credits.granted - spent), 0)::bigint INTO credits_left FROM credits
      WHERE business_id = business AND feature = wanted AND voided_at IS NULL AND (expires_at IS NULL OR expires_at > moment);
    END IF;
    granted := (terms.granted ->> 'limit')::bigint;
    allowance_left := greatest(granted - (held.used - held.credited), 0);
    IF is_open AND held.feature IS NOT NULL AND held.used + held.reserved + units <= ${LARGEST}
       AND (granted IS NULL OR units <= allowance_left + credits_left - held.reserved OR terms.granted ->> 'mode' = 'soft') THEN
      INSERT INTO usage_event_keys (business_id, feature, event_id, fingerprint, units, created_at)
      VALUES (business, wanted, event, hashtextextended(units::text, 0), units, terms.arrival) ON CONFLICT DO NOTHING;
      is_counted := FOUND;
    END IF;
    IF NOT is_counted THEN
      RETURN explain_uncounted(business, wanted, units, event, held, moment, is_open);
    END IF;
    INSERT INTO usage_events (business_id, feature, event_id, units, subscription_id, period_ordinal, created_at)
    VALUES (business, wanted, event, units, held.subscription_id, held.period_ordinal, terms.arrival);
    -- First the allowance, then credits, then what a soft limit lets pass; without a limit nothing is spent.
    IF granted IS NOT NULL AND credits_left > 0 AND units > allowance_left THEN
      from_credits := least(credits_left, units - allowance_left);
      ${spendCredits('(SELECT business AS business_id, wanted AS feature, from_credits AS units) AS owed')};
    END IF;
    held.used := held.used + units;
    held.credited := held.credited + from_credits;
    IF granted > 0 AND terms.resets IS NOT NULL THEN
      FOREACH percentage IN ARRAY coalesce(held.alert_percentages, '{80,100}') LOOP
        IF (held.used - held.credited) * 100 >= granted * percentage THEN level := greatest(level, percentage); END IF;
      END LOOP;
    END IF;
    IF held.today = ${dayOf('terms.arrival')} AND held.alert_level = level THEN
      UPDATE usage_counters SET used = held.used, credited = held.credited, used_today = used_today + units
      WHERE business_id = business AND feature = wanted;
    ELSE
      UPDATE usage_counters AS counter
      SET used = held.used, credited = held.credited, ${countedOn(dayOf('terms.arrival'), 'units')}, alert_level = level
      WHERE business_id = business AND feature = wanted;
    END IF;
    RETURN jsonb_build_object('eventId', event, 'feature', wanted, 'amount', units, 'createdAt', utc_text(terms.arrival), 'replayed', false,
      'usage', usage_answer(held.used, held.credited, credits_left - from_credits, held.reserved, granted, CASE terms.resets
        WHEN 'period' THEN terms.resets_at WHEN 'day' THEN (${dayOf('moment')} + 1)::timestamp AT TIME ZONE 'UTC' END));
  END $$`;

import type { MigrationInterface, QueryRunner } from 'typeorm';
import { FUNCTIONS } from './1763690000112-usage-by-sql';
import { orReplace } from './table-rules';

/** `tenantry.check` gives the reasons of `POST /v1/entitlements/check`, and refuses amounts that `consume` refuses. */
export class CheckSaysWhy1763690000127 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CHECK);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(orReplace(FUNCTIONS.check));
  }
}

// Advice: it locks nothing. Flags and values stand as granted, whatever the state of the subscription.
const CHECK = `
  CREATE OR REPLACE FUNCTION "check"(business uuid, feature text, amount bigint DEFAULT 1) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, tenantry, pg_temp AS $$
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
    IF coalesce(amount, 1) NOT BETWEEN 1 AND 1000000000 THEN
      PERFORM raise_refusal('TQ422', 'validation_failed', '{"pointer": "/amount", "explanation": "an amount is an integer from 1 to 1000000000"}');
    END IF;
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
      WHEN asked.archived_at IS NOT NULL THEN 'feature_archived'
      WHEN asked.kind = 'flag' THEN CASE WHEN NOT coalesce((terms ->> 'enabled')::boolean, false) THEN 'not_enabled' END
      WHEN asked.kind = 'config' THEN CASE WHEN terms IS NULL THEN 'no_value' END
      WHEN NOT EXISTS (SELECT FROM subscriptions AS subscription WHERE subscription.business_id = business AND is_current
                       AND status IN ('trialing', 'active', 'past_due')) THEN 'subscription_inactive'
      WHEN terms ->> 'mode' IS DISTINCT FROM 'soft' AND (answer ->> 'remaining')::bigint < coalesce(amount, 1)
        THEN CASE asked.kind WHEN 'metered' THEN 'quota_exceeded' ELSE 'limit_reached' END END;
    PERFORM restore_usage_settings(saved);
    RETURN jsonb_build_object('allowed', reason IS NULL, 'reason', reason, 'usage', answer);
  END $$`;

import type { MigrationInterface, QueryRunner } from 'typeorm';
import { START_COUNTERS as FIRST_START_COUNTERS } from './1763690000101-counters-of-any-feature';
import { orReplace } from './table-rules';

/**
 * A counter that another transaction has made and not committed holds up its own business and feature only. Before, a
 * flush for many tenants waited for that transaction, however long it stayed open.
 */
export class FirstCountersWithoutAWait1763690000125 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(START_COUNTERS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(orReplace(FIRST_START_COUNTERS));
  }
}

// A counter and the lock on making it are one transaction's: ON CONFLICT DO NOTHING waits for the end of a transaction
// that has inserted the same row. So the advisory lock comes before the insert. Where may_wait is false, a counter that
// is being made elsewhere is left out, like one that is locked.
const START_COUNTERS = `
  CREATE OR REPLACE FUNCTION start_counters(tenants uuid[], wanted text, may_wait boolean) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    reset text := (SELECT resets FROM features WHERE id = wanted);
    held uuid[];
  BEGIN
    SELECT array_agg(tenant ORDER BY tenant) INTO held FROM unnest(tenants) AS tenant
    WHERE NOT EXISTS (SELECT FROM usage_counters WHERE business_id = tenant AND feature = wanted);
    IF reset = 'period' THEN
      IF may_wait THEN
        SELECT array_agg(business_id) INTO held FROM (
          SELECT business_id FROM subscriptions WHERE business_id = ANY (held) AND is_current
          ORDER BY business_id FOR SHARE) AS subscription;
      ELSE
        SELECT array_agg(business_id) INTO held FROM (
          SELECT business_id FROM subscriptions WHERE business_id = ANY (held) AND is_current
          ORDER BY business_id FOR SHARE SKIP LOCKED) AS subscription;
      END IF;
    END IF;
    IF may_wait THEN
      PERFORM pg_advisory_xact_lock(hashtextextended(wanted || tenant, 0)) FROM unnest(held) AS tenant;
    ELSE
      SELECT array_agg(tenant) INTO held FROM unnest(held) AS tenant
      WHERE pg_try_advisory_xact_lock(hashtextextended(wanted || tenant, 0));
    END IF;
    IF reset = 'period' THEN
      INSERT INTO usage_counters (business_id, feature, subscription_id, period_ordinal, used, carried_over)
      SELECT business_id, wanted, id, period_ordinal, 0, 0
      FROM subscriptions WHERE business_id = ANY (held) AND is_current ORDER BY business_id
      ON CONFLICT DO NOTHING;
    ELSE
      INSERT INTO usage_counters (business_id, feature, used, carried_over)
      SELECT tenant, wanted, 0, 0 FROM unnest(held) AS tenant ORDER BY tenant
      ON CONFLICT DO NOTHING;
    END IF;
  END $$`;

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What of each credit counts in the running period, so that the sources of a period's usage add up to it. */
export class SpentInAPeriod1763690000040 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const part of PARTS) await runner.query(`ALTER TABLE credits ADD ${part}`);
    await runner.query(`SELECT set_config('app.scope', 'platform', true)`);
    await runner.query(SPREAD);
    await runner.query(`SELECT set_config('app.scope', '', true)`);
    await runner.query(COUNT_SPENDING);
    await runner.query(`
      CREATE TRIGGER count_spending_credits BEFORE UPDATE OF spent ON credits
      FOR EACH ROW EXECUTE FUNCTION count_credit_spending()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER count_spending_credits ON credits');
    await runner.query('DROP FUNCTION count_credit_spending');
    await runner.query('ALTER TABLE credits DROP COLUMN counted_ordinal');
    await runner.query('ALTER TABLE credits DROP COLUMN counted_subscription_id');
    await runner.query('ALTER TABLE credits DROP COLUMN counted');
  }
}

// counted: the part of spent that counts in the period that the other two name, which may be over.
const PARTS = [
  'COLUMN counted bigint NOT NULL DEFAULT 0',
  'COLUMN counted_subscription_id uuid',
  'COLUMN counted_ordinal integer',
  'CONSTRAINT ck_credits_counted CHECK (counted BETWEEN 0 AND spent)',
];

// Until now only the sum was kept. Credits are spent in one order, so that what was spent last is the last of it.
const SPREAD = `
  UPDATE credits AS credit
  SET counted = least(spent_last.spent, spent_last.owed - spent_last.later), counted_subscription_id = spent_last.subscription_id,
      counted_ordinal = spent_last.period_ordinal
  FROM (
    SELECT credits.business_id, credits.id, credits.spent, counter.credited AS owed, counter.subscription_id, counter.period_ordinal,
           sum(credits.spent) OVER (PARTITION BY credits.business_id ORDER BY credits.expires_at DESC NULLS FIRST, credits.id DESC)
             - credits.spent AS later
    FROM credits JOIN usage_counters AS counter ON counter.business_id = credits.business_id AND counter.feature = credits.feature
    WHERE counter.credited > 0 AND credits.spent > 0
  ) AS spent_last
  WHERE credit.business_id = spent_last.business_id AND credit.id = spent_last.id AND spent_last.later < spent_last.owed`;

// Whoever spends holds the business's counter, so the period that it names is the one that the units count in.
const COUNT_SPENDING = `
  CREATE FUNCTION count_credit_spending() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    counter record;
  BEGIN
    SELECT subscription_id, period_ordinal INTO STRICT counter
    FROM usage_counters WHERE business_id = NEW.business_id AND feature = NEW.feature;
    NEW.counted := NEW.spent - OLD.spent + CASE
      WHEN OLD.counted_subscription_id = counter.subscription_id AND OLD.counted_ordinal = counter.period_ordinal
      THEN OLD.counted ELSE 0 END;
    NEW.counted_subscription_id := counter.subscription_id;
    NEW.counted_ordinal := counter.period_ordinal;
    RETURN NEW;
  END $$`;

import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Any feature has counters and credits. A counter belongs to a period, to a day, or to neither; the usage of a closed
 * period names each metered feature that was used in it.
 */
export class CountersOfAnyFeature1763690000101 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE usage_counters DROP CONSTRAINT ck_usage_counters_feature');
    await runner.query('ALTER TABLE usage_counters ALTER COLUMN subscription_id DROP NOT NULL');
    await runner.query('ALTER TABLE usage_counters ALTER COLUMN period_ordinal DROP NOT NULL');
    await runner.query('ALTER TABLE usage_counters ADD COLUMN day date'); // in UTC
    await runner.query(`
      ALTER TABLE usage_counters ADD CONSTRAINT ck_usage_counters_window
      CHECK ((subscription_id IS NULL) = (period_ordinal IS NULL) AND (subscription_id IS NULL OR day IS NULL))`);
    await runner.query('ALTER TABLE credits DROP CONSTRAINT ck_credits_feature');
    await runner.query('ALTER TABLE credits ADD COLUMN counted_day date');
    await runner.query(countCreditSpending(WITH_DAYS));
    await runner.query(START_COUNTERS);
    await toUsage(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await toUsedColumn(runner);
    await runner.query('DROP FUNCTION start_counters');
    await runner.query(countCreditSpending(BY_PERIOD));
    await runner.query('ALTER TABLE credits DROP COLUMN counted_day');
    await restoreFeatureCheck(runner, 'credits');
    await runner.query('ALTER TABLE usage_counters DROP CONSTRAINT ck_usage_counters_window');
    await runner.query('ALTER TABLE usage_counters DROP COLUMN day');
    await runner.query('ALTER TABLE usage_counters ALTER COLUMN period_ordinal SET NOT NULL');
    await runner.query('ALTER TABLE usage_counters ALTER COLUMN subscription_id SET NOT NULL');
    await restoreFeatureCheck(runner, 'usage_counters');
  }
}

const PERIODS = 'subscription_periods';

/**
 * `x_used` becomes `{"x": …}`; a period without usage `{}`. A column of another type in place of the old one takes twice
 * as long: PostgreSQL would search for periods that overlap, once for each row. CLUSTER moves rows as they are and leaves
 * room on each page for their second versions, which then need no new entries in indexes.
 */
async function toUsage(runner: QueryRunner): Promise<void> {
  const feature = await readUsedColumn(runner);
  const used = `${feature}_used`;
  await runner.query(`ALTER TABLE ${PERIODS} SET (fillfactor = 40)`);
  await runner.query(`CLUSTER ${PERIODS} USING pk_${PERIODS}`);
  await runner.query(`ALTER TABLE ${PERIODS} ADD COLUMN usage jsonb NOT NULL DEFAULT '{}'`);
  await runner.query(
    `UPDATE ${PERIODS} SET usage = jsonb_build_object('${feature}', ${used}) WHERE ${used} <> 0`,
  );
  await runner.query(`ALTER TABLE ${PERIODS} DROP COLUMN ${used}`); // with its check
  await runner.query(`ALTER TABLE ${PERIODS} ALTER COLUMN usage DROP DEFAULT`);
  await runner.query(`ALTER TABLE ${PERIODS} RESET (fillfactor)`);
  await runner.query(`ALTER TABLE ${PERIODS} SET WITHOUT CLUSTER`);
  await runner.query(`COMMENT ON COLUMN ${PERIODS}.usage IS '${feature}'`); // for the way back
  await runner.query(`
    ALTER TABLE ${PERIODS} ADD CONSTRAINT ck_${PERIODS}
    CHECK (start_time < end_time AND jsonb_typeof(usage) = 'object'
      AND NOT jsonb_path_exists(usage, '$.* ? (@.type() != "number" || @ < 0)'))`);
}

async function toUsedColumn(runner: QueryRunner): Promise<void> {
  const feature = await readUsedFeature(runner);
  await runner.query(`ALTER TABLE ${PERIODS} DROP CONSTRAINT ck_subscription_periods`);
  await runner.query(`ALTER TABLE ${PERIODS} ALTER COLUMN usage DROP NOT NULL`); // it is named after the column
  await runner.query(`ALTER TABLE ${PERIODS} RENAME COLUMN usage TO ${feature}_used`);
  await runner.query(`
    ALTER TABLE ${PERIODS} ALTER COLUMN ${feature}_used TYPE bigint
    USING coalesce((${feature}_used ->> '${feature}')::bigint, 0)`);
  await runner.query(`ALTER TABLE ${PERIODS} ALTER COLUMN ${feature}_used SET NOT NULL`);
  await runner.query(`
    ALTER TABLE ${PERIODS} ADD CONSTRAINT ck_subscription_periods
    CHECK (start_time < end_time AND ${feature}_used >= 0)`);
}

async function readUsedColumn(runner: QueryRunner): Promise<string> {
  const [row] = (await runner.query(
    `SELECT attname AS name FROM pg_attribute
     WHERE attrelid = '${PERIODS}'::regclass AND attname LIKE '%\\_used' AND NOT attisdropped`,
  )) as { name: string }[];
  return row!.name.replace(/_used$/, '');
}

async function readUsedFeature(runner: QueryRunner): Promise<string> {
  const [row] = (await runner.query(
    `SELECT col_description(attrelid, attnum) AS feature FROM pg_attribute
     WHERE attrelid = '${PERIODS}'::regclass AND attname = 'usage'`,
  )) as { feature: string }[];
  return row!.feature;
}

async function restoreFeatureCheck(runner: QueryRunner, table: string): Promise<void> {
  const feature = await readUsedColumn(runner);
  await runner.query(
    `ALTER TABLE ${table} ADD CONSTRAINT ck_${table}_feature CHECK (feature IN ('${feature}'))`,
  );
}

/** What tells one window of a counter from another: columns of the counter, and those of a credit. */
interface Window {
  selected: string;
  isSame: string;
  assigned: string;
}

const BY_PERIOD: Window = {
  selected: 'subscription_id, period_ordinal',
  isSame:
    'OLD.counted_subscription_id = counter.subscription_id AND OLD.counted_ordinal = counter.period_ordinal',
  assigned: '',
};

const WITH_DAYS: Window = {
  selected: 'subscription_id, period_ordinal, day',
  isSame: `(OLD.counted_subscription_id, OLD.counted_ordinal, OLD.counted_day)
        IS NOT DISTINCT FROM (counter.subscription_id, counter.period_ordinal, counter.day)`,
  assigned: `
    NEW.counted_day := counter.day;`,
};

// Whoever spends holds the business's counter, so the window that it names is the one that the units count in.
function countCreditSpending({ selected, isSame, assigned }: Window): string {
  return `
  CREATE OR REPLACE FUNCTION count_credit_spending() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    counter record;
  BEGIN
    SELECT ${selected} INTO STRICT counter
    FROM usage_counters WHERE business_id = NEW.business_id AND feature = NEW.feature;
    NEW.counted := NEW.spent - OLD.spent + CASE
      WHEN ${isSame}
      THEN OLD.counted ELSE 0 END;
    NEW.counted_subscription_id := counter.subscription_id;
    NEW.counted_ordinal := counter.period_ordinal;${assigned}
    RETURN NEW;
  END $$`;
}

// Counters are made when they are first needed, so that a feature without use costs nothing. Holds the subscription
// meanwhile: a renewal that had not seen the new counter would close its period without it. Subscriptions are locked
// before counters, as everywhere. Where may_wait is false, a business whose subscription is held gets none yet.
export const START_COUNTERS = `
  CREATE FUNCTION start_counters(tenants uuid[], wanted text, may_wait boolean) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    reset text := (SELECT resets FROM features WHERE id = wanted);
    held uuid[];
  BEGIN
    IF reset = 'period' THEN
      IF may_wait THEN
        SELECT array_agg(business_id) INTO held FROM (
          SELECT business_id FROM subscriptions WHERE business_id = ANY (tenants) AND is_current
          ORDER BY business_id FOR SHARE) AS subscription;
      ELSE
        SELECT array_agg(business_id) INTO held FROM (
          SELECT business_id FROM subscriptions WHERE business_id = ANY (tenants) AND is_current
          ORDER BY business_id FOR SHARE SKIP LOCKED) AS subscription;
      END IF;
      INSERT INTO usage_counters (business_id, feature, subscription_id, period_ordinal, used, carried_over)
      SELECT business_id, wanted, id, period_ordinal, 0, 0
      FROM subscriptions WHERE business_id = ANY (held) AND is_current ORDER BY business_id
      ON CONFLICT DO NOTHING;
    ELSE
      INSERT INTO usage_counters (business_id, feature, used, carried_over)
      SELECT business_id, wanted, 0, 0 FROM unnest(tenants) AS business_id ORDER BY business_id
      ON CONFLICT DO NOTHING;
    END IF;
  END $$`;

import { RequestContext } from '../../src/common/request-context';
import { limitsOf } from './subscription-fixtures';
import type { IntervalUnit } from '../../src/modules/plans/plan.entity';
import {
  RenewalService,
  type RenewalReport,
} from '../../src/modules/subscriptions/renewal/renewal.service';
import type { Subscription } from '../../src/modules/subscriptions/subscription.entity';
import type { TestApplication } from './test-application';
import type { TestDatabase } from './test-database';
import { TEST_DATE_OFFSET_MS } from './test-date';

export const ONE_DAY_MS = 86_400_000;
/** The interval of the plan that a new business is on. */
export const FREE_PERIOD_MS = 15 * ONE_DAY_MS;
export const FREE_RECORDINGS = 100;

/** For tests that let months pass: sessions outlive them. */
const TEN_YEARS_DAYS = 3650;
export const LONG_SESSIONS = {
  sessionIdleHours: 24 * TEN_YEARS_DAYS,
  sessionAbsoluteDays: TEN_YEARS_DAYS,
  stepUpMinutes: 24 * 60 * TEN_YEARS_DAYS,
};

export const NOTHING_RENEWED: RenewalReport = {
  renewed: 0,
  moved: 0,
  expired: 0,
  canceled: 0,
  behind: 0,
};

/** Leaves a database as it was before the first sign-up, for tests that count over all businesses. */
export async function forgetBusinesses(database: TestDatabase): Promise<void> {
  await database.query('TRUNCATE businesses, users CASCADE');
}

/** Back to the time at which the test began, but for what has passed since. */
export function resetClock({ clock }: Pick<TestApplication, 'clock'>): void {
  clock.moveBy(TEST_DATE_OFFSET_MS - clock.at(new Date(0)).getTime());
}

/** One run over all that is due, as the cron and the command do it. */
export function renewAll(server: Pick<TestApplication, 'app'>): Promise<RenewalReport> {
  return server.app.get(RenewalService).renewAll(RequestContext.job('subscription.renew'));
}

type Fields = Pick<
  Subscription,
  | 'id'
  | 'businessId'
  | 'planId'
  | 'planVersion'
  | 'scheduledPlanId'
  | 'status'
  | 'anchor'
  | 'cycle'
  | 'periodOrdinal'
  | 'periodStart'
  | 'periodEnd'
  | 'endedAt'
  | 'canceledAt'
>;

export async function readSubscription(
  database: TestDatabase,
  businessId: string,
): Promise<Fields> {
  const [subscription] = await database.query<Fields>(
    `SELECT id, business_id AS "businessId", plan_id AS "planId", plan_version AS "planVersion",
            scheduled_plan_id AS "scheduledPlanId", status, anchor, cycle, period_ordinal AS "periodOrdinal",
            period_start AS "periodStart", period_end AS "periodEnd", ended_at AS "endedAt", canceled_at AS "canceledAt"
     FROM subscriptions WHERE business_id = $1 AND is_current`,
    [businessId],
  );
  return subscription!;
}

export interface KeptPeriod {
  ordinal: number;
  start: Date;
  end: Date;
  used: number;
}

/** The closed periods of a business, oldest first. */
export function readClosedPeriods(
  database: TestDatabase,
  businessId: string,
): Promise<KeptPeriod[]> {
  return database.query<KeptPeriod>(
    `SELECT ordinal, start_time AS start, end_time AS end, coalesce((usage ->> 'recordings')::integer, 0) AS used
     FROM subscription_periods WHERE business_id = $1 ORDER BY start_time`,
    [businessId],
  );
}

/** Counter of the running period, and the rows that say they count in it. */
export async function readCount(
  database: TestDatabase,
  businessId: string,
): Promise<{ counter: number; rows: number }> {
  const [count] = await database.query<{ counter: number; rows: number }>(
    `SELECT coalesce(counter.used, 0)::integer AS counter,
            (SELECT count(*)::integer FROM recordings
             WHERE business_id = $1 AND subscription_id = running.id AND period_ordinal = running.period_ordinal) AS rows
     FROM subscriptions AS running
     LEFT JOIN usage_counters AS counter ON counter.business_id = $1 AND counter.feature = 'recordings'
     WHERE running.business_id = $1 AND running.is_current`,
    [businessId],
  );
  return count!;
}

/** The counter of recordings, as the first recording of a business makes it. */
export async function startCounter(database: TestDatabase, businessId: string): Promise<void> {
  await database.query(`SELECT start_counters(ARRAY[$1::uuid], 'recordings', true)`, [businessId]);
}

export interface RecordingsOfPeriod {
  ordinal: number;
  /** What the period, or for the running one the counter, says. */
  counted: number;
  rows: number;
  /** Rows that were not made within the period. */
  outside: number;
}

/** All periods of a business with what counts in them, oldest first. */
export function readRecordingsByPeriod(
  database: TestDatabase,
  businessId: string,
): Promise<RecordingsOfPeriod[]> {
  return database.query<RecordingsOfPeriod>(
    `WITH period AS (
       SELECT subscription_id, ordinal, start_time, end_time, coalesce((usage ->> 'recordings')::bigint, 0) AS counted
       FROM subscription_periods WHERE business_id = $1
       UNION ALL
       SELECT id, subscription.period_ordinal, period_start, period_end, coalesce(used, 0)
       FROM subscriptions AS subscription
       LEFT JOIN usage_counters AS counter ON counter.business_id = $1 AND feature = 'recordings'
       WHERE subscription.business_id = $1 AND is_current AND ended_at IS NULL
     )
     SELECT ordinal, counted::integer, count(recording.id)::integer AS rows,
            count(recording.id) FILTER (WHERE created_at < start_time OR created_at >= end_time)::integer AS outside
     FROM period FULL JOIN (SELECT * FROM recordings WHERE business_id = $1) AS recording
       ON recording.subscription_id = period.subscription_id AND recording.period_ordinal = ordinal
     GROUP BY ordinal, counted ORDER BY ordinal`,
    [businessId],
  );
}

export interface SubscriptionChanges {
  status?: Subscription['status'];
  autoRenew?: boolean;
  cancelAtPeriodEnd?: boolean;
  planSlug?: string;
  scheduledPlanSlug?: string;
}

/** Sets what routes will set one day (pause, cancel, change of plan). */
export async function changeSubscription(
  database: TestDatabase,
  businessId: string,
  changes: SubscriptionChanges,
): Promise<void> {
  const { status, autoRenew, cancelAtPeriodEnd, planSlug, scheduledPlanSlug } = changes;
  await database.query(
    `UPDATE subscriptions
     SET status = coalesce($2, status),
         paused_at = CASE WHEN coalesce($2, status) = 'paused' THEN now() END,
         auto_renew = coalesce($3, auto_renew),
         cancel_at_period_end = coalesce($4, cancel_at_period_end),
         plan_id = coalesce((SELECT id FROM plans WHERE slug = $5), plan_id),
         scheduled_plan_id = coalesce((SELECT id FROM plans WHERE slug = $6), scheduled_plan_id)
     WHERE business_id = $1 AND is_current`,
    [businessId, status, autoRenew, cancelAtPeriodEnd, planSlug, scheduledPlanSlug],
  );
}

/** For servers whose clock cannot be moved: the running period, with its anchor, is moved to end so soon from now. */
export async function letPeriodEndIn(
  database: TestDatabase,
  businessId: string,
  milliseconds: number,
): Promise<void> {
  await database.query(
    `WITH shift AS (
       SELECT id, period_end - date_trunc('milliseconds', now()) - $2::float8 * interval '1 millisecond' AS earlier
       FROM subscriptions WHERE business_id = $1 AND is_current
     )
     UPDATE subscriptions
     SET anchor = anchor - earlier, period_start = period_start - earlier, period_end = period_end - earlier
     FROM shift WHERE business_id = $1 AND subscriptions.id = shift.id`,
    [businessId, milliseconds],
  );
}

export interface PlanFields {
  unit: IntervalUnit;
  count: number;
  renews: boolean;
  recordings: number | null;
  amount: number;
}

/** A plan that only this test needs. */
export async function insertPlan(
  database: TestDatabase,
  slug: string,
  fields: Partial<PlanFields> = {},
): Promise<void> {
  const { unit = 'month', count = 1, renews = true, recordings = 100, amount = 0 } = fields;
  await database.query(
    `WITH plan AS (
       INSERT INTO plans (id, slug, name, description, version, trial_days, grace_days, after_grace, renews,
                          is_default, is_public, grants, created_at)
       VALUES (uuid_v7(), $1, $1, '', 1, 0, 7, 'default_plan', $2, false, false, $3, now())
       RETURNING id
     )
     INSERT INTO plan_versions (plan_id, version, price_amount, price_currency, interval_unit, interval_count, created_at)
     SELECT id, 1, $4, 'usd', $5, $6, now() FROM plan`,
    [
      slug,
      renews,
      JSON.stringify(limitsOf({ recordings, applications: 1, seats: 3 })),
      amount,
      unit,
      count,
    ],
  );
}

/**
 * Businesses without people, on the free plan, each with a period that has ended: `minutesAgo` for the first,
 * a minute longer ago for each next one. @returns their ids, the one whose period ended first first
 */
export async function insertDueBusinesses(
  database: TestDatabase,
  count: number,
): Promise<string[]> {
  const rows = await database.query<{ id: string }>(INSERT_DUE_BUSINESSES, [
    count,
    TEST_DATE_OFFSET_MS,
  ]);
  return rows.map(({ id }) => id);
}

const INSERT_DUE_BUSINESSES = `
  WITH numbered AS MATERIALIZED (
    SELECT uuid_v7() AS id, uuid_v7() AS subscription_id, date_trunc('milliseconds', now()) + $2::float8 * interval '1 millisecond' - number * interval '1 minute' AS ended
    FROM generate_series($1::integer, 1, -1) AS number
  ), business AS (
    INSERT INTO businesses (id, name, status, support_access, created_at)
    SELECT id, 'Due', 'active', true, now() FROM numbered
  ), subscription AS (
    INSERT INTO subscriptions (business_id, id, plan_id, plan_version, status, is_current, anchor, cycle, period_ordinal,
                               period_start, period_end, auto_renew, cancel_at_period_end, created_at)
    SELECT numbered.id, subscription_id, plan.id, plan.version, 'active', true, ended - interval '360 hours', 0, 1,
           ended - interval '360 hours', ended, true, false, now()
    FROM numbered, plans AS plan WHERE plan.is_default
  ), counter AS (
    INSERT INTO usage_counters (business_id, feature, subscription_id, period_ordinal, used, carried_over)
    SELECT id, 'recordings', subscription_id, 1, 7, 0 FROM numbered
  )
  SELECT id FROM numbered ORDER BY ended`;

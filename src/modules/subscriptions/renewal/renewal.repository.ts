import { Inject, Injectable } from '@nestjs/common';
import { PLATFORM_ID } from '../../../common/ids';
import { CONFIG, type Config } from '../../../platform/config/config';
import type { Transaction } from '../../../platform/database/transaction';
import type { IntervalUnit } from '../../plans/plan.entity';
import type { RenewableSubscription, RenewalPlan } from '../decisions/renewal-decision';
import type { BillingInterval } from '../decisions/periods';
import type { SubscriptionStatus } from '../subscription.entity';
import { arrayOf, type RenewalWrites } from './renewal-writes';

/** A due subscription, locked. */
export interface DueSubscription extends RenewableSubscription {
  businessId: string;
  id: string;
}

/** A version of a plan, as its subscribers have it. */
export interface VersionTerms {
  interval: BillingInterval;
  isFree: boolean;
}

export interface PlanTerms {
  byVersion: Map<string, VersionTerms>;
  newest: Map<string, RenewalPlan>;
  default: RenewalPlan;
  hasProvider: boolean;
}

/** The statements of a renewal: each works on a whole batch. Lock order everywhere: subscriptions, then counters. */
@Injectable()
export class RenewalRepository {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /**
   * Businesses whose subscriptions are due, without a lock, page by page in id order: the rows of a batch are then
   * adjacent in tables and indexes, which halves the time of a million.
   */
  async findDue(tx: Transaction, limit: number, after: string | null): Promise<string[]> {
    if (after) await tx.query(BY_ORDER);
    const [row] = await tx.query<{ ids: string | null }>(FIND_DUE, [
      tx.now,
      after ?? PLATFORM_ID,
      limit,
    ]);
    return row?.ids?.split(',') ?? [];
  }

  /** How many there are, at this moment. */
  async countDue(tx: Transaction): Promise<number> {
    const [row] = await tx.query<{ count: number }>(COUNT_DUE, [tx.now]);
    return row!.count;
  }

  /** Of these businesses, claims those still due; skips rows that another renewer holds. */
  async claimDue(tx: Transaction, businessIds: string[]): Promise<DueSubscription[]> {
    await tx.query(BY_KEY);
    const sql = `${CLAIM} ORDER BY business_id FOR UPDATE SKIP LOCKED`;
    const rows = await tx.query<DueRow>(sql, [tx.now, arrayOf(businessIds)]);
    return takeAll(rows).map(toDueSubscription);
  }

  /**
   * Like `claimDue`, for one business, and waits for a lock.
   * @returns what renewal decides; `overdue` where a payment provider renews it and no news came
   */
  async claimDueOf(
    tx: Transaction,
    businessId: string,
  ): Promise<DueSubscription | 'overdue' | null> {
    const [row] = await tx.query<DueRow & { isOverdue: boolean }>(CLAIM_ONE, [tx.now, businessId]);
    if (!row) return null;
    return row.isOverdue ? 'overdue' : toDueSubscription(row);
  }

  /** Reads due subscriptions without a lock, page by page, longest due first. */
  async peekDue(
    tx: Transaction,
    limit: number,
    after: Pick<DueSubscription, 'periodEnd' | 'id'> | undefined,
  ): Promise<DueSubscription[]> {
    const { periodEnd = '-infinity', id = PLATFORM_ID } = after ?? {};
    const rows = await tx.query<DueRow>(PEEK, [tx.now, periodEnd, id, limit]);
    return rows.map(toDueSubscription);
  }

  /** All plans, in all versions: few rows, read once per batch. */
  async readTerms(tx: Transaction): Promise<PlanTerms> {
    const rows = await tx.query<TermsRow>(TERMS);
    const newest = new Map(
      rows.filter((row) => row.isNewest).map((row) => [row.id, toRenewalPlan(row)]),
    );
    const fallback = rows.find((row) => row.isDefault && row.isNewest);
    if (!fallback) throw new Error('there is no default plan');
    return {
      byVersion: new Map(rows.map((row) => [versionKey(row.id, row.version), toVersionTerms(row)])),
      newest,
      default: toRenewalPlan(fallback),
      hasProvider: this.config.stripeSecretKey !== null,
    };
  }

  /**
   * Locks the counters of the current periods, in order, so that nothing more counts in a period that is being closed;
   * writes the closed periods, the subscriptions and the counters of a batch in at most four statements, after an outage
   * one more for the periods that were missed, and one for each number of them.
   */
  async write(tx: Transaction, writes: RenewalWrites): Promise<void> {
    const { businessIds, missed, plain, others, counters } = writes;
    await tx.query(CLOSE_CURRENT, [businessIds, tx.now]);
    if (missed) await tx.query(INSERT_MISSED, [...missed, tx.now]);
    if (plain) await tx.query(UPDATE_PLAIN, plain);
    if (others) await tx.query(UPDATE_STATE, others);
    for (const [periods, ids] of counters) await tx.query(RESET_COUNTERS, [ids, periods]);
  }
}

/**
 * Empties the list. The promise that waited for it has grown old meanwhile, and V8 would keep a full one, with all of its
 * rows, until it next collects in full.
 */
export function takeAll<Item>(list: Item[]): Item[] {
  return list.splice(0);
}

/** The key of `PlanTerms.byVersion`. */
export function versionKey(planId: string, version: number): string {
  return `${planId}/${version}`;
}

interface TermsRow {
  id: string;
  version: number;
  unit: IntervalUnit;
  count: number;
  renews: boolean;
  isDefault: boolean;
  isNewest: boolean;
  isFree: boolean;
  isArchived: boolean;
}

function toVersionTerms(row: TermsRow): VersionTerms {
  return { interval: intervalOf(row), isFree: row.isFree };
}

function intervalOf({ unit, count }: TermsRow): BillingInterval {
  return { unit, count };
}

function toRenewalPlan(row: TermsRow): RenewalPlan {
  const { id, version, renews, isFree, isArchived } = row;
  return { id, version, renews, isFree, isArchived, interval: intervalOf(row) };
}

/** Times are transferred as milliseconds: parsing and printing them takes longer than the decision. */
interface DueRow {
  businessId: string;
  id: string;
  status: SubscriptionStatus;
  planId: string;
  planVersion: number;
  scheduledPlanId: string | null;
  anchorMs: number;
  cycle: number;
  periodOrdinal: number;
  startMs: number;
  endMs: number;
  autoRenew: boolean;
  cancelAtPeriodEnd: boolean;
  canceledAt: Date | null;
  endedAt: Date | null;
}

/** Field by field: V8 copies the rest of an object several times as slowly. */
function toDueSubscription(row: DueRow): DueSubscription {
  return {
    businessId: row.businessId,
    id: row.id,
    status: row.status,
    planId: row.planId,
    planVersion: row.planVersion,
    scheduledPlanId: row.scheduledPlanId,
    anchor: new Date(row.anchorMs),
    cycle: row.cycle,
    periodOrdinal: row.periodOrdinal,
    periodStart: new Date(row.startMs),
    periodEnd: new Date(row.endMs),
    autoRenew: row.autoRenew,
    cancelAtPeriodEnd: row.cancelAtPeriodEnd,
    canceledAt: row.canceledAt,
    endedAt: row.endedAt,
  };
}

const RUNNING = `is_current AND status IN ('trialing', 'active', 'past_due')`;

// The condition of ix_subscriptions_due, without subscriptions that a payment provider renews.
const RENEWING = `${RUNNING} AND runs_until IS NULL`;

// As one text: tens of thousands of rows would be as many objects at once.
const FIND_DUE = `
  SELECT string_agg(business_id::text, ',' ORDER BY business_id) AS ids
  FROM (
    SELECT business_id FROM subscriptions
    WHERE ${RENEWING} AND period_end <= $1 AND business_id > $2
    ORDER BY business_id LIMIT $3
  ) AS page`;

const COUNT_DUE = `
  SELECT count(*)::integer AS count FROM subscriptions WHERE ${RENEWING} AND period_end <= $1`;

const DUE_COLUMNS = `
  business_id AS "businessId", id, status, plan_id AS "planId", plan_version AS "planVersion",
         scheduled_plan_id AS "scheduledPlanId", round(date_part('epoch', anchor) * 1000) AS "anchorMs", cycle,
         period_ordinal AS "periodOrdinal", round(date_part('epoch', period_start) * 1000) AS "startMs",
         round(date_part('epoch', period_end) * 1000) AS "endMs", auto_renew AS "autoRenew",
         cancel_at_period_end AS "cancelAtPeriodEnd", canceled_at AS "canceledAt", ended_at AS "endedAt"`;

const DUE = `
  SELECT ${DUE_COLUMNS} FROM subscriptions
  WHERE ${RENEWING}`;

const CLAIM_ONE = `
  SELECT ${DUE_COLUMNS}, runs_until IS NOT NULL AS "isOverdue" FROM subscriptions
  WHERE ${RUNNING} AND business_id = $2 AND coalesce(runs_until, period_end) <= $1 FOR UPDATE`;

// A subtraction, which no index can serve: with period_end <= $1 a planner with statistics older than the boundary
// expects almost none to be due, and scans all due rows for each batch.
const CLAIM = `
  ${DUE} AND business_id = ANY ($2::uuid[]) AND period_end - $1::timestamptz <= interval '0'`;

const PEEK = `
  ${DUE} AND period_end <= $1 AND (period_end, id) > ($2::timestamptz, $3::uuid) ORDER BY period_end, id LIMIT $4`;

// A batch knows the keys of its rows. The planner, which prices a random page at four sequential ones, would rather
// scan the whole table.
const BY_KEY = `
  SELECT set_config(name, 'off', true) FROM unnest(ARRAY['enable_seqscan', 'enable_nestloop', 'enable_mergejoin']) AS name`;

// The previous page was full, so many more are due. The planner expects few (it cannot estimate row-level security) and
// would sort all of them for each page.
const BY_ORDER = `
  SELECT set_config(name, 'off', true) FROM unnest(ARRAY['enable_seqscan', 'enable_sort']) AS name`;

const TERMS = `
  SELECT plans.id, terms.version, terms.interval_unit AS unit, terms.interval_count AS count, plans.renews,
         plans.is_default AS "isDefault", terms.version = plans.version AS "isNewest", terms.price_amount = 0 AS "isFree",
         plans.archived_at IS NOT NULL AS "isArchived"
  FROM plans JOIN plan_versions AS terms ON terms.plan_id = plans.id`;

// From the rows as they are before the update, so that nothing of the period is sent to the process and back. All usage
// belongs to this period, without what was carried over. A locked row is read as its lock finds it.
const CLOSE_CURRENT = `
  WITH counter AS MATERIALIZED (
    SELECT business_id, feature, used - carried_over AS usage FROM usage_counters
    WHERE business_id = ANY ($1::uuid[]) AND subscription_id IS NOT NULL ORDER BY business_id, feature FOR UPDATE
  ), used AS (
    SELECT business_id, jsonb_object_agg(feature, usage) AS usage FROM counter WHERE usage > 0 GROUP BY business_id
  )
  INSERT INTO subscription_periods (business_id, subscription_id, ordinal, start_time, end_time, plan_id, usage, closed_at)
  SELECT business_id, id, period_ordinal, period_start, period_end, plan_id, coalesce(usage, '{}'), $2
  FROM subscriptions LEFT JOIN used USING (business_id)
  WHERE is_current AND business_id = ANY ($1::uuid[])`;

const INSERT_MISSED = `
  INSERT INTO subscription_periods (business_id, subscription_id, ordinal, start_time, end_time, plan_id, usage, closed_at)
  SELECT business_id, subscription_id, ordinal, to_timestamp(start_ms / 1000), to_timestamp(end_ms / 1000), plan_id,
         '{}', $7
  FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::float8[], $5::float8[], $6::uuid[])
    AS closed (business_id, subscription_id, ordinal, start_ms, end_ms, plan_id)`;

const RENEWED = `
  unnest($1::uuid[], $2::integer[], $3::float8[], $4::integer[], $5::integer[], $6::float8[], $7::float8[]`;

const PERIOD = `
  plan_version = renewed.plan_version, anchor = to_timestamp(anchor_ms / 1000), cycle = renewed.cycle,
  period_ordinal = renewed.period_ordinal, period_start = to_timestamp(start_ms / 1000),
  period_end = to_timestamp(end_ms / 1000)`;

const PERIOD_COLUMNS = `business_id, plan_version, anchor_ms, cycle, period_ordinal, start_ms, end_ms`;

// Names the batch twice, so that a plan that starts with the table does not scan all of it. Sets none of the columns
// that audit and history triggers listen to: the period row records a plain renewal.
const UPDATE_PLAIN = `
  UPDATE subscriptions AS subscription
  SET ${PERIOD}
  FROM ${RENEWED}) AS renewed (${PERIOD_COLUMNS})
  WHERE subscription.business_id = renewed.business_id AND is_current AND subscription.business_id = ANY ($1::uuid[])`;

const UPDATE_STATE = `
  UPDATE subscriptions AS subscription
  SET ${PERIOD}, plan_id = renewed.plan_id, scheduled_plan_id = renewed.scheduled_plan_id, status = renewed.status,
      canceled_at = to_timestamp(canceled_ms / 1000), ended_at = to_timestamp(ended_ms / 1000)
  FROM ${RENEWED}, $8::uuid[], $9::uuid[], $10::text[], $11::float8[], $12::float8[])
    AS renewed (${PERIOD_COLUMNS}, plan_id, scheduled_plan_id, status, canceled_ms, ended_ms)
  WHERE subscription.business_id = renewed.business_id AND is_current AND subscription.business_id = ANY ($1::uuid[])`;

// No join: the planner, which estimates the table as almost empty, would scan the whole batch for each counter.
const RESET_COUNTERS = `
  UPDATE usage_counters
  SET period_ordinal = period_ordinal + $2, used = 0, carried_over = 0, credited = 0, alert_level = 0
  WHERE business_id = ANY ($1::uuid[]) AND subscription_id IS NOT NULL`;

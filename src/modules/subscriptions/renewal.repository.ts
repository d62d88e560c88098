import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/transaction';
import type { IntervalUnit } from '../plans/plan.entity';
import type { ClosedPeriod, RenewableSubscription, RenewalPlan } from './renewal-decision';
import type { BillingInterval } from './periods';

/** A due subscription, locked, with the usage of the period that has ended. */
export interface DueSubscription extends RenewableSubscription {
  businessId: string;
  id: string;
}

export interface WrittenRenewal {
  /** Nothing but the period changes; its period row is the record of it. */
  isPlain: boolean;
  businessId: string;
  subscriptionId: string;
  next: RenewableSubscription;
  closed: (ClosedPeriod & { recordingsUsed: number })[];
}

export interface PlanTerms {
  byVersion: Map<string, BillingInterval>;
  newest: Map<string, RenewalPlan>;
  default: RenewalPlan;
}

/** The statements of a renewal: each works on a whole batch. Lock order everywhere: subscriptions, then counters. */
@Injectable()
export class RenewalRepository {
  /** Claims due subscriptions; those that another renewer holds are left to it. */
  claimDue(tx: Transaction, limit: number, except: string[]): Promise<DueSubscription[]> {
    return tx.query<DueSubscription>(
      `${DUE} AND NOT id = ANY ($2::uuid[]) ORDER BY period_end LIMIT $3 FOR UPDATE SKIP LOCKED`,
      [tx.now, except, limit],
    );
  }

  /** Like `claimDue`, of one business, and waits for whoever holds it. */
  claimDueOf(tx: Transaction, businessId: string): Promise<DueSubscription[]> {
    return tx.query<DueSubscription>(`${DUE} AND business_id = $2 FOR UPDATE`, [
      tx.now,
      businessId,
    ]);
  }

  /** Reads due subscriptions without a lock, page by page. */
  peekDue(tx: Transaction, afterId: string, limit: number): Promise<DueSubscription[]> {
    return tx.query<DueSubscription>(`${DUE} AND id > $2 ORDER BY id LIMIT $3`, [
      tx.now,
      afterId,
      limit,
    ]);
  }

  /** Locks the counters, in order, and gives what was recorded in the running period by business: not what a change brought along. */
  async lockCounters(tx: Transaction, businessIds: string[]): Promise<Map<string, number>> {
    const rows = await tx.query<{ business_id: string; used: string }>(
      `SELECT business_id, used - carried_over AS used FROM usage_counters
       WHERE business_id = ANY ($1) AND feature = 'recordings' ORDER BY business_id FOR UPDATE`,
      [businessIds],
    );
    return new Map(rows.map((row) => [row.business_id, Number(row.used)]));
  }

  /** All plans, in all versions: few rows, read once a batch. */
  async readTerms(tx: Transaction): Promise<PlanTerms> {
    const rows = await tx.query<TermsRow>(TERMS);
    const newest = new Map(
      rows.filter((row) => row.isNewest).map((row) => [row.id, toRenewalPlan(row)]),
    );
    const fallback = rows.find((row) => row.isDefault && row.isNewest);
    if (!fallback) throw new Error('there is no default plan');
    return {
      byVersion: new Map(rows.map((row) => [versionKey(row.id, row.version), intervalOf(row)])),
      newest,
      default: toRenewalPlan(fallback),
    };
  }

  /** Writes the closed periods, the subscriptions and the counters of a batch: three statements, whatever its size. */
  async write(tx: Transaction, renewals: WrittenRenewal[]): Promise<void> {
    await tx.query(INSERT_PERIODS, [JSON.stringify(renewals.flatMap(toPeriodRows)), tx.now]);
    const plain = renewals.filter((renewal) => renewal.isPlain);
    const others = renewals.filter((renewal) => !renewal.isPlain);
    if (plain.length > 0)
      await tx.query(UPDATE_PLAIN, [JSON.stringify(plain.map(toSubscriptionRow))]);
    if (others.length > 0)
      await tx.query(UPDATE_STATE, [JSON.stringify(others.map(toSubscriptionRow))]);
    await tx.query(RESET_COUNTERS, [JSON.stringify(renewals.map(toSubscriptionRow))]);
  }
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
}

function intervalOf({ unit, count }: TermsRow): BillingInterval {
  return { unit, count };
}

function toRenewalPlan(row: TermsRow): RenewalPlan {
  const { id, version, renews, isFree } = row;
  return { id, version, renews, isFree, interval: intervalOf(row) };
}

function toPeriodRows({ businessId, subscriptionId, closed }: WrittenRenewal): object[] {
  return closed.map(({ ordinal, start, end, planId, recordingsUsed }) => ({
    business_id: businessId,
    subscription_id: subscriptionId,
    ordinal,
    start_time: start,
    end_time: end,
    plan_id: planId,
    recordings_used: recordingsUsed,
  }));
}

function toSubscriptionRow({ businessId, subscriptionId, next }: WrittenRenewal): object {
  return {
    business_id: businessId,
    id: subscriptionId,
    plan_id: next.planId,
    plan_version: next.planVersion,
    scheduled_plan_id: next.scheduledPlanId,
    status: next.status,
    anchor: next.anchor,
    cycle: next.cycle,
    period_ordinal: next.periodOrdinal,
    period_start: next.periodStart,
    period_end: next.periodEnd,
    canceled_at: next.canceledAt,
    ended_at: next.endedAt,
  };
}

const DUE = `
  SELECT business_id AS "businessId", id, status, plan_id AS "planId", plan_version AS "planVersion",
         scheduled_plan_id AS "scheduledPlanId", anchor, cycle, period_ordinal AS "periodOrdinal",
         period_start AS "periodStart", period_end AS "periodEnd", auto_renew AS "autoRenew",
         cancel_at_period_end AS "cancelAtPeriodEnd", canceled_at AS "canceledAt", ended_at AS "endedAt"
  FROM subscriptions
  WHERE is_current AND status IN ('trialing', 'active', 'past_due') AND period_end <= $1`;

const TERMS = `
  SELECT plans.id, terms.version, terms.interval_unit AS unit, terms.interval_count AS count, plans.renews,
         plans.is_default AS "isDefault", terms.version = plans.version AS "isNewest", terms.price_amount = 0 AS "isFree"
  FROM plans JOIN plan_versions AS terms ON terms.plan_id = plans.id`;

const INSERT_PERIODS = `
  INSERT INTO subscription_periods (business_id, subscription_id, ordinal, start_time, end_time, plan_id, recordings_used, closed_at)
  SELECT business_id, subscription_id, ordinal, start_time, end_time, plan_id, recordings_used, $2
  FROM json_to_recordset($1) AS closed (business_id uuid, subscription_id uuid, ordinal integer, start_time timestamptz,
                                        end_time timestamptz, plan_id uuid, recordings_used bigint)`;

const RENEWED = `
  json_to_recordset($1) AS renewed (business_id uuid, id uuid, plan_id uuid, plan_version integer, scheduled_plan_id uuid,
    status text, anchor timestamptz, cycle integer, period_ordinal integer, period_start timestamptz,
    period_end timestamptz, canceled_at timestamptz, ended_at timestamptz)`;

// Sets none of the columns that the audit trigger listens to: a plain renewal is recorded by its period row alone.
const UPDATE_PLAIN = `
  UPDATE subscriptions AS subscription
  SET plan_version = renewed.plan_version, anchor = renewed.anchor, cycle = renewed.cycle,
      period_ordinal = renewed.period_ordinal, period_start = renewed.period_start, period_end = renewed.period_end
  FROM ${RENEWED}
  WHERE subscription.business_id = renewed.business_id AND subscription.id = renewed.id`;

const UPDATE_STATE = `
  UPDATE subscriptions AS subscription
  SET plan_id = renewed.plan_id, plan_version = renewed.plan_version, scheduled_plan_id = renewed.scheduled_plan_id,
      status = renewed.status, anchor = renewed.anchor, cycle = renewed.cycle, period_ordinal = renewed.period_ordinal,
      period_start = renewed.period_start, period_end = renewed.period_end, canceled_at = renewed.canceled_at,
      ended_at = renewed.ended_at
  FROM ${RENEWED}
  WHERE subscription.business_id = renewed.business_id AND subscription.id = renewed.id`;

const RESET_COUNTERS = `
  UPDATE usage_counters AS counter
  SET period_ordinal = renewed.period_ordinal, used = 0, carried_over = 0, credited = 0
  FROM ${RENEWED}
  WHERE counter.business_id = renewed.business_id AND counter.feature = 'recordings' AND counter.subscription_id = renewed.id
    AND renewed.ended_at IS NULL`;

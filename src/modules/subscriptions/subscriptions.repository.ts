import { Injectable } from '@nestjs/common';
import { IsNull, Not } from 'typeorm';
import type { ListQuery } from '../../common/dto/list.query';
import { isId, newId } from '../../common/ids';
import { decodeCursor, isInstantText } from '../../common/pagination';
import type { Transaction } from '../../platform/database/transaction';
import type { ClosedPeriod } from './decisions/renewal-decision';
import type { SubscriptionEvent } from './subscription-event';
import type { SubscriptionPeriod } from './subscription-period';
import type { SubscriptionStart } from './decisions/subscription-start';
import type { SubscriptionWrite } from './decisions/subscription-write';
import { Subscription } from './subscription.entity';
import type { UsageCounts } from '../entitlements/usage';

@Injectable()
export class SubscriptionsRepository {
  /** The current subscription; every business has one. */
  getCurrent(tx: Transaction): Promise<Subscription> {
    return tx
      .repository(Subscription)
      .findOneByOrFail({ businessId: tx.requireBusinessId(), isCurrent: true });
  }

  /** Locks it until the end of the transaction: creations of limited objects run one after the other. */
  async lockCurrent(tx: Transaction): Promise<Subscription> {
    for (;;) {
      const subscription = await tx.repository(Subscription).findOne({
        where: { businessId: tx.requireBusinessId(), isCurrent: true },
        lock: { mode: 'pessimistic_write' },
      });
      if (subscription) return subscription;
      await this.getCurrent(tx); // it was replaced while this waited; only a new statement sees the new one
    }
  }

  async insert(tx: Transaction, fields: SubscriptionStart): Promise<Subscription> {
    const subscription = {
      ...fields,
      id: newId(),
      businessId: tx.requireBusinessId(),
      createdAt: tx.now,
    };
    await tx.repository(Subscription).insert(subscription);
    return subscription;
  }

  async startCounter(tx: Transaction, subscription: Subscription): Promise<void> {
    await tx.query(
      `INSERT INTO usage_counters (business_id, feature, subscription_id, period_ordinal, used, carried_over)
       VALUES ($1, 'recordings', $2, $3, 0, 0)`,
      [subscription.businessId, subscription.id, subscription.periodOrdinal],
    );
  }

  /** Blocks ingestion until the transaction ends. Lock order everywhere: subscriptions, then counters, then credits. */
  async lockCounter(tx: Transaction): Promise<void> {
    await tx.query(
      `SELECT FROM usage_counters WHERE business_id = $1 AND feature = 'recordings' FOR UPDATE`,
      [tx.requireBusinessId()],
    );
  }

  /** The database's current time, not that of the transaction's start. */
  async readClock(tx: Transaction): Promise<Date> {
    const [row] = await tx.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    return row!.now;
  }

  /** Writes a decision about the locked subscription. */
  async write(
    tx: Transaction,
    { next, closed, successor, usage }: SubscriptionWrite,
  ): Promise<void> {
    if (closed) await this.close(tx, next, closed);
    const { businessId, id, ...changes } = next;
    await tx.repository(Subscription).update({ businessId, id }, changes);
    const current = successor ? await this.insert(tx, successor) : next;
    if (usage !== 'kept')
      await tx.query(MOVE_COUNTER, [
        current.businessId,
        current.id,
        current.periodOrdinal,
        usage === 'carried',
      ]);
  }

  /** The plan is again the paid one. */
  async takeBackAssignment(tx: Transaction): Promise<void> {
    await tx
      .repository(Subscription)
      .update({ businessId: tx.requireBusinessId(), isCurrent: true }, { planAssigned: false });
  }

  private async close(
    tx: Transaction,
    { businessId, id }: Subscription,
    period: ClosedPeriod,
  ): Promise<void> {
    const { ordinal, start, end, planId } = period;
    await tx.query(CLOSE_PERIOD, [businessId, id, ordinal, start, end, planId, tx.now]);
  }

  /** Whether the business has had its trial. */
  async hadTrial(tx: Transaction): Promise<boolean> {
    return tx
      .repository(Subscription)
      .existsBy({ businessId: tx.requireBusinessId(), trialEndsAt: Not(IsNull()) });
  }

  /** The history of the business's subscriptions, newest first; one more than `limit`. */
  listEvents(tx: Transaction, { limit, cursor }: ListQuery): Promise<SubscriptionEvent[]> {
    const [at, id] = decodeCursor(cursor, [isInstantText, isId]) ?? [null, null];
    return tx.query<SubscriptionEvent>(EVENTS, [tx.requireBusinessId(), at, id, limit + 1]);
  }

  async findLastScheduled(tx: Transaction): Promise<string | null> {
    const [last] = await tx.query<{ planId: string }>(
      `SELECT scheduled_plan_id AS "planId" FROM subscription_events
       WHERE business_id = $1 AND scheduled_plan_id IS NOT NULL ORDER BY at DESC LIMIT 1`,
      [tx.requireBusinessId()],
    );
    return last?.planId ?? null;
  }

  /** Everything counted against the plan now, in one statement. */
  async readCounts(tx: Transaction): Promise<UsageCounts> {
    const [row] = await tx.query<Record<keyof UsageCounts, string>>(COUNTS, [
      tx.requireBusinessId(),
      tx.now,
    ]);
    return {
      recordings: Number(row?.recordings),
      carriedOver: Number(row?.carriedOver),
      credited: Number(row?.credited),
      credits: Number(row?.credits),
      applications: Number(row?.applications),
      seats: Number(row?.seats),
    };
  }

  /** Closed periods, newest first; one more than `limit`. */
  listClosedPeriods(
    tx: Transaction,
    subscriptionId: string,
    { limit, cursor }: ListQuery,
  ): Promise<SubscriptionPeriod[]> {
    const [before] = decodeCursor(cursor, [Number.isSafeInteger]) ?? [null];
    return tx.query<SubscriptionPeriod>(CLOSED_PERIODS, [
      tx.requireBusinessId(),
      subscriptionId,
      before,
      limit + 1,
    ]);
  }
}

const COUNTS = `
  SELECT counter.used AS recordings, counter.carried_over AS "carriedOver", counter.credited,
    (SELECT coalesce(sum(granted - spent), 0) FROM credits
     WHERE business_id = $1 AND feature = 'recordings' AND voided_at IS NULL AND (expires_at IS NULL OR expires_at > $2)) AS credits,
    (SELECT count(*) FROM applications WHERE business_id = $1 AND deleted_at IS NULL) AS applications,
    (SELECT count(*) FROM members WHERE business_id = $1 AND kind = 'person' AND status = 'active') AS seats
  FROM usage_counters AS counter WHERE counter.business_id = $1 AND counter.feature = 'recordings'`;

// The usage of a period is its own recordings, without usage carried over.
const CLOSE_PERIOD = `
  INSERT INTO subscription_periods (business_id, subscription_id, ordinal, start_time, end_time, plan_id, recordings_used, closed_at)
  SELECT $1, $2, $3, $4, $5, $6, used - carried_over, $7 FROM usage_counters WHERE business_id = $1 AND feature = 'recordings'`;

// Usage paid by credits is carried over with the rest.
const MOVE_COUNTER = `
  WITH counted AS (
    UPDATE credits SET counted_subscription_id = $2, counted_ordinal = $3
    FROM usage_counters AS counter
    WHERE $4 AND counter.business_id = $1 AND credits.business_id = $1 AND credits.feature = counter.feature
      AND (counted_subscription_id, counted_ordinal) = (counter.subscription_id, counter.period_ordinal)
  )
  UPDATE usage_counters
  SET subscription_id = $2, period_ordinal = $3, used = CASE WHEN $4 THEN used ELSE 0 END,
      carried_over = CASE WHEN $4 THEN used ELSE 0 END, credited = CASE WHEN $4 THEN credited ELSE 0 END
  WHERE business_id = $1 AND feature = 'recordings'`;

const EVENTS = `
  SELECT id, at, action, actor, reason, status_before AS "statusBefore", status, plan_id_before AS "planIdBefore",
         plan_id AS "planId", scheduled_plan_id AS "scheduledPlanId", cancel_at_period_end AS "cancelAtPeriodEnd",
         auto_renew AS "autoRenew", period_ordinal AS "periodOrdinal"
  FROM subscription_events
  WHERE business_id = $1 AND ($2::timestamptz IS NULL OR (at, id) < ($2, $3::uuid))
  ORDER BY at DESC, id DESC LIMIT $4`;

const CLOSED_PERIODS = `
  SELECT ordinal, start_time AS start, end_time AS end, plan_id AS "planId", recordings_used::float8 AS "recordingsUsed", closed_at AS "closedAt"
  FROM subscription_periods
  WHERE business_id = $1 AND subscription_id = $2 AND ordinal < coalesce($3::bigint, 2147483648)
  ORDER BY ordinal DESC LIMIT $4`;

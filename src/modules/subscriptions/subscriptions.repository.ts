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
import { SubscriptionNews, type WrittenSubscription } from './subscription-news';
import { Subscription } from './subscription.entity';
import { CountersService } from '../entitlements/counters.service';

@Injectable()
export class SubscriptionsRepository {
  constructor(
    private readonly counters: CountersService,
    private readonly news: SubscriptionNews,
  ) {}

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
    this.news.note(tx, toWritten(subscription, false));
    return subscription;
  }

  /** Nothing is counted in the period until the transaction ends. */
  lockCounters(tx: Transaction): Promise<void> {
    return this.counters.lock(tx);
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
    this.news.note(tx, toWritten(next, closed !== null && !successor && usage === 'reset'));
    const current = successor ? await this.insert(tx, successor) : next;
    if (usage !== 'kept') await this.counters.move(tx, current, usage === 'carried');
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

function toWritten(
  { businessId, id, status, planId }: Subscription,
  isRenewed: boolean,
): WrittenSubscription {
  return { businessId, subscriptionId: id, status, planId, isRenewed, isPlain: false };
}

// The usage of a period is its own, without what was carried over into it.
const CLOSE_PERIOD = `
  INSERT INTO subscription_periods (business_id, subscription_id, ordinal, start_time, end_time, plan_id, usage, closed_at)
  SELECT $1, $2, $3, $4, $5, $6, coalesce(jsonb_object_agg(feature, used - carried_over) FILTER (WHERE used > carried_over), '{}'), $7
  FROM usage_counters WHERE business_id = $1 AND subscription_id IS NOT NULL`;

const EVENTS = `
  SELECT id, at, action, actor, reason, status_before AS "statusBefore", status, plan_id_before AS "planIdBefore",
         plan_id AS "planId", scheduled_plan_id AS "scheduledPlanId", cancel_at_period_end AS "cancelAtPeriodEnd",
         auto_renew AS "autoRenew", period_ordinal AS "periodOrdinal"
  FROM subscription_events
  WHERE business_id = $1 AND ($2::timestamptz IS NULL OR (at, id) < ($2, $3::uuid))
  ORDER BY at DESC, id DESC LIMIT $4`;

const CLOSED_PERIODS = `
  SELECT ordinal, start_time AS start, end_time AS end, plan_id AS "planId", usage, closed_at AS "closedAt"
  FROM subscription_periods
  WHERE business_id = $1 AND subscription_id = $2 AND ordinal < coalesce($3::bigint, 2147483648)
  ORDER BY ordinal DESC LIMIT $4`;

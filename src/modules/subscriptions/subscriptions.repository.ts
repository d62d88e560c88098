import { Injectable } from '@nestjs/common';
import type { ListQuery } from '../../common/dto/list.query';
import { newId } from '../../common/ids';
import { decodeCursor } from '../../common/pagination';
import type { Transaction } from '../../platform/database/transaction';
import type { SubscriptionPeriod } from './subscription-period';
import { Subscription } from './subscription.entity';
import type { UsageCounts } from './subscription-view';

@Injectable()
export class SubscriptionsRepository {
  /** The one current subscription; every business has one. */
  getCurrent(tx: Transaction): Promise<Subscription> {
    return tx
      .repository(Subscription)
      .findOneByOrFail({ businessId: tx.requireBusinessId(), isCurrent: true });
  }

  /** Locked until the end of the transaction: whoever creates what a plan limits comes one after the other. */
  lockCurrent(tx: Transaction): Promise<Subscription> {
    return tx.repository(Subscription).findOneOrFail({
      where: { businessId: tx.requireBusinessId(), isCurrent: true },
      lock: { mode: 'pessimistic_write' },
    });
  }

  async insert(
    tx: Transaction,
    fields: Omit<Subscription, 'id' | 'businessId' | 'createdAt'>,
  ): Promise<Subscription> {
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

  /** What counts against the plan at the moment, in one statement. */
  async readCounts(tx: Transaction): Promise<UsageCounts> {
    const [row] = await tx.query<Record<keyof UsageCounts, string>>(COUNTS, [
      tx.requireBusinessId(),
    ]);
    return {
      recordings: Number(row?.recordings),
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
  SELECT
    (SELECT used FROM usage_counters WHERE business_id = $1 AND feature = 'recordings') AS recordings,
    (SELECT count(*) FROM applications WHERE business_id = $1 AND deleted_at IS NULL) AS applications,
    (SELECT count(*) FROM members WHERE business_id = $1 AND kind = 'person' AND status = 'active') AS seats`;

const CLOSED_PERIODS = `
  SELECT ordinal, start_time AS start, end_time AS end, plan_id AS "planId", recordings_used::float8 AS "recordingsUsed", closed_at AS "closedAt"
  FROM subscription_periods
  WHERE business_id = $1 AND subscription_id = $2 AND ordinal < coalesce($3::bigint, 2147483648)
  ORDER BY ordinal DESC LIMIT $4`;

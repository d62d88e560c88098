import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/transaction';
import type { Feature } from '../features/feature.entity';
import type { FeatureUsage, UsageCounts } from './usage';

/** The usage of a period by feature; features without use are not named. */
export type PeriodUsage = Record<string, number>;

/** The window that a counter of a period counts in. */
interface CounterPeriod {
  businessId: string;
  id: string;
  periodOrdinal: number;
}

/** Counters of the features of a business. Lock order everywhere: subscriptions, counters by feature, credits. */
@Injectable()
export class CountersService {
  /** Blocks all that counts in a period until the transaction ends. */
  async lock(tx: Transaction): Promise<void> {
    await tx.query(
      `SELECT FROM usage_counters WHERE business_id = $1 AND subscription_id IS NOT NULL
       ORDER BY feature FOR UPDATE`,
      [tx.requireBusinessId()],
    );
  }

  /**
   * Blocks all that counts one feature until the transaction ends, what would count it for the first time too. The
   * caller holds the subscription.
   */
  async lockOne(tx: Transaction, { key, kind }: Pick<Feature, 'key' | 'kind'>): Promise<void> {
    if (kind !== 'metered' && kind !== 'allocated') return;
    const businessId = tx.requireBusinessId();
    await tx.query('SELECT start_counters(ARRAY[$1::uuid], $2, true)', [businessId, key]);
    await tx.query(LOCK_ONE, [businessId, key]);
  }

  /** Blocks all that counts one feature, which has been counted before, until the transaction ends. */
  async lockExisting(tx: Transaction, feature: string): Promise<void> {
    await tx.query(
      `SELECT FROM usage_counters WHERE business_id = $1 AND feature = $2 FOR UPDATE`,
      [tx.requireBusinessId(), feature],
    );
  }

  /** What is used of each metered and allocated feature, with credits and the business's own grants: one statement. */
  async read(tx: Transaction): Promise<UsageCounts> {
    const rows = await tx.query<UsageRow>(USAGE, [tx.requireBusinessId(), tx.now]);
    return Object.fromEntries(rows.map(({ key, ...usage }) => [key, usage]));
  }

  /** Of these businesses, those whose counters of a period another transaction holds; locks the others. Platform scope. */
  async listHeld(tx: Transaction, businessIds: string[]): Promise<Set<string>> {
    const rows = await tx.query<{ businessId: string }>(HELD, [businessIds]);
    return new Set(rows.map(({ businessId }) => businessId));
  }

  /** Moves the counters of a period into another one, where their usage stays used, or starts again. */
  async move(tx: Transaction, to: CounterPeriod, isCarried: boolean): Promise<void> {
    await tx.query(MOVE, [to.businessId, to.id, to.periodOrdinal, isCarried]);
  }
}

/** What of the counts belongs to the period that is closed: usage carried over was recorded before. */
export function usageOfPeriod(counts: UsageCounts): PeriodUsage {
  const entries = Object.entries(counts).map(([key, { resets, used, carriedOver }]) => [
    key,
    resets === 'period' ? used - carriedOver : 0,
  ]);
  return Object.fromEntries(entries.filter(([, used]) => used !== 0)) as PeriodUsage;
}

interface UsageRow extends FeatureUsage {
  key: string;
}

const LOCK_ONE = `SELECT FROM usage_counters WHERE business_id = $1 AND feature = $2 FOR UPDATE`;

// The function's plan is kept. A counter of another day counts nothing today. What is archived is shown while it is used.
const USAGE = 'SELECT * FROM usage_at($1, $2)';

const HELD = `
  WITH free AS MATERIALIZED (
    SELECT business_id, feature FROM usage_counters
    WHERE business_id = ANY ($1::uuid[]) AND subscription_id IS NOT NULL ORDER BY business_id, feature FOR UPDATE SKIP LOCKED
  )
  SELECT DISTINCT business_id AS "businessId" FROM usage_counters AS counter
  WHERE business_id = ANY ($1::uuid[]) AND subscription_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM free WHERE free.business_id = counter.business_id AND free.feature = counter.feature)`;

// Usage paid by credits is carried over with the rest.
const MOVE = `
  WITH counted AS (
    UPDATE credits SET counted_subscription_id = $2, counted_ordinal = $3
    FROM usage_counters AS counter
    WHERE $4 AND counter.business_id = $1 AND credits.business_id = $1 AND credits.feature = counter.feature
      AND (counted_subscription_id, counted_ordinal) = (counter.subscription_id, counter.period_ordinal)
  )
  UPDATE usage_counters
  SET subscription_id = $2, period_ordinal = $3, used = CASE WHEN $4 THEN used ELSE 0 END,
      carried_over = CASE WHEN $4 THEN used ELSE 0 END, credited = CASE WHEN $4 THEN credited ELSE 0 END,
      alert_level = CASE WHEN $4 THEN alert_level ELSE 0 END
  WHERE business_id = $1 AND subscription_id IS NOT NULL`;

import { Injectable } from '@nestjs/common';
import {
  listDeclaredFeatures,
  type AllocatedFeature,
  type FeatureReset,
  type MeteredFeature,
} from '../../common/features';
import type { RequestContext } from '../../common/request-context';
import type { Reading } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';

/** A counter and what it counts, at one moment. */
export interface UsageVerification {
  businessId: string;
  counter: number;
  /** Rows, units of events, and what a plan change carried over. */
  rows: number;
}

export interface UsageDay {
  /** In UTC: `2026-11-29`. */
  day: string;
  used: number;
}

/** An event that counts in the current window. */
export interface RecentEvent {
  eventId: string;
  amount: number;
  createdAt: Date;
}

/** What is read of usage beside the counters themselves. */
@Injectable()
export class UsageReadsRepository {
  /** The counters of a feature with what they count: of the next businesses after this one, in order. Platform scope. */
  verifyPage(
    tx: Transaction,
    key: string,
    afterBusinessId: string,
    limit: number,
  ): Promise<UsageVerification[]> {
    return tx.query<UsageVerification>(
      `${verifySql(key)} AND counter.business_id > $2 ORDER BY counter.business_id LIMIT $3`,
      [key, afterBusinessId, limit],
    );
  }

  /** The same of the business of `tx`. */
  async verify(tx: Transaction, key: string): Promise<UsageVerification> {
    const businessId = tx.requireBusinessId();
    const [row] = await tx.query<UsageVerification>(
      `${verifySql(key)} AND counter.business_id = $2`,
      [key, businessId],
    );
    return row ?? { businessId, counter: 0, rows: 0 };
  }

  /** The days with usage from the first to the last, in order. */
  listDays(tx: Transaction, key: string, from: string, to: string): Promise<UsageDay[]> {
    return tx.query<UsageDay>(DAYS, [tx.requireBusinessId(), key, from, to]);
  }

  /** Newest first. */
  readingOfRecent(
    context: RequestContext,
    key: string,
    limit: number,
  ): Reading<readonly RecentEvent[]> {
    return {
      sql: RECENT,
      parameters: [context.requireBusinessId(), key, limit],
      of: (rows) => rows as readonly RecentEvent[],
    };
  }

  /** Null: as it is by default. */
  async findAlerts(tx: Transaction, key: string): Promise<number[] | null> {
    const [row] = await tx.query<{ percentages: number[] | null }>(
      'SELECT alert_percentages AS percentages FROM usage_counters WHERE business_id = $1 AND feature = $2',
      [tx.requireBusinessId(), key],
    );
    return row?.percentages ?? null;
  }

  /** The counter must be there. */
  async setAlerts(tx: Transaction, key: string, percentages: number[]): Promise<void> {
    await tx.execute(
      'UPDATE usage_counters SET alert_percentages = $3 WHERE business_id = $1 AND feature = $2',
      [tx.requireBusinessId(), key, percentages],
    );
  }
}

/** What counts rows is declared, so its table and condition are of the code. */
function verifySql(key: string): string {
  const declared = listDeclaredFeatures().find((feature) => feature.key === key);
  const isCounted = declared?.kind === 'metered' || declared?.kind === 'allocated';
  return `
  SELECT counter.business_id AS "businessId", counter.used::float8 AS counter,
         (counter.carried_over + ${isCounted ? countRows(declared) : '0'} + ${SUM_EVENTS})::float8 AS rows
  FROM usage_counters AS counter JOIN features AS feature ON feature.id = counter.feature
  WHERE counter.feature = $1`;
}

function countRows(feature: MeteredFeature | AllocatedFeature): string {
  if (!feature.rows) return '0';
  const { table, counts } = feature.rows;
  const isInWindow = feature.kind === 'metered' ? IN_WINDOW[feature.resets] : (counts ?? 'true');
  return `(SELECT count(*) FROM ${table} AS counted WHERE counted.business_id = counter.business_id AND (${isInWindow}))`;
}

const IN_WINDOW: Record<FeatureReset, string> = {
  period:
    'counted.subscription_id = counter.subscription_id AND counted.period_ordinal = counter.period_ordinal',
  day: `(counted.created_at AT TIME ZONE 'UTC')::date = counter.day`,
  never: 'true',
};

const SUM_EVENTS = `(CASE WHEN feature.kind = 'allocated' THEN (
    SELECT coalesce(sum(units), 0) FROM usage_event_keys AS taken
    WHERE taken.business_id = counter.business_id AND taken.feature = counter.feature AND released_at IS NULL)
  ELSE (
    SELECT coalesce(sum(units), 0) FROM usage_events AS event
    WHERE event.business_id = counter.business_id AND event.feature = counter.feature AND CASE feature.resets
      WHEN 'period' THEN (event.subscription_id, event.period_ordinal) = (counter.subscription_id, counter.period_ordinal)
      WHEN 'day' THEN (event.created_at AT TIME ZONE 'UTC')::date = counter.day
      ELSE true END) END)`;

// The counter itself has its last day; a day that two clocks disagreed about is in both places.
const DAYS = `
  SELECT to_char(day, 'YYYY-MM-DD') AS day, sum(used)::float8 AS used
  FROM (
    SELECT day, used FROM usage_days WHERE business_id = $1 AND feature = $2
    UNION ALL
    SELECT today, used_today FROM usage_counters WHERE business_id = $1 AND feature = $2 AND used_today > 0
  ) AS counted
  WHERE day BETWEEN $3::date AND $4::date
  GROUP BY day ORDER BY day`;

const RECENT = `
  SELECT event_id AS "eventId", units::float8 AS amount, created_at AS "createdAt"
  FROM usage_events WHERE business_id = $1 AND feature = $2 ORDER BY created_at DESC, event_id DESC LIMIT $3`;

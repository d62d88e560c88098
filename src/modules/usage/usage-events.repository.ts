import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import { isLockTimeout } from '../../platform/database/database-errors';
import type { Transaction } from '../../platform/database/transaction';
import type { MeteredCounts } from '../entitlements/usage';
import { counterBusy } from './usage.errors';

/** Units of a feature, as they are counted. */
export interface SentEvent {
  businessId: string;
  feature: string;
  eventId: string;
  /** Of the smallest unit. */
  amount: number;
  /** As the caller says; shown only. */
  at: Date | null;
  properties: object | null;
  way:
    | { kind: 'consume' }
    | { kind: 'reserve'; reservationId: string; expiresAt: Date }
    /** What the reservation held becomes free first, so it is never refused. */
    | { kind: 'commit'; reserved: number };
}

/** What became of an event, with the counts just after it. */
export interface CountedEvent {
  outcome:
    | 'counted'
    | 'refused'
    /** An event with this id and content was counted before. */
    | 'exists'
    /** One with this id and other content was. */
    | 'conflict'
    /** The subscription is not active, or its period has ended. */
    | 'not_running'
    | 'unknown_feature'
    | 'feature_kind'
    | 'feature_archived';
  /** Of the first one, where it exists. */
  createdAt: Date;
  counts: MeteredCounts;
  limit: number | null;
  kind: 'metered' | 'allocated';
  resetsAt: Date | null;
}

/** What became of a release. */
export interface ReleasedEvent {
  outcome: 'counted' | 'exists' | 'unknown_event' | 'reserved' | 'unknown_feature' | 'feature_kind';
  amount: number;
  releasedAt: Date;
}

/** Counts events by the functions of the database: counters, keys and events in one commit. */
@Injectable()
export class UsageEventsRepository {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Counts events of any businesses in a transaction of their own. No two of them may have the same business, feature
   * and event id.
   * @returns the result of each, in order; null where the counter is locked and `mayWait` is false
   */
  async countAll(events: SentEvent[], mayWait: boolean): Promise<(CountedEvent | null)[]> {
    const parameters = [JSON.stringify(events.map(toItem)), this.clock.offsetMs, mayWait];
    const businessIds = events.map(({ businessId }) => businessId);
    const { rows } = await this.database.statement(FLUSH, COUNT, parameters, businessIds);
    return inOrder(rows as CountedRow[], events.length);
  }

  /** The same in the transaction of `tx`, for its business. @throws 503 counter_busy */
  async countIn(tx: Transaction, events: SentEvent[]): Promise<CountedEvent[]> {
    const items = JSON.stringify(events.map(toItem));
    const rows = await refusingBusy(() =>
      tx.query<CountedRow>(COUNT, [items, this.clock.offsetMs, true]),
    );
    return inOrder(rows, events.length).map((counted) => counted!); // it waits, so there is always an answer
  }

  /** Gives back what an event of an allocated feature took, once. @throws 503 counter_busy */
  async releaseIn(tx: Transaction, feature: string, eventId: string): Promise<ReleasedEvent> {
    const [row] = await refusingBusy(() =>
      tx.query<ReleasedRow>(RELEASE, [
        tx.requireBusinessId(),
        feature,
        eventId,
        this.clock.offsetMs,
      ]),
    );
    const { outcome, amount, released_at: releasedAt } = row!;
    return { outcome, amount: Number(amount), releasedAt };
  }

  /** Makes the tables of this month and the next two. Platform scope. */
  async addPartitions(tx: Transaction): Promise<void> {
    await tx.query(ADD_PARTITIONS, [tx.now]);
  }

  /**
   * Forgets keys that are older, some of them: from then on their event ids count anew. Those of units that are still
   * allocated stay. Platform scope.
   */
  prune(tx: Transaction, before: Date): Promise<number> {
    return tx.execute(PRUNE, [before, PRUNED_AT_ONCE]);
  }
}

const PRUNED_AT_ONCE = 50_000;

const FLUSH = RequestContext.job('usage.flush');
const COUNT = 'SELECT * FROM count_usage($1, $2, $3)';
const RELEASE = 'SELECT * FROM release_usage($1, $2, $3, $4)';

const ADD_PARTITIONS = `
  SELECT add_usage_event_partition((date_trunc('month', $1::timestamptz AT TIME ZONE 'UTC') + months * interval '1 month')::date)
  FROM generate_series(0, 2) AS months`;

const PRUNE = `
  DELETE FROM usage_event_keys WHERE (business_id, feature, event_id) IN (
    SELECT key.business_id, key.feature, key.event_id FROM usage_event_keys AS key JOIN features ON features.id = key.feature
    WHERE key.created_at < $1 AND key.units IS NOT NULL AND (features.kind = 'metered' OR key.released_at IS NOT NULL)
    LIMIT $2)`;

interface CountedRow {
  item: number;
  outcome: CountedEvent['outcome'];
  created_at: Date;
  used: string;
  credited: string;
  credits: string;
  reserved: string;
  granted: string | null;
  kind: CountedEvent['kind'];
  resets_at: Date | null;
}

interface ReleasedRow {
  outcome: ReleasedEvent['outcome'];
  amount: string;
  released_at: Date;
}

/** @throws 503 counter_busy where another transaction has held the counter for 2 s */
export async function refusingBusy<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isLockTimeout(error)) throw counterBusy({ cause: error, headers: { 'Retry-After': '2' } });
    throw error;
  }
}

function toItem(event: SentEvent, item: number): object {
  const { kind, ...ofWay } = event.way;
  return {
    item,
    business_id: event.businessId,
    feature: event.feature,
    event_id: event.eventId,
    amount: event.amount,
    at: event.at,
    properties: event.properties,
    way: kind,
    ...('reserved' in ofWay ? { reserved: ofWay.reserved } : {}),
    ...('expiresAt' in ofWay
      ? { reservation_id: ofWay.reservationId, expires_at: ofWay.expiresAt }
      : {}),
  };
}

function inOrder(rows: CountedRow[], count: number): (CountedEvent | null)[] {
  const counted = new Array<CountedEvent | null>(count).fill(null);
  for (const row of rows) counted[row.item] = toCounted(row);
  return counted;
}

function toCounted(row: CountedRow): CountedEvent {
  return {
    outcome: row.outcome,
    createdAt: row.created_at,
    counts: {
      used: Number(row.used),
      credited: Number(row.credited),
      credits: Number(row.credits),
      reserved: Number(row.reserved),
    },
    limit: row.granted === null ? null : Number(row.granted),
    kind: row.kind,
    resetsAt: row.resets_at,
  };
}

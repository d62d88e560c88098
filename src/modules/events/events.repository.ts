import { Injectable } from '@nestjs/common';
import { NOTICE_TYPES } from '../../common/events';
import type { Transaction } from '../../platform/database/transaction';
import type { StoredEvent } from './stored-event';

/** Which events, of the business of the transaction. */
export interface EventFilter {
  types: readonly string[];
  limit: number;
  /** Oldest first, those after this sequence. Without it: newest first. */
  after?: number | null;
  /** Newest first, those before this sequence. */
  before?: number | null;
}

/** An event that has no number yet. */
export type NewEvent = Omit<StoredEvent, 'sequence'>;

/** The log of each business, and the counter that numbers it. */
@Injectable()
export class EventsRepository {
  /** Numbers and writes them, in this order for each business. For the end of a transaction: it locks the counters. */
  async append(tx: Transaction, events: readonly NewEvent[]): Promise<StoredEvent[]> {
    const numbers = await tx.query<{ id: string; sequence: number }>(APPEND, [
      events.map(({ businessId }) => businessId),
      events.map(({ id }) => id),
      events.map(({ type }) => type),
      tx.now,
      events.map(({ data }) => JSON.stringify(data)),
      events.map(({ actorId }) => actorId),
      events.map(({ type }) => NOTICE_TYPES.includes(type)),
    ]);
    const sequences = new Map(numbers.map(({ id, sequence }) => [id, sequence]));
    return events.map((event) => ({ ...event, sequence: sequences.get(event.id)! }));
  }

  list(tx: Transaction, { types, limit, after, before }: EventFilter): Promise<StoredEvent[]> {
    const isForward = after !== undefined && after !== null;
    return tx.query<StoredEvent>(
      `${EVENTS} AND type = ANY ($2) AND sequence > $3 AND sequence < $4
       ORDER BY sequence ${isForward ? 'ASC' : 'DESC'} LIMIT $5`,
      [tx.requireBusinessId(), types, after ?? 0, before ?? Number.MAX_SAFE_INTEGER, limit],
    );
  }

  async find(tx: Transaction, id: string, types: readonly string[]): Promise<StoredEvent | null> {
    const parameters = [tx.requireBusinessId(), id, types];
    const [event] = await tx.query<StoredEvent>(
      `${EVENTS} AND id = $2 AND type = ANY ($3)`,
      parameters,
    );
    return event ?? null;
  }

  /** The last event, and the last one that has been deleted; 0 where there is none. */
  async readEnds(tx: Transaction): Promise<{ last: number; deleted: number }> {
    const [ends] = await tx.query<{ last: number; deleted: number }>(ENDS, [
      tx.requireBusinessId(),
    ]);
    return ends!;
  }

  async findLastBefore(tx: Transaction, moment: Date): Promise<number> {
    const parameters = [tx.requireBusinessId(), moment];
    const [found] = await tx.query<{ sequence: number }>(LAST_BEFORE, parameters);
    return found?.sequence ?? 0;
  }

  async findBusinessAfter(tx: Transaction, businessId: string): Promise<string | null> {
    const [found] = await tx.query<{ id: string }>(BUSINESS_AFTER, [businessId]);
    return found?.id ?? null;
  }

  async listLast(tx: Transaction, businessIds: readonly string[]): Promise<Map<string, number>> {
    const rows = await tx.query<{ id: string; last: number }>(LAST, [businessIds]);
    return new Map(rows.map(({ id, last }) => [id, last]));
  }

  /** Those of them that list or stream was read of within 30 days. */
  async listRead(tx: Transaction, businessIds: readonly string[]): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(READ, [businessIds, tx.now]);
    return rows.map(({ id }) => id);
  }

  /** Deletes the oldest of all businesses. Platform scope. @returns how many */
  prune(tx: Transaction, before: Date, limit: number): Promise<number> {
    return tx.execute(PRUNE, [before, limit]);
  }

  /** To the day, so that a reader costs a write a day, and waits for the counter that commits hold no more often. */
  async markRead(tx: Transaction): Promise<void> {
    await tx.query(MARK_READ, [tx.requireBusinessId(), tx.now]);
  }
}

const APPEND = `
  SELECT event_id AS id, event_sequence::float8 AS sequence
  FROM append_events($1::uuid[], $2::uuid[], $3::text[], $4, $5::jsonb[], $6::uuid[], $7::boolean[])`;

const EVENTS = `
  SELECT business_id AS "businessId", sequence::float8, id, type, created_at AS "createdAt", data,
         actor_id AS "actorId"
  FROM events WHERE business_id = $1`;

const ENDS = `
  SELECT coalesce(last_sequence, 0)::float8 AS last,
         coalesce((SELECT min(sequence) - 1 FROM events WHERE business_id = $1), last_sequence, 0)::float8 AS deleted
  FROM (SELECT) AS one LEFT JOIN event_counters ON business_id = $1`;

const LAST_BEFORE = `
  SELECT sequence::float8 FROM events WHERE business_id = $1 AND created_at < $2 ORDER BY sequence DESC LIMIT 1`;

const BUSINESS_AFTER = `
  SELECT business_id AS id FROM event_counters WHERE business_id > $1 ORDER BY business_id LIMIT 1`;

const MARK_READ = `
  INSERT INTO event_counters (business_id, last_read_at)
  SELECT $1::uuid, $2::timestamptz
  WHERE NOT EXISTS (
    SELECT FROM event_counters WHERE business_id = $1 AND last_read_at >= $2::timestamptz - interval '1 day')
  ON CONFLICT (business_id) DO UPDATE SET last_read_at = excluded.last_read_at`;

const READ = `
  SELECT business_id AS id FROM event_counters
  WHERE business_id = ANY ($1::uuid[]) AND last_read_at > $2::timestamptz - interval '30 days'`;

const PRUNE = `
  DELETE FROM events WHERE (business_id, sequence) IN (
    SELECT business_id, sequence FROM events WHERE created_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)`;

const LAST = `
  SELECT business_id AS id, last_sequence::float8 AS last FROM event_counters WHERE business_id = ANY ($1::uuid[])`;

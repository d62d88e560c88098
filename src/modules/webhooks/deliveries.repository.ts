import { Injectable } from '@nestjs/common';
import { isId, newId } from '../../common/ids';
import { decodeCursor, isInstantText } from '../../common/pagination';
import type { Transaction } from '../../platform/database/transaction';
import type { AfterTry, Delivery, Try } from './delivery';
import type { ListWebhookDeliveriesQuery } from './dto/webhook-delivery';

export interface NewDelivery {
  eventId: string;
  eventType: string;
  eventSequence: number | null;
  body: string;
}

/** What a try needs. */
export interface DueDelivery {
  id: string;
  eventId: string;
  body: string;
  tries: number;
}

/** A try and what the delivery is after it. */
export interface TriedDelivery {
  id: string;
  outcome: Try;
  after: AfterTry;
}

/** What is sent to the endpoints of the business of the transaction. */
@Injectable()
export class DeliveriesRepository {
  /** Of events that the endpoint has deliveries of already, those are sent again. In the order given, after all others. */
  async insert(
    tx: Transaction,
    endpointId: string,
    some: readonly NewDelivery[],
    isReplay = false,
  ): Promise<void> {
    await tx.execute(INSERT, [
      tx.requireBusinessId(),
      endpointId,
      tx.now,
      some.map(() => newId()),
      some.map(({ eventId }) => eventId),
      some.map(({ eventType }) => eventType),
      some.map(({ eventSequence }) => eventSequence),
      some.map(({ body }) => body),
      isReplay,
    ]);
  }

  /** Newest first; one more than `limit`. */
  list(
    tx: Transaction,
    endpointId: string,
    { limit, cursor, status }: ListWebhookDeliveriesQuery,
  ): Promise<Delivery[]> {
    const [at, id] = decodeCursor(cursor, [isInstantText, isId]) ?? [null, null];
    return tx.query<Delivery>(LIST, [
      tx.requireBusinessId(),
      endpointId,
      status ?? null,
      at,
      id,
      limit + 1,
    ]);
  }

  async find(tx: Transaction, id: string): Promise<(Delivery & { endpointId: string }) | null> {
    const [found] = await tx.query<Delivery & { endpointId: string }>(FIND, [
      tx.requireBusinessId(),
      id,
    ]);
    return found ?? null;
  }

  async findOfEvent(tx: Transaction, endpointId: string, eventId: string): Promise<Delivery> {
    const [found] = await tx.query<Delivery>(
      `${DELIVERIES} AND endpoint_id = $2 AND event_id = $3`,
      [tx.requireBusinessId(), endpointId, eventId],
    );
    return found!;
  }

  /** From the first try again, at once. */
  async restart(tx: Transaction, id: string): Promise<void> {
    await tx.execute(RESTART, [tx.requireBusinessId(), id, tx.now]);
  }

  /** Those to try now: of an ordered endpoint the oldest that waits, if it is due. */
  async listDue(
    tx: Transaction,
    endpointId: string,
    { isOrdered, most }: { isOrdered: boolean; most: number },
  ): Promise<DueDelivery[]> {
    const parameters = [tx.requireBusinessId(), endpointId, tx.now];
    if (isOrdered) return tx.query<DueDelivery>(OLDEST_IF_DUE, parameters);
    return tx.query<DueDelivery>(DUE, [...parameters, most]);
  }

  /** When the next try is due; null: nothing waits. */
  async findNextTry(tx: Transaction, endpointId: string, isOrdered: boolean): Promise<Date | null> {
    const sql = isOrdered ? NEXT_IN_ORDER : NEXT;
    const [next] = await tx.query<{ at: Date | null }>(sql, [tx.requireBusinessId(), endpointId]);
    return next?.at ?? null;
  }

  async hasWaitingReplays(tx: Transaction, endpointId: string): Promise<boolean> {
    const parameters = [tx.requireBusinessId(), endpointId];
    const rows = await tx.query(`SELECT 1 ${WAITING} AND is_replay LIMIT 1`, parameters);
    return rows.length > 0;
  }

  async recordTries(tx: Transaction, tried: readonly TriedDelivery[]): Promise<void> {
    await tx.execute(RECORD, [
      tx.requireBusinessId(),
      tx.now,
      tried.map(({ id }) => id),
      tried.map(({ after }) => after.status),
      tried.map(({ after }) => after.nextTryAt),
      tried.map(({ outcome }) => outcome.status),
      tried.map(({ outcome }) => outcome.text),
      tried.map(({ outcome }) => outcome.error),
      tried.map(({ outcome }) => Math.round(outcome.durationMs)),
    ]);
  }

  /** What waits for a disabled endpoint is not sent; `replay` makes up for it. */
  async giveUp(tx: Transaction, endpointId: string): Promise<void> {
    await tx.execute(GIVE_UP, [tx.requireBusinessId(), endpointId]);
  }

  /** Of all businesses. */
  async prune(tx: Transaction, before: Date): Promise<void> {
    await tx.execute(
      `DELETE FROM webhook_deliveries WHERE created_at < $1 AND status <> 'pending'`,
      [before],
    );
  }
}

const COLUMNS = `
  id, event_id AS "eventId", event_type AS "eventType", event_sequence::float8 AS "eventSequence", status, tries,
  next_try_at AS "nextTryAt", created_at AS "createdAt", delivered_at AS "deliveredAt", tried_at AS "triedAt",
  answer_status AS "answerStatus", answer_text AS "answerText", error, duration_ms AS "durationMs"`;

const DELIVERIES = `SELECT ${COLUMNS} FROM webhook_deliveries WHERE business_id = $1`;

const FIND = `
  SELECT ${COLUMNS}, endpoint_id AS "endpointId" FROM webhook_deliveries WHERE business_id = $1 AND id = $2 FOR UPDATE`;

const LIST = `
  ${DELIVERIES} AND endpoint_id = $2 AND ($3::text IS NULL OR status = $3)
    AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5::uuid))
  ORDER BY created_at DESC, id DESC LIMIT $6`;

const INSERT = `
  INSERT INTO webhook_deliveries (business_id, id, endpoint_id, event_id, event_type, event_sequence, body, status,
                                  next_try_at, created_at, is_replay)
  SELECT $1, id, $2, event_id, event_type, event_sequence, body, 'pending', $3, $3, $9
  FROM unnest($4::uuid[], $5::uuid[], $6::text[], $7::bigint[], $8::text[]) WITH ORDINALITY
    AS each (id, event_id, event_type, event_sequence, body, place)
  ORDER BY place
  ON CONFLICT (business_id, endpoint_id, event_id) DO UPDATE
  SET status = 'pending', tries = 0, next_try_at = excluded.next_try_at, delivered_at = NULL,
      is_replay = excluded.is_replay, ordinal = DEFAULT`;

const RESTART = `
  UPDATE webhook_deliveries SET status = 'pending', tries = 0, next_try_at = $3, delivered_at = NULL
  WHERE business_id = $1 AND id = $2`;

const WAITING = `FROM webhook_deliveries WHERE business_id = $1 AND endpoint_id = $2 AND status = 'pending'`;
const TO_TRY = 'id, event_id AS "eventId", body, tries';

const DUE = `SELECT ${TO_TRY} ${WAITING} AND next_try_at <= $3 ORDER BY next_try_at LIMIT $4`;

const OLDEST_IF_DUE = `
  SELECT ${TO_TRY} FROM (SELECT * ${WAITING} ORDER BY ordinal LIMIT 1) AS oldest WHERE next_try_at <= $3`;

const NEXT = `SELECT min(next_try_at) AS at ${WAITING}`;
const NEXT_IN_ORDER = `SELECT next_try_at AS at ${WAITING} ORDER BY ordinal LIMIT 1`;

const RECORD = `
  UPDATE webhook_deliveries AS delivery
  SET status = tried.status, next_try_at = tried.next_try_at, tries = tries + 1, tried_at = $2,
      delivered_at = CASE WHEN tried.status = 'delivered' THEN $2::timestamptz END,
      answer_status = tried.answer_status, answer_text = tried.answer_text, error = tried.error,
      duration_ms = tried.duration_ms
  FROM unnest($3::uuid[], $4::text[], $5::timestamptz[], $6::integer[], $7::text[], $8::text[], $9::integer[])
    AS tried (id, status, next_try_at, answer_status, answer_text, error, duration_ms)
  WHERE delivery.business_id = $1 AND delivery.id = tried.id`;

const GIVE_UP = `
  UPDATE webhook_deliveries SET status = 'failed', next_try_at = NULL, error = 'The endpoint was disabled.'
  WHERE business_id = $1 AND endpoint_id = $2 AND status = 'pending'`;

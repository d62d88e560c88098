import { Injectable } from '@nestjs/common';
import { decodeCursor, isInstantText } from '../../../common/pagination';
import type { Transaction } from '../../../platform/database/transaction';
import type { InboxQuery } from '../dto/inbox';
import { MAXIMUM_TRIES, type InboxEvent, type ReceivedEvent } from './inbox-event';

/** Events of all tenants: everything here is in platform scope. */
@Injectable()
export class InboxRepository {
  /** Stores an event, or counts one more delivery of it. @returns its current state */
  async put(tx: Transaction, event: ReceivedEvent): Promise<InboxEvent> {
    const { id, type, objectId, customerId, happenedAt } = event;
    const [stored] = await tx.query<InboxEvent>(PUT, [
      id,
      type,
      objectId,
      customerId,
      happenedAt,
      tx.now,
    ]);
    return stored!;
  }

  async find(tx: Transaction, id: string): Promise<InboxEvent | null> {
    const [event] = await tx.query<InboxEvent>(
      `SELECT ${COLUMNS} FROM webhook_inbox WHERE id = $1 FOR UPDATE`,
      [id],
    );
    return event ?? null;
  }

  async setCustomer(tx: Transaction, id: string, customerId: string): Promise<void> {
    await tx.execute('UPDATE webhook_inbox SET customer_id = $2 WHERE id = $1', [id, customerId]);
  }

  /** @returns those that were not marked before */
  markHandled(
    tx: Transaction,
    ids: string[],
    outcome: 'applied' | 'ignored',
  ): Promise<Pick<InboxEvent, 'type' | 'objectId'>[]> {
    return tx.query(
      `UPDATE webhook_inbox SET handled_at = $2, outcome = $3, last_error = NULL
       WHERE id = ANY ($1) AND handled_at IS NULL RETURNING type, object_id AS "objectId"`,
      [ids, tx.now, outcome],
    );
  }

  async listWaitingOf(tx: Transaction, customerId: string): Promise<string[]> {
    const rows = await tx.query<{ id: string }>(
      'SELECT id FROM webhook_inbox WHERE customer_id = $1 AND handled_at IS NULL',
      [customerId],
    );
    return rows.map(({ id }) => id);
  }

  async noteFailure(tx: Transaction, ids: string[], reason: string): Promise<void> {
    await tx.execute(
      `UPDATE webhook_inbox SET tries = tries + 1, last_error = $2
       WHERE id = ANY ($1) AND handled_at IS NULL`,
      [ids, reason],
    );
  }

  async forgetTries(tx: Transaction, id: string): Promise<void> {
    await tx.execute('UPDATE webhook_inbox SET tries = 0 WHERE id = $1', [id]);
  }

  /** Newest first; one more than `limit`. */
  list(tx: Transaction, { limit, cursor, state }: InboxQuery): Promise<InboxEvent[]> {
    const [at, id] = decodeCursor(cursor, [isInstantText, isText]) ?? [null, null];
    return tx.query<InboxEvent>(LIST, [state ?? null, MAXIMUM_TRIES, at, id, limit + 1]);
  }

  /** Events without effect, failed ones included. */
  async listUnhandled(tx: Transaction): Promise<InboxEvent[]> {
    return tx.query<InboxEvent>(
      `SELECT ${COLUMNS} FROM webhook_inbox WHERE handled_at IS NULL ORDER BY received_at, id`,
    );
  }

  /** Deletes old events that were handled. */
  prune(tx: Transaction, before: Date): Promise<number> {
    return tx.execute('DELETE FROM webhook_inbox WHERE handled_at < $1', [before]);
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 255 && !value.includes('\0');
}

const COLUMNS = `
  id, type, object_id AS "objectId", customer_id AS "customerId", happened_at AS "happenedAt", received_at AS "receivedAt",
  deliveries, tries, handled_at AS "handledAt", outcome, last_error AS "lastError"`;

const PUT = `
  INSERT INTO webhook_inbox AS event (id, type, object_id, customer_id, happened_at, received_at, deliveries, tries)
  VALUES ($1, $2, $3, $4, $5, $6, 1, 0)
  ON CONFLICT (id) DO UPDATE SET deliveries = event.deliveries + 1
  RETURNING ${COLUMNS}`;

const LIST = `
  SELECT ${COLUMNS} FROM webhook_inbox
  WHERE ($1::text IS NULL
      OR $1 = CASE WHEN handled_at IS NOT NULL THEN outcome WHEN tries >= $2 THEN 'failed' ELSE 'waiting' END)
    AND ($3::timestamptz IS NULL OR (received_at, id) < ($3, $4::text))
  ORDER BY received_at DESC, id DESC LIMIT $5`;

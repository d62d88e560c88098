import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/transaction';
import type { RESERVATION_STATUSES } from './dto/usage-event';

export interface Reservation {
  id: string;
  feature: string;
  eventId: string;
  amount: number;
  status: (typeof RESERVATION_STATUSES)[number];
  committed: number | null;
  createdAt: Date;
  expiresAt: Date;
}

const COLUMNS = `id, feature, event_id AS "eventId", units::float8 AS amount, status, committed::float8, created_at AS "createdAt",
  expires_at AS "expiresAt"`;

/** Units that open reservations hold. Lock order: the counter, then its reservations. */
@Injectable()
export class ReservationsRepository {
  async find(tx: Transaction, id: string): Promise<Reservation | null> {
    const [found] = await tx.query<Reservation>(
      `SELECT ${COLUMNS} FROM usage_reservations WHERE business_id = $1 AND id = $2`,
      [tx.requireBusinessId(), id],
    );
    return found ?? null;
  }

  async findByEvent(
    tx: Transaction,
    feature: string,
    eventId: string,
  ): Promise<Reservation | null> {
    const [found] = await tx.query<Reservation>(
      `SELECT ${COLUMNS} FROM usage_reservations WHERE business_id = $1 AND feature = $2 AND event_id = $3`,
      [tx.requireBusinessId(), feature, eventId],
    );
    return found ?? null;
  }

  /** Its counter must be locked. */
  async settle(
    tx: Transaction,
    { id }: Reservation,
    status: Reservation['status'],
    committed: number | null = null,
  ): Promise<void> {
    await tx.execute(
      `UPDATE usage_reservations SET status = $3, committed = $4, settled_at = $5 WHERE business_id = $1 AND id = $2`,
      [tx.requireBusinessId(), id, status, committed, tx.now],
    );
  }

  /** Gives back what a reservation held. */
  async free(tx: Transaction, { feature, amount }: Reservation): Promise<void> {
    await tx.execute(
      `UPDATE usage_counters SET reserved = reserved - $3 WHERE business_id = $1 AND feature = $2`,
      [tx.requireBusinessId(), feature, amount],
    );
  }

  /** The businesses with open reservations that have expired. Needs platform scope. */
  async listExpired(tx: Transaction, limit: number): Promise<{ businessId: string; id: string }[]> {
    return tx.query(
      `SELECT business_id AS "businessId", id FROM usage_reservations
       WHERE status = 'open' AND expires_at <= $1 ORDER BY expires_at LIMIT $2`,
      [tx.now, limit],
    );
  }
}

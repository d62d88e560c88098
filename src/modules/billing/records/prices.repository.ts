import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../platform/database/transaction';
import type { StripeSnapshot } from '../stripe/stripe-snapshot';

/** A Stripe price and the plan version that it belongs to. In platform scope. */
export interface StripePrice {
  id: string;
  planId: string;
  planVersion: number;
}

@Injectable()
export class PricesRepository {
  async find(tx: Transaction, id: string): Promise<StripePrice | null> {
    const [price] = await tx.query<StripePrice>(`${SELECT} WHERE id = $1`, [id]);
    return price ?? null;
  }

  /** Which prices of these subscriptions belong to plans. */
  async listKnown(
    tx: Transaction,
    snapshots: Pick<StripeSnapshot, 'priceId'>[],
  ): Promise<Set<string>> {
    const ids = snapshots.map(({ priceId }) => priceId);
    const rows = await tx.query<{ id: string }>(`${SELECT} WHERE id = ANY ($1)`, [ids]);
    return new Set(rows.map(({ id }) => id));
  }

  /** Of all versions of a plan; the first one of a version is for its new subscribers. */
  listOf(tx: Transaction, planId: string): Promise<StripePrice[]> {
    return tx.query<StripePrice>(`${SELECT} WHERE plan_id = $1 ORDER BY created_at DESC, id DESC`, [
      planId,
    ]);
  }

  /** The newest one of a version is for new subscribers. */
  async put(tx: Transaction, { id, planId, planVersion }: StripePrice): Promise<void> {
    await tx.query(
      `INSERT INTO stripe_prices (id, plan_id, plan_version, created_at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (id) DO NOTHING`,
      [id, planId, planVersion, tx.now],
    );
  }
}

const SELECT = `SELECT id, plan_id AS "planId", plan_version AS "planVersion" FROM stripe_prices`;

import { Injectable } from '@nestjs/common';
import { newId } from '../../../common/ids';
import type { Transaction } from '../../../platform/database/transaction';

/** The parameters of a checkout: everything in its call to Stripe, so that it can be repeated. */
export interface CheckoutRequest {
  planId: string;
  planVersion: number;
  successPath: string;
  cancelPath: string;
  trialDays: number;
  stripeCustomerId: string;
}

export interface Checkout extends CheckoutRequest {
  id: string;
  /** Null: the answer has not been written. */
  stripeSessionId: string | null;
  createdAt: Date;
}

@Injectable()
export class CheckoutsRepository {
  /** At most one page is open: two could both be paid. */
  async findOpen(tx: Transaction): Promise<Checkout | null> {
    const [open] = await tx.query<Checkout>(OPEN, [tx.requireBusinessId()]);
    return open ?? null;
  }

  async insert(tx: Transaction, request: CheckoutRequest): Promise<Checkout> {
    const id = newId();
    const { planId, planVersion, successPath, cancelPath, trialDays, stripeCustomerId } = request;
    await tx.query(INSERT, [
      tx.requireBusinessId(),
      id,
      planId,
      planVersion,
      successPath,
      cancelPath,
      trialDays,
      stripeCustomerId,
      tx.now,
    ]);
    return { ...request, id, stripeSessionId: null, createdAt: tx.now };
  }

  async setSession(tx: Transaction, id: string, stripeSessionId: string): Promise<void> {
    await tx.execute(
      'UPDATE checkout_sessions SET stripe_session_id = $3 WHERE business_id = $1 AND id = $2',
      [tx.requireBusinessId(), id, stripeSessionId],
    );
  }

  async close(tx: Transaction, id: string): Promise<void> {
    await tx.execute(
      'UPDATE checkout_sessions SET closed_at = $3 WHERE business_id = $1 AND id = $2 AND closed_at IS NULL',
      [tx.requireBusinessId(), id, tx.now],
    );
  }

  /** After a payment, open pages are invalid. */
  async closeAll(tx: Transaction): Promise<void> {
    await tx.execute(
      'UPDATE checkout_sessions SET closed_at = $2 WHERE business_id = $1 AND closed_at IS NULL',
      [tx.requireBusinessId(), tx.now],
    );
  }
}

const OPEN = `
  SELECT id, plan_id AS "planId", plan_version AS "planVersion", success_path AS "successPath", cancel_path AS "cancelPath",
         trial_days AS "trialDays", stripe_customer_id AS "stripeCustomerId", stripe_session_id AS "stripeSessionId",
         created_at AS "createdAt"
  FROM checkout_sessions WHERE business_id = $1 AND closed_at IS NULL`;

const INSERT = `
  INSERT INTO checkout_sessions (business_id, id, plan_id, plan_version, success_path, cancel_path, trial_days,
                                 stripe_customer_id, created_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;

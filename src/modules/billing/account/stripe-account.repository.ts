import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../platform/database/transaction';
import type { StripeIdentity } from '../../../platform/stripe/stripe-api';

/** The Stripe account to which the stored ids belong. Everything here is in platform scope. */
@Injectable()
export class StripeAccountRepository {
  async find(tx: Transaction): Promise<StripeIdentity | null> {
    const [bound] = await tx.query<StripeIdentity>(
      'SELECT id, is_live AS "isLive" FROM stripe_accounts',
    );
    return bound ?? null;
  }

  /** Replaces any other. */
  async bind(tx: Transaction, { id, isLive }: StripeIdentity): Promise<void> {
    await tx.execute('DELETE FROM stripe_accounts');
    await tx.execute('INSERT INTO stripe_accounts (id, is_live, bound_at) VALUES ($1, $2, $3)', [
      id,
      isLive,
      tx.now,
    ]);
  }

  /** Keeps other processes from binding until the transaction ends. */
  async lock(tx: Transaction): Promise<void> {
    await tx.execute('LOCK TABLE stripe_accounts IN SHARE ROW EXCLUSIVE MODE');
  }

  /** How many rows have an id of Stripe's. */
  async countUsers(tx: Transaction): Promise<StripeUsers> {
    const [users] = await tx.query<StripeUsers>(USERS);
    return users!;
  }

  /** A customer that exists unless the key is of another account: Stripe still returns deleted ones. */
  async sampleCustomer(tx: Transaction): Promise<string | null> {
    const [sample] = await tx.query<{ id: string }>(SAMPLE);
    return sample?.id ?? null;
  }

  /** Prices are recreated in another account; customers and pages of the previous one are invalid. */
  async forgetIds(tx: Transaction): Promise<void> {
    for (const sql of FORGET) await tx.execute(sql, sql.includes('$1') ? [tx.now] : []);
  }

  async listFollowing(tx: Transaction): Promise<string[]> {
    const rows = await tx.query<{ businessId: string }>(FOLLOWING);
    return rows.map(({ businessId }) => businessId);
  }
}

export interface StripeUsers {
  customers: number;
  subscriptions: number;
}

const RUNNING =
  'FROM subscriptions WHERE is_current AND stripe_subscription_id IS NOT NULL AND ended_at IS NULL';

const USERS = `
  SELECT (SELECT count(*)::integer FROM billing_accounts WHERE stripe_customer_id IS NOT NULL) AS customers,
         (SELECT count(*)::integer ${RUNNING}) AS subscriptions`;

const SAMPLE = `
  SELECT stripe_customer_id AS id FROM billing_accounts
  WHERE stripe_customer_id IS NOT NULL ORDER BY created_at DESC LIMIT 1`;

const FOLLOWING = `SELECT business_id AS "businessId" ${RUNNING} ORDER BY business_id`;

const FORGET = [
  'DELETE FROM stripe_prices',
  `UPDATE billing_accounts SET stripe_customer_id = NULL, deleted_at = NULL, generation = generation + 1
   WHERE stripe_customer_id IS NOT NULL`,
  'UPDATE checkout_sessions SET closed_at = $1 WHERE closed_at IS NULL',
  `UPDATE billing_operations SET finished_at = $1, outcome = 'refused' WHERE finished_at IS NULL`,
  `UPDATE webhook_inbox SET handled_at = $1, outcome = 'ignored' WHERE handled_at IS NULL`,
];

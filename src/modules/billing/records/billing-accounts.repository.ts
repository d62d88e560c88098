import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../platform/database/transaction';

/** The Stripe customer of a business. */
export interface BillingAccount {
  businessId: string;
  stripeCustomerId: string | null;
  /** Counts the customers of the business, in case one is deleted at Stripe. */
  generation: number;
  deletedAt: Date | null;
  previewedPlanId: string | null;
  previewedAt: Date | null;
}

/** One read of a customer at Stripe: its number, taken before the read, orders the answers. */
export interface SyncRound {
  businessId: string;
  customerId: string;
  number: number;
  /** The events that waited when it began: they are handled by its result. */
  eventIds: string[];
}

@Injectable()
export class BillingAccountsRepository {
  find(tx: Transaction): Promise<BillingAccount | null> {
    return one(tx, `${SELECT} WHERE business_id = $1`);
  }

  /** Creates it where there is none. Lock order: accounts, then subscriptions, then counters. */
  async lock(tx: Transaction): Promise<BillingAccount> {
    const locked = await one(tx, LOCK);
    if (locked) return locked;
    await tx.query(
      'INSERT INTO billing_accounts (business_id, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [tx.requireBusinessId(), tx.now],
    );
    return (await one(tx, LOCK))!;
  }

  async setCustomer(tx: Transaction, customerId: string): Promise<void> {
    await tx.execute(
      'UPDATE billing_accounts SET stripe_customer_id = $2, deleted_at = NULL WHERE business_id = $1',
      [tx.requireBusinessId(), customerId],
    );
  }

  /** The next checkout creates another customer. */
  async markDeleted(tx: Transaction): Promise<void> {
    await tx.execute(
      `UPDATE billing_accounts SET deleted_at = $2, generation = generation + 1
       WHERE business_id = $1 AND deleted_at IS NULL`,
      [tx.requireBusinessId(), tx.now],
    );
  }

  /** In platform scope. @returns null for a customer of another application on the same Stripe account */
  beginRound(tx: Transaction, customerId: string): Promise<SyncRound | null> {
    return begin(tx, `${BEGIN_ROUND} WHERE stripe_customer_id = $1 ${RETURNING}`, customerId);
  }

  /** In platform scope. @returns null where the business has no customer */
  beginOwnRound(tx: Transaction): Promise<SyncRound | null> {
    const sql = `${BEGIN_ROUND} WHERE business_id = $1 AND stripe_customer_id IS NOT NULL ${RETURNING}`;
    return begin(tx, sql, tx.requireBusinessId());
  }

  /** Before its result is written; locks the account. @returns false where a later round was written already */
  async endRound(tx: Transaction, number: number): Promise<boolean> {
    const ended = await tx.execute(
      `UPDATE billing_accounts SET looks_applied = $2, looked_at = $3
       WHERE business_id = $1 AND looks_applied < $2`,
      [tx.requireBusinessId(), number, tx.now],
    );
    return ended === 1;
  }

  async rememberPreview(tx: Transaction, planId: string, at: Date): Promise<void> {
    await tx.execute(
      'UPDATE billing_accounts SET previewed_plan_id = $2, previewed_at = $3 WHERE business_id = $1',
      [tx.requireBusinessId(), planId, at],
    );
  }

  /** It was made for the state before the change. */
  async forgetPreview(tx: Transaction): Promise<void> {
    await tx.execute(
      'UPDATE billing_accounts SET previewed_plan_id = NULL, previewed_at = NULL WHERE business_id = $1',
      [tx.requireBusinessId()],
    );
  }

  /** In platform scope: customers whose period has ended without an event, in case it was lost. */
  async listUnseen(tx: Transaction, notSince: Date, limit: number): Promise<string[]> {
    const rows = await tx.query<{ customerId: string }>(UNSEEN, [tx.now, notSince, limit]);
    return rows.map(({ customerId }) => customerId);
  }
}

async function one(tx: Transaction, sql: string): Promise<BillingAccount | null> {
  const [row] = await tx.query<BillingAccount>(sql, [tx.requireBusinessId()]);
  return row ?? null;
}

async function begin(tx: Transaction, sql: string, key: string): Promise<SyncRound | null> {
  const [round] = await tx.query<Omit<SyncRound, 'eventIds'>>(sql, [key]);
  if (!round) return null;
  const waiting = await tx.query<{ id: string }>(
    'SELECT id FROM webhook_inbox WHERE customer_id = $1 AND handled_at IS NULL',
    [round.customerId],
  );
  return { ...round, number: Number(round.number), eventIds: waiting.map(({ id }) => id) };
}

const SELECT = `
  SELECT business_id AS "businessId", stripe_customer_id AS "stripeCustomerId", generation, deleted_at AS "deletedAt",
         previewed_plan_id AS "previewedPlanId", previewed_at AS "previewedAt"
  FROM billing_accounts`;

const LOCK = `${SELECT} WHERE business_id = $1 FOR UPDATE`;

const BEGIN_ROUND = 'UPDATE billing_accounts SET looks_begun = looks_begun + 1';
const RETURNING =
  'RETURNING business_id AS "businessId", stripe_customer_id AS "customerId", looks_begun AS number';

const UNSEEN = `
  SELECT account.stripe_customer_id AS "customerId"
  FROM subscriptions AS subscription JOIN billing_accounts AS account ON account.business_id = subscription.business_id
  WHERE subscription.is_current AND subscription.runs_until IS NOT NULL
    AND least(subscription.period_end, subscription.cancel_at) <= $1
    AND subscription.status IN ('trialing', 'active', 'past_due')
    AND (account.looked_at IS NULL OR account.looked_at < least(subscription.period_end, subscription.cancel_at)
      OR account.looked_at < $2)
    AND account.stripe_customer_id IS NOT NULL
  ORDER BY subscription.period_end LIMIT $3`;

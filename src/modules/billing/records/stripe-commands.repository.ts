import { Injectable } from '@nestjs/common';
import { newId } from '../../../common/ids';
import type { Transaction } from '../../../platform/database/transaction';
import type { SubscriptionCommand } from '../../subscriptions/changes/payments';
import type { StripeCall, StripeFacts } from '../stripe/stripe-calls';

/** A command in flight to Stripe: written before the first call, so that a crash leaves nothing half done. */
export interface StripeCommand {
  businessId: string;
  id: string;
  request: SubscriptionCommand;
  calls: StripeCall[];
  decidedOn: StripeFacts;
  createdAt: Date;
}

@Injectable()
export class StripeCommandsRepository {
  async findPending(tx: Transaction): Promise<StripeCommand | null> {
    const [pending] = await tx.query<StripeCommand>(`${SELECT} AND finished_at IS NULL`, [
      tx.requireBusinessId(),
    ]);
    return pending ?? null;
  }

  /** @returns the stored row: a retry sends the same bytes with the same key */
  async insert(
    tx: Transaction,
    request: SubscriptionCommand,
    calls: StripeCall[],
    decidedOn: StripeFacts,
  ): Promise<StripeCommand> {
    const [stripeCommand] = await tx.query<StripeCommand>(INSERT, [
      tx.requireBusinessId(),
      newId(),
      JSON.stringify(request),
      JSON.stringify(calls),
      JSON.stringify(decidedOn),
      tx.now,
    ]);
    return stripeCommand!;
  }

  /** @returns false when another process has finished it */
  async finish(
    tx: Transaction,
    { id }: StripeCommand,
    outcome: 'done' | 'refused',
  ): Promise<boolean> {
    const finished = await tx.execute(
      `UPDATE billing_operations SET finished_at = $3, outcome = $4
       WHERE business_id = $1 AND id = $2 AND finished_at IS NULL`,
      [tx.requireBusinessId(), id, tx.now, outcome],
    );
    return finished === 1;
  }
}

const COLUMNS =
  'business_id AS "businessId", id, request, calls, decided_on AS "decidedOn", created_at AS "createdAt"';
const SELECT = `SELECT ${COLUMNS} FROM billing_operations WHERE business_id = $1`;
const INSERT = `
  INSERT INTO billing_operations (business_id, id, request, calls, decided_on, created_at)
  VALUES ($1, $2, $3, $4, $5, $6)
  RETURNING ${COLUMNS}`;

import { Injectable } from '@nestjs/common';
import type { ListQuery } from '../../common/dto/list.query';
import { toFuture } from '../../common/future';
import type { Transaction } from '../../platform/database/transaction';
import type { Credit } from './credit.entity';
import { CreditsRepository, type CreditSource } from './credits.repository';
import type { GrantCreditRequest } from './dto/credit';
import { creditNotFound } from './entitlements.errors';

export type { CreditSource };

/** Credits of the business of `tx`: units beside the plan, spent after its allowance. */
@Injectable()
export class CreditsService {
  constructor(private readonly credits: CreditsRepository) {}

  /** For staff. @throws 422 validation_failed for an expiry in the past */
  async grant(
    tx: Transaction,
    { feature, amount, reason, expiresAt }: GrantCreditRequest,
  ): Promise<Credit> {
    return this.credits.insert(tx, {
      feature,
      amount,
      reason,
      grantedBy: tx.actor.email!, // the guard lets staff in only
      expiresAt: expiresAt ? toFuture(expiresAt, tx.now, '/expiresAt') : null,
    });
  }

  list(tx: Transaction, query: ListQuery): Promise<Credit[]> {
    return this.credits.list(tx, query);
  }

  /** The credits beside the plan, and the part of each that counts in the current period. */
  listSources(tx: Transaction): Promise<CreditSource[]> {
    return this.credits.listSources(tx);
  }

  /** Voids the unspent rest. Idempotent. @throws 404 credit_not_found */
  async void(tx: Transaction, id: string): Promise<void> {
    await this.credits.lockCounter(tx); // blocks recordings, which spend credits under this lock
    const credit = await this.credits.find(tx, id);
    if (!credit) throw creditNotFound();
    if (!credit.voidedAt) await this.credits.void(tx, id);
  }
}

import { Injectable } from '@nestjs/common';
import type { ListQuery } from '../../common/dto/list.query';
import { toFuture } from '../../common/future';
import { validationFailed } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import type { Reading } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { FeaturesService } from '../features/features.service';
import { UNKNOWN_FEATURE } from '../features/grants';
import { CountersService } from './counters.service';
import type { Credit } from './credit.entity';
import { CreditsRepository, type CreditSource } from './credits.repository';
import type { GrantCreditRequest } from './dto/credit';
import { creditNotFound } from './entitlements.errors';

export type { CreditSource };

const NOT_METERED = { code: 'feature_kind', detail: 'is not metered: it has no credits' };

/** Credits of the business of `tx`: units beside the plan, spent after its allowance. */
@Injectable()
export class CreditsService {
  constructor(
    private readonly credits: CreditsRepository,
    private readonly counters: CountersService,
    private readonly features: FeaturesService,
  ) {}

  /** For staff. @throws 422 validation_failed for an unknown feature, one that is not metered, an expiry in the past */
  async grant(
    tx: Transaction,
    { feature, amount, reason, expiresAt }: GrantCreditRequest,
  ): Promise<Credit> {
    await this.assertMetered(tx, feature);
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

  /** What pays beside the plan, and what of it counts in the running period. */
  readingOfSources(context: RequestContext, feature: string): Reading<readonly CreditSource[]> {
    return this.credits.readingOfSources(context, feature);
  }

  /** Voids the unspent rest. Idempotent. @throws 404 credit_not_found */
  async void(tx: Transaction, id: string): Promise<void> {
    const credit = await this.credits.find(tx, id);
    if (!credit) throw creditNotFound();
    await this.counters.lockExisting(tx, credit.feature); // who holds it spends no credits meanwhile
    if (!credit.voidedAt) await this.credits.void(tx, id);
  }

  private async assertMetered(tx: Transaction, key: string): Promise<void> {
    const feature = await this.features.find(tx, key);
    if (feature?.kind === 'metered') return;
    const fault = feature ? NOT_METERED : UNKNOWN_FEATURE;
    throw validationFailed([{ pointer: '/feature', ...fault }]);
  }
}

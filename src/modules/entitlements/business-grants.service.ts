import { Injectable } from '@nestjs/common';
import type { ListQuery } from '../../common/dto/list.query';
import type { Grant } from '../../common/features';
import { toFuture } from '../../common/future';
import type { Transaction } from '../../platform/database/transaction';
import { featureNotFound } from '../features/features.errors';
import { FeaturesService } from '../features/features.service';
import { readGrantOf } from '../features/grants';
import type { BusinessGrant } from './business-grant.entity';
import { BusinessGrantsRepository } from './business-grants.repository';
import { CountersService } from './counters.service';
import type { GrantToBusinessRequest } from './dto/business-grant';
import { ownGrantNotFound } from './entitlements.errors';

/**
 * `Grants` of business $1 that have not ended, as JSON, for other statements to join.
 * @param moment what SQL takes as the time
 */
export const liveGrantsAt = (moment: string): string => `
  SELECT coalesce(json_object_agg(own.id, own.terms), '{}') FROM business_grants AS own
  WHERE own.business_id = $1 AND (own.expires_at IS NULL OR own.expires_at > ${moment})`;

/** What staff give the business of `tx` of a feature, in place of its plan's grant. */
@Injectable()
export class BusinessGrantsService {
  constructor(
    private readonly grants: BusinessGrantsRepository,
    private readonly features: FeaturesService,
    private readonly counters: CountersService,
  ) {}

  list(tx: Transaction, query: ListQuery): Promise<BusinessGrant[]> {
    return this.grants.list(tx, query);
  }

  /** What the business has in place of its plan's grant now; null: none, or it has ended. */
  async findTerms(tx: Transaction, key: string): Promise<Grant | null> {
    const own = await this.grants.find(tx, key);
    const hasEnded = own?.expiresAt && own.expiresAt <= tx.now;
    return own && !hasEnded ? own.terms : null;
  }

  /**
   * Replaces an earlier one. The caller holds the subscription; this takes the feature's counter, so that whatever
   * counts afterwards counts by this grant.
   * @throws 404 feature_not_found, 422 validation_failed: feature_kind, feature_archived, limit, mode, boolean, value,
   * choice, past
   */
  async write(
    tx: Transaction,
    key: string,
    { reason, expiresAt, ...sent }: GrantToBusinessRequest,
  ): Promise<BusinessGrant> {
    const feature = await this.features.find(tx, key);
    if (!feature) throw featureNotFound();
    const own: BusinessGrant = {
      ...{ businessId: tx.requireBusinessId(), key, terms: readGrantOf(feature, sent), reason },
      grantedBy: tx.actor.email!, // the guard lets staff in only
      createdAt: tx.now,
      expiresAt: expiresAt ? toFuture(expiresAt, tx.now, '/expiresAt') : null,
    };
    await this.counters.lockOne(tx, feature);
    await this.grants.write(tx, own);
    return own;
  }

  /** The plan's grant applies again. The caller holds the subscription. @throws 404 feature_not_found, own_grant_not_found */
  async delete(tx: Transaction, key: string): Promise<void> {
    const feature = await this.features.find(tx, key);
    if (!feature) throw featureNotFound();
    await this.counters.lockOne(tx, feature);
    if (!(await this.grants.delete(tx, key))) throw ownGrantNotFound();
  }
}

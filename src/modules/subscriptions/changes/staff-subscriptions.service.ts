import { Injectable } from '@nestjs/common';
import type { ListQuery } from '../../../common/dto/list.query';
import type { RequestContext } from '../../../common/request-context';
import { Database } from '../../../platform/database/database';
import type { Transaction } from '../../../platform/database/transaction';
import { BusinessesService } from '../../businesses/businesses.service';
import { ChangesService } from './changes.service';
import type { BusinessGrant } from '../../entitlements/business-grant.entity';
import { BusinessGrantsService } from '../../entitlements/business-grants.service';
import type { GrantToBusinessRequest } from '../../entitlements/dto/business-grant';
import type { Credit } from '../../entitlements/credit.entity';
import { CreditsService } from '../../entitlements/credits.service';
import type { GrantCreditRequest } from '../../entitlements/dto/credit';
import type { AssignPlanRequest } from '../dto/plan-change';
import type { SubscriptionEvent } from '../subscription-event';
import type { SubscriptionView } from '../decisions/subscription-view';
import { SubscriptionsRepository } from '../subscriptions.repository';

/** What staff do with the subscription of a business. All throw 404 business_not_found. */
@Injectable()
export class StaffSubscriptionsService {
  constructor(
    private readonly database: Database,
    private readonly businesses: BusinessesService,
    private readonly subscriptions: SubscriptionsRepository,
    private readonly changes: ChangesService,
    private readonly credits: CreditsService,
    private readonly grants: BusinessGrantsService,
  ) {}

  /** @throws as `ChangesService.prepare` and `complete`, 409 stripe_subscription_exists */
  async assign(
    context: RequestContext,
    businessId: string,
    { planId, reason, stripe }: AssignPlanRequest,
  ): Promise<SubscriptionView> {
    // 1. Load: an unknown business is refused before anything is renewed or asked.
    await this.inBusiness(context, businessId, () => Promise.resolve());
    // 2. Decide, 3. check and 4. ask Stripe, where Stripe sets the periods.
    const command = { kind: 'assign', planId, reason, stripe } as const;
    const complete = await this.changes.prepare(context.with({ businessId }), command);
    // 5. Write what was decided; without Stripe decide first. 6. Answer.
    return this.inBusiness(context, businessId, complete);
  }

  /** What happened to the subscriptions of a business, newest first. */
  listEvents(
    context: RequestContext,
    businessId: string,
    query: ListQuery,
  ): Promise<SubscriptionEvent[]> {
    return this.inBusiness(context, businessId, (tx) => this.subscriptions.listEvents(tx, query));
  }

  /** Units beside the plan, spent after its allowance. @throws 422 validation_failed for an expiry in the past */
  grantCredit(
    context: RequestContext,
    businessId: string,
    request: GrantCreditRequest,
  ): Promise<Credit> {
    return this.inBusiness(context, businessId, (tx) => this.credits.grant(tx, request));
  }

  /** With the time that decides which have expired. */
  listCredits(
    context: RequestContext,
    businessId: string,
    query: ListQuery,
  ): Promise<{ credits: Credit[]; now: Date }> {
    return this.inBusiness(context, businessId, async (tx) => ({
      credits: await this.credits.list(tx, query),
      now: tx.now,
    }));
  }

  /** Voids the unspent rest. Idempotent. @throws 404 credit_not_found */
  voidCredit(context: RequestContext, businessId: string, id: string): Promise<void> {
    return this.inBusiness(context, businessId, (tx) => this.credits.void(tx, id));
  }

  /** In the order of features, with the time that decides which have expired. */
  listOwnGrants(
    context: RequestContext,
    businessId: string,
    query: ListQuery,
  ): Promise<{ grants: BusinessGrant[]; now: Date }> {
    return this.inBusiness(context, businessId, async (tx) => ({
      grants: await this.grants.list(tx, query),
      now: tx.now,
    }));
  }

  /** In place of the plan's grant. @throws as `BusinessGrantsService.write` */
  writeOwnGrant(
    context: RequestContext,
    businessId: string,
    key: string,
    request: GrantToBusinessRequest,
  ): Promise<BusinessGrant> {
    return this.inBusiness(context, businessId, async (tx) => {
      await this.subscriptions.lockCurrent(tx); // who creates a limited object holds it, too
      return this.grants.write(tx, key, request);
    });
  }

  /** The plan's grant applies again. @throws 404 feature_not_found, own_grant_not_found */
  deleteOwnGrant(context: RequestContext, businessId: string, key: string): Promise<void> {
    return this.inBusiness(context, businessId, async (tx) => {
      await this.subscriptions.lockCurrent(tx);
      await this.grants.delete(tx, key);
    });
  }

  private inBusiness<T>(
    context: RequestContext,
    businessId: string,
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    return this.database.platform(context, 'staff manage all businesses', async (platform) => {
      const tx = platform.with({ businessId });
      await this.businesses.assertExists(tx);
      return work(tx);
    });
  }
}

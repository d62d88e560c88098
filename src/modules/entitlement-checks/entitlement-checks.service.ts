import { Injectable } from '@nestjs/common';
import { validationFailed } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { BusinessGrantsService } from '../entitlements/business-grants.service';
import type { Feature } from '../features/feature.entity';
import { featureNotFound } from '../features/features.errors';
import { FeaturesService } from '../features/features.service';
import { isActive } from '../subscriptions/decisions/subscription-view';
import { SubscriptionsService } from '../subscriptions/subscriptions.service';
import { findReason, type Check } from './check';
import type { CheckEntitlementRequest } from './dto/entitlement-check';

/** Whether a business may have more of a feature. Advice: it reserves nothing, and another may be quicker. */
@Injectable()
export class EntitlementChecksService {
  constructor(
    private readonly database: Database,
    private readonly features: FeaturesService,
    private readonly businessGrants: BusinessGrantsService,
    private readonly subscriptions: SubscriptionsService,
  ) {}

  /** @throws 404 feature_not_found, 422 validation_failed for an amount of a feature that is not counted */
  check(context: RequestContext, request: CheckEntitlementRequest): Promise<Check> {
    return this.database.transaction(context, async (tx) => {
      const feature = await this.getFeature(tx, request);
      const { key } = feature;
      const view = await this.subscriptions.getCurrent(tx);
      const grant = (await this.businessGrants.findTerms(tx, key)) ?? view.plan.grants[key];
      const known = {
        feature,
        grant,
        usage: view.counts[key],
        isActive: isActive(view.subscription),
      };
      return { feature, reason: findReason(known, request.amount ?? 1), view };
    });
  }

  private async getFeature(
    tx: Transaction,
    { feature: key, amount }: CheckEntitlementRequest,
  ): Promise<Feature> {
    const feature = await this.features.find(tx, key);
    if (!feature) throw featureNotFound();
    const isCounted = feature.kind === 'metered' || feature.kind === 'allocated';
    if (amount !== undefined && !isCounted) {
      const detail = `is not of a ${feature.kind} feature`;
      throw validationFailed([{ pointer: '/amount', code: 'feature_kind', detail }]);
    }
    return feature;
  }
}

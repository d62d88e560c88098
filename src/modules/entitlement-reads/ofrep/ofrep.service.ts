import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../../common/request-context';
import { Document } from '../conditional-answer';
import type { Holdings } from '../entitlements';
import { EntitlementsService, isVisibleTo, type Viewer } from '../entitlements.service';
import type { ListedFeature } from '../../features/features.service';
import { evaluate, notFound, type Evaluation, type EvaluationFault } from './evaluation';
import { flagNotFound, invalidContext, targetingKeyMissing } from './ofrep.errors';

/** In one call. */
const MOST_EVALUATIONS = 50;

/** Flags and values of a business for OpenFeature's providers. */
@Injectable()
export class OfrepService {
  constructor(private readonly entitlements: EntitlementsService) {}

  /** @throws 400 invalid_context, targeting_key_missing, 404 flag_not_found, also for what the viewer may not see */
  async evaluateOne(
    context: RequestContext,
    viewer: Viewer,
    key: string,
    targetingKey: string | null,
  ): Promise<Document> {
    const holdings = await this.read(context);
    const feature = listShown(holdings, viewer).find((each) => each.key === key);
    const result = feature ? evaluateIn(holdings, feature, targetingKey) : notFound(key);
    if (!('errorCode' in result)) return new Document(result);
    const refuse = result.errorCode === 'FLAG_NOT_FOUND' ? flagNotFound : targetingKeyMissing;
    throw refuse(result.errorDetails);
  }

  /** All flags, and the values that something grants: the first 50 by key. @throws 400 invalid_context */
  async evaluateAll(
    context: RequestContext,
    viewer: Viewer,
    targetingKey: string | null,
  ): Promise<Document> {
    const holdings = await this.read(context);
    const shown = listShown(holdings, viewer);
    const flags = shown
      .slice(0, MOST_EVALUATIONS)
      .map((feature) => evaluateIn(holdings, feature, targetingKey))
      .filter((each) => !('errorCode' in each) || each.errorCode !== 'FLAG_NOT_FOUND');
    const isCut = shown.length > MOST_EVALUATIONS;
    const metadata = { evaluated: MOST_EVALUATIONS, of: shown.length };
    return new Document({ flags, ...(isCut && { metadata }) });
  }

  /** A service key whose `businessId` is no id has no business. */
  private async read(context: RequestContext): Promise<Holdings> {
    if (!context.businessId) throw invalidContext('businessId must be a UUID.');
    return (await this.entitlements.read(context)).holdings;
  }
}

function listShown({ features }: Holdings, viewer: Viewer): ListedFeature[] {
  const isVisible = isVisibleTo(viewer);
  return features.filter(
    (feature) =>
      (feature.kind === 'flag' || feature.kind === 'config') &&
      !feature.isArchived &&
      isVisible(feature),
  );
}

function evaluateIn(
  { own, view }: Holdings,
  feature: ListedFeature,
  targetingKey: string | null,
): Evaluation | EvaluationFault {
  const { key } = feature;
  return evaluate({ feature, own: own[key], ofPlan: view.plan.grants[key] }, targetingKey);
}

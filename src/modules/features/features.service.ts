import { Injectable } from '@nestjs/common';
import type { ListQuery } from '../../common/dto/list.query';
import type { FeatureKind } from '../../common/features';
import type { RequestContext } from '../../common/request-context';
import { validationFailed } from '../../common/problems';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import type { CreateFeatureRequest, UpdateFeatureRequest } from './dto/feature';
import type { Feature } from './feature.entity';
import { featureDeclared, featureNotFound } from './features.errors';
import { FeaturesRepository } from './features.repository';

const REASON = 'the catalogue belongs to no tenant';

/** What decides who is shown a feature, and what it is. */
export type ListedFeature = Pick<Feature, 'key' | 'kind' | 'visibility' | 'rolloutPercentage'> & {
  isArchived: boolean;
};

/** All of them as JSON, for other statements to join: a list of `ListedFeature` in the order of keys. */
export const LISTED_FEATURES = `
  SELECT coalesce(json_agg(json_build_object('key', id, 'kind', kind, 'visibility', visibility,
           'rolloutPercentage', rollout_percentage, 'isArchived', archived_at IS NOT NULL) ORDER BY id), '[]')
  FROM features`;

/** The catalogue of features: those that code declares, and those that staff add. */
@Injectable()
export class FeaturesService {
  constructor(
    private readonly database: Database,
    private readonly features: FeaturesRepository,
  ) {}

  /** All of them, archived ones too. */
  listAll(tx: Transaction): Promise<Feature[]> {
    return this.features.listAll(tx);
  }

  /** One of them, an archived one too. */
  find(tx: Transaction, key: string): Promise<Feature | null> {
    return this.features.find(tx, key);
  }

  /** In the order of their keys; one more than the page holds. */
  list(context: RequestContext, query: ListQuery): Promise<Feature[]> {
    return this.database.platform(context, REASON, (tx) => this.features.list(tx, query));
  }

  /** @throws 409 feature_key_taken, 422 validation_failed for a field of another kind */
  create(context: RequestContext, request: CreateFeatureRequest): Promise<Feature> {
    assertFitsKind(request);
    return this.database.platform(context, REASON, async (tx) => {
      const feature: Feature = {
        key: request.key,
        name: request.name,
        kind: request.kind,
        resets: request.kind === 'metered' ? (request.resets ?? 'period') : null,
        unit: request.unit ?? null,
        values: request.values ?? null,
        visibility: request.visibility ?? 'team',
        rolloutPercentage: null,
        isDeclared: false,
        createdAt: tx.now,
        archivedAt: null,
      };
      await this.features.insert(tx, feature);
      return feature;
    });
  }

  /** @throws 404 feature_not_found, 409 feature_declared, 422 validation_failed for the rollout of no flag */
  update(context: RequestContext, key: string, request: UpdateFeatureRequest): Promise<Feature> {
    return this.database.platform(context, REASON, async (tx) => {
      const feature = await this.features.find(tx, key);
      if (!feature) throw featureNotFound();
      assertMayChange(feature, request);
      const { archived = feature.archivedAt !== null } = request;
      const changed: Feature = {
        ...feature,
        name: request.name ?? feature.name,
        unit: request.unit === undefined ? feature.unit : request.unit,
        visibility: request.visibility ?? feature.visibility,
        rolloutPercentage: computeRollout(feature, request),
        archivedAt: archived ? (feature.archivedAt ?? tx.now) : null,
      };
      await this.features.update(tx, changed);
      return changed;
    });
  }
}

/** Code owns what it declares, but for the rollout. @throws 409 feature_declared, 422 validation_failed */
function assertMayChange(
  { kind, isDeclared }: Feature,
  { rollout, ...owned }: UpdateFeatureRequest,
): void {
  const isOwnedChanged = Object.values<unknown>({ ...owned }).some((value) => value !== undefined);
  if (isDeclared && (isOwnedChanged || rollout === undefined)) throw featureDeclared();
  if (rollout && kind !== 'flag') throw validationFailed([{ pointer: '/rollout', ...NO_FLAG }]);
}

const NO_FLAG = { code: 'feature_kind', detail: 'is not of a flag' };

function computeRollout(
  { rolloutPercentage }: Feature,
  { rollout }: UpdateFeatureRequest,
): number | null {
  return rollout === undefined ? rolloutPercentage : (rollout?.percentage ?? null);
}

/** @throws 422 validation_failed */
function assertFitsKind({ kind, resets, unit, values }: CreateFeatureRequest): void {
  const sent = { resets, unit, values };
  const faults = (Object.keys(sent) as (keyof typeof sent)[])
    .filter((name) => sent[name] !== undefined && !KINDS_WITH[name].includes(kind))
    .map((name) => ({
      pointer: `/${name}`,
      code: 'feature_kind',
      detail: `is not of a ${kind} feature`,
    }));
  if (faults.length > 0) throw validationFailed(faults);
}

const KINDS_WITH: Record<'resets' | 'unit' | 'values', readonly FeatureKind[]> = {
  resets: ['metered'],
  unit: ['metered', 'allocated'],
  values: ['config'],
};

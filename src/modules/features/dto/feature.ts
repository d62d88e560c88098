import {
  FEATURE_KEY,
  FEATURE_KINDS,
  FEATURE_RESETS,
  FEATURE_VISIBILITIES,
  LIMIT_MODES,
  type FeatureKind,
  type FeatureReset,
  type FeatureVisibility,
  type LimitMode,
} from '../../../common/features';
import { Choice, Flag, Instant, Integer, Name, Nested, Text } from '../../../common/fields';
import { Scalar, ScalarList } from '../../../common/feature-fields';
import type { Feature } from '../feature.entity';

const CHOICES = 'Config features: the values that it may have; without them, any';

export class CreateFeatureRequest {
  @Text({ min: 1, max: 63, pattern: FEATURE_KEY, description: 'Immutable', example: 'exports' })
  key!: string;

  @Name({ example: 'Exports' })
  name!: string;

  @Choice('FeatureKind', FEATURE_KINDS)
  kind!: FeatureKind;

  @Choice('FeatureReset', FEATURE_RESETS, {
    optional: true,
    description: 'Metered features: when usage starts again from zero. Default: period',
  })
  resets?: FeatureReset;

  @Name({ optional: true, description: 'What one of it is called', example: 'export', max: 40 })
  unit?: string;

  @ScalarList({ optional: true, description: CHOICES, min: 1, max: 50 })
  values?: (number | string)[];

  @Choice('FeatureVisibility', FEATURE_VISIBILITIES, {
    optional: true,
    description: 'client: SDK keys see it too. Default: team',
  })
  visibility?: FeatureVisibility;
}

export class RolloutFields {
  @Integer({
    min: 0,
    max: 100,
    description: 'Percent of targeting keys for which the flag is on, whatever the plan grants',
  })
  percentage!: number;
}

const ROLLOUT =
  'Flags, also declared ones: evaluations with a targeting key (OFREP) obey it; null: the plan decides';

export class UpdateFeatureRequest {
  @Name({ optional: true })
  name?: string;

  @Name({ optional: true, nullable: true, max: 40 })
  unit?: string | null;

  @Choice('FeatureVisibility', FEATURE_VISIBILITIES, { optional: true })
  visibility?: FeatureVisibility;

  @Flag({
    optional: true,
    description: 'An archived feature gets no new grants; usage still counts',
  })
  archived?: boolean;

  @Nested(() => RolloutFields, { optional: true, nullable: true, description: ROLLOUT })
  rollout?: RolloutFields | null;
}

export class FeatureResponse {
  @Text({ example: 'exports' })
  key!: string;

  @Text()
  name!: string;

  @Choice('FeatureKind', FEATURE_KINDS)
  kind!: FeatureKind;

  @Choice('FeatureReset', FEATURE_RESETS, { nullable: true })
  resets!: FeatureReset | null;

  @Text({ nullable: true })
  unit!: string | null;

  @ScalarList({ nullable: true, description: CHOICES, min: 1, max: 50 })
  values!: (number | string)[] | null;

  @Choice('FeatureVisibility', FEATURE_VISIBILITIES)
  visibility!: FeatureVisibility;

  @Nested(() => RolloutFields, { nullable: true, description: ROLLOUT })
  rollout!: RolloutFields | null;

  @Flag({ description: 'Code declares it: staff change its rollout only' })
  declared!: boolean;

  @Flag()
  archived!: boolean;

  @Instant()
  createdAt!: string;
}

/** What a plan grants of a metered or an allocated feature. */
export class LimitGrantResponse {
  @Integer({ min: 0, nullable: true, description: 'Null: unlimited' })
  limit!: number | null;

  @Choice('LimitMode', LIMIT_MODES, {
    description: 'hard refuses above the limit; soft counts on and says overLimit',
  })
  mode!: LimitMode;
}

export class FlagGrantResponse {
  @Flag()
  enabled!: boolean;
}

export class ConfigGrantResponse {
  @Scalar()
  value!: number | string;
}

export const GRANTS = {
  metered: LimitGrantResponse,
  allocated: LimitGrantResponse,
  flag: FlagGrantResponse,
  config: ConfigGrantResponse,
};

export function toFeatureResponse(feature: Feature): FeatureResponse {
  const { key, name, kind, resets, unit, values, visibility, createdAt, archivedAt } = feature;
  const { rolloutPercentage: percentage } = feature;
  return {
    ...{ key, name, kind, resets, unit, values, visibility },
    rollout: percentage === null ? null : { percentage },
    declared: feature.isDeclared,
    archived: archivedAt !== null,
    createdAt: createdAt.toISOString(),
  };
}

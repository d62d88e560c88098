import { ByFeature } from '../../../common/feature-fields';
import { Choice, Flag, Integer, Name, Nested, Text } from '../../../common/fields';
import { GRANTS } from '../../features/dto/feature';
import { AFTER_GRACE, INTERVAL_UNITS, type AfterGrace, type IntervalUnit } from '../plan.entity';

const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const CURRENCY = /^[a-z]{3}$/;

const LIMIT = { type: ['integer', 'null'], minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
const LIMITS = { metered: LIMIT, allocated: LIMIT };
const IN_SHORT =
  'The same of metered and allocated features in short: a hard limit, or null for unlimited.';

export class PlanPriceRequest {
  @Integer({ min: 0, description: 'In minor units', example: 4900 })
  amount!: number;

  @Text({ min: 3, max: 3, pattern: CURRENCY, description: 'ISO 4217, lower case', example: 'usd' })
  currency!: string;
}

export class PlanIntervalRequest {
  @Choice('IntervalUnit', INTERVAL_UNITS)
  unit!: IntervalUnit;

  @Integer({ min: 1, max: 366 })
  count!: number;
}

/** Optional in both requests: a new plan gets the default named here, an existing one keeps its value. */
class PlanSettings {
  @Text({ max: 500, optional: true, description: 'Default for a new plan: empty' })
  description?: string;

  @Integer({ min: 0, max: 730, optional: true, description: 'Default for a new plan: 0' })
  trialDays?: number;

  @Integer({
    min: 0,
    max: 365,
    optional: true,
    description: 'Grace period of past_due. Default for a new plan: 7',
  })
  graceDays?: number;

  @Choice('AfterGrace', AFTER_GRACE, {
    optional: true,
    description: 'Default for a new plan: default_plan',
  })
  afterGrace?: AfterGrace;

  @Flag({ optional: true, description: 'Default for a new plan: true' })
  renews?: boolean;

  @Flag({
    optional: true,
    description: 'Listed and selectable by owners. Default for a new plan: true',
  })
  public?: boolean;

  @Flag({
    optional: true,
    description:
      'The plan of new businesses; true replaces the current default plan. Default for a new plan: false',
  })
  default?: boolean;
}

export class CreatePlanRequest extends PlanSettings {
  @Text({ min: 1, max: 64, pattern: SLUG, description: 'Immutable', example: 'pro' })
  slug!: string;

  @Name({ example: 'Pro' })
  name!: string;

  @Nested(() => PlanPriceRequest)
  price!: PlanPriceRequest;

  @Nested(() => PlanIntervalRequest)
  interval!: PlanIntervalRequest;

  @ByFeature(GRANTS, {
    optional: true,
    mayBeNull: true,
    description: 'What it grants; features not named are off',
  })
  features?: Record<string, unknown>;

  @ByFeature(LIMITS, { optional: true, description: IN_SHORT })
  limits?: Record<string, unknown>;
}

export class UpdatePlanRequest extends PlanSettings {
  @Name({ optional: true })
  name?: string;

  @Nested(() => PlanPriceRequest, {
    optional: true,
    description: 'A change creates a version, which subscribers get at their next period',
  })
  price?: PlanPriceRequest;

  @Nested(() => PlanIntervalRequest, {
    optional: true,
    description: 'A change creates a version, which subscribers get at their next period',
  })
  interval?: PlanIntervalRequest;

  @ByFeature(GRANTS, {
    optional: true,
    mayBeNull: true,
    description: 'For all subscribers at once; features not named stay, null takes a grant away',
  })
  features?: Record<string, unknown>;

  @ByFeature(LIMITS, { optional: true, description: `${IN_SHORT} Limits not named stay` })
  limits?: Record<string, unknown>;
}

import { Choice, Flag, Integer, Name, Nested, Text } from '../../../common/fields';
import { AFTER_GRACE, INTERVAL_UNITS, type AfterGrace, type IntervalUnit } from '../plan.entity';

const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const CURRENCY = /^[a-z]{3}$/;

const RECORDINGS = { min: 0, nullable: true, description: 'A period; null: unlimited' };
const APPLICATIONS = { min: 0, nullable: true, description: 'At a time; null: unlimited' };
const SEATS = { min: 0, nullable: true, description: 'At a time; null: unlimited' };

export class PlanPriceRequest {
  @Integer({ min: 0, description: 'In minor units', example: 4900 })
  amount!: number;

  @Text({ min: 3, max: 3, pattern: CURRENCY, description: 'ISO 4217, lower case', example: 'usd' })
  currency!: string;
}

export class PlanIntervalRequest {
  @Choice(INTERVAL_UNITS)
  unit!: IntervalUnit;

  @Integer({ min: 1, max: 366 })
  count!: number;
}

export class PlanLimitsRequest {
  @Integer(RECORDINGS)
  recordings!: number | null;

  @Integer(APPLICATIONS)
  applications!: number | null;

  @Integer(SEATS)
  seats!: number | null;
}

export class PlanLimitChangesRequest {
  @Integer({ ...RECORDINGS, optional: true })
  recordings?: number | null;

  @Integer({ ...APPLICATIONS, optional: true })
  applications?: number | null;

  @Integer({ ...SEATS, optional: true })
  seats?: number | null;
}

/** What both requests may leave out: a new plan gets the value named here, an old one keeps its own. */
class PlanSettings {
  @Text({ max: 500, optional: true, description: 'A new plan: empty unless said' })
  description?: string;

  @Integer({ min: 0, max: 730, optional: true, description: 'A new plan: 0 unless said' })
  trialDays?: number;

  @Integer({
    min: 0,
    max: 365,
    optional: true,
    description: 'How long past_due goes on working. A new plan: 7 unless said',
  })
  graceDays?: number;

  @Choice(AFTER_GRACE, { optional: true, description: 'A new plan: default_plan unless said' })
  afterGrace?: AfterGrace;

  @Flag({ optional: true, description: 'A new plan: true unless said' })
  renews?: boolean;

  @Flag({
    optional: true,
    description: 'Listed, and to be chosen by an owner. A new plan: true unless said',
  })
  public?: boolean;

  @Flag({
    optional: true,
    description:
      'What a new business gets; true takes it from the plan that has it. A new plan: false unless said',
  })
  default?: boolean;
}

export class CreatePlanRequest extends PlanSettings {
  @Text({ min: 1, max: 64, pattern: SLUG, description: 'Never changes', example: 'pro' })
  slug!: string;

  @Name({ example: 'Pro' })
  name!: string;

  @Nested(() => PlanPriceRequest)
  price!: PlanPriceRequest;

  @Nested(() => PlanIntervalRequest)
  interval!: PlanIntervalRequest;

  @Nested(() => PlanLimitsRequest)
  limits!: PlanLimitsRequest;
}

export class UpdatePlanRequest extends PlanSettings {
  @Name({ optional: true })
  name?: string;

  @Nested(() => PlanPriceRequest, {
    optional: true,
    description: 'Another one makes a version; subscribers meet it at their next period',
  })
  price?: PlanPriceRequest;

  @Nested(() => PlanIntervalRequest, {
    optional: true,
    description: 'Another one makes a version; subscribers meet it at their next period',
  })
  interval?: PlanIntervalRequest;

  @Nested(() => PlanLimitChangesRequest, {
    optional: true,
    description: 'For all subscribers at once; what is left out stays',
  })
  limits?: PlanLimitChangesRequest;
}

import { Choice, Flag, Id, Integer, Nested, Text } from '../../../common/fields';
import {
  AFTER_GRACE,
  INTERVAL_UNITS,
  type AfterGrace,
  type IntervalUnit,
  type PlanWithTerms,
} from '../plan.entity';

export class MoneyResponse {
  @Integer({ description: 'In minor units', example: 4900 })
  amount!: number;

  @Text({ description: 'ISO 4217, lower case', example: 'usd' })
  currency!: string;
}

export class IntervalResponse {
  @Choice('IntervalUnit', INTERVAL_UNITS)
  unit!: IntervalUnit;

  @Integer({ min: 1 })
  count!: number;
}

export class LimitsResponse {
  @Integer({ min: 0, nullable: true, description: 'Per period; null: unlimited' })
  recordings!: number | null;

  @Integer({ min: 0, nullable: true, description: 'At the same time; null: unlimited' })
  applications!: number | null;

  @Integer({
    min: 0,
    nullable: true,
    description: 'Active members who are persons; null: unlimited',
  })
  seats!: number | null;
}

export class PlanResponse {
  @Id()
  id!: string;

  @Text({ example: 'free' })
  slug!: string;

  @Text()
  name!: string;

  @Text()
  description!: string;

  @Integer({ min: 1, description: 'Price and interval belong to a version; limits apply to all' })
  version!: number;

  @Nested(() => MoneyResponse)
  price!: MoneyResponse;

  @Nested(() => IntervalResponse)
  interval!: IntervalResponse;

  @Integer({ min: 0 })
  trialDays!: number;

  @Integer({ min: 0, description: 'Grace period of past_due' })
  graceDays!: number;

  @Choice('AfterGrace', AFTER_GRACE)
  afterGrace!: AfterGrace;

  @Flag()
  renews!: boolean;

  @Flag({ description: 'The plan of new businesses' })
  default!: boolean;

  @Flag({ description: 'Listed and selectable by owners' })
  public!: boolean;

  @Flag()
  archived!: boolean;

  @Nested(() => LimitsResponse)
  limits!: LimitsResponse;
}

export function toPlanResponse(plan: PlanWithTerms): PlanResponse {
  const { id, slug, name, description, terms, trialDays, graceDays, afterGrace, renews } = plan;
  return {
    id,
    slug,
    name,
    description,
    version: terms.version,
    price: { amount: terms.priceAmount, currency: terms.priceCurrency },
    interval: { unit: terms.intervalUnit, count: terms.intervalCount },
    trialDays,
    graceDays,
    afterGrace,
    renews,
    default: plan.isDefault,
    public: plan.isPublic,
    archived: plan.archivedAt !== null,
    limits: {
      recordings: plan.recordingsLimit,
      applications: plan.applicationsLimit,
      seats: plan.seatsLimit,
    },
  };
}

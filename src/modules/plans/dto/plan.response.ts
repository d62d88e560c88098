import { valuesOfDeclared, type Grant, type Grants } from '../../../common/features';
import { ByFeature } from '../../../common/feature-fields';
import { Choice, Flag, Id, Integer, Nested, Text } from '../../../common/fields';
import { GRANTS } from '../../features/dto/feature';
import {
  AFTER_GRACE,
  INTERVAL_UNITS,
  type AfterGrace,
  type IntervalUnit,
  type PlanWithTerms,
} from '../plan.entity';

const LIMIT = { type: ['integer', 'null'], minimum: 0 };
const LIMITS = { metered: LIMIT, allocated: LIMIT };

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

  @ByFeature(GRANTS, {
    isAnswer: true,
    mayBeNull: true,
    description: 'What it grants; null: the feature is off',
  })
  features!: Record<string, Grant | null>;

  @ByFeature(LIMITS, {
    isAnswer: true,
    description: 'The same of metered and allocated features in short; null: unlimited',
  })
  limits!: Record<string, number | null>;
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
    features: { ...valuesOfDeclared(() => null), ...plan.grants },
    limits: limitsOf(plan.grants),
  };
}

/** Declared features that no grant names are shown as off. */
function limitsOf(grants: Grants): Record<string, number | null> {
  const limits = Object.entries(grants).flatMap(([key, grant]) =>
    'limit' in grant ? [[key, grant.limit] as const] : [],
  );
  const off = valuesOfDeclared(() => 0, ['metered', 'allocated']);
  return { ...off, ...Object.fromEntries(limits) };
}

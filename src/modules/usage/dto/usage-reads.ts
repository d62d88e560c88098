import { isInstant } from '../../../common/field-rules';
import {
  Choice,
  Flag,
  Id,
  Instant,
  Integer,
  ListOf,
  Text,
  check,
  field,
  list,
} from '../../../common/fields';
import type { CreditSource } from '../../entitlements/credits.service';
import { MeteredUsageResponse, toUsageResponse } from '../../entitlements/dto/usage.response';
import { computeRemaining, grantOf } from '../../entitlements/usage';
import type { UsageView } from '../../subscriptions/decisions/subscription-view';
import { FEATURE_KINDS, type FeatureKind } from '../../../common/features';

const MOST_PERCENTAGES = 10;

/** A day of the UTC calendar: `2026-11-29`. */
function Day(description: string): PropertyDecorator {
  const isDay = (value: unknown) =>
    typeof value === 'string' && value.length === 10 && isInstant(`${value}T00:00:00Z`);
  return field({ description }, { type: String, format: 'date', example: '2026-11-29' }, [
    check('date', isDay, 'must be a day: 2026-11-29'),
  ]);
}

function Percentages(description: string): PropertyDecorator {
  const isPercentage = (value: unknown) =>
    Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 100;
  const arePercentages = (values: unknown) => Array.isArray(values) && values.every(isPercentage);
  const items = { type: 'integer', minimum: 1, maximum: 100, example: 80 } as const;
  return list({ max: MOST_PERCENTAGES, description }, { type: 'array', items }, [
    check('percentage', arePercentages, 'must hold integers from 1 to 100'),
  ]);
}

export class FeatureUsageResponse extends MeteredUsageResponse {
  @Text()
  feature!: string;

  @Choice('FeatureKind', FEATURE_KINDS)
  kind!: FeatureKind;

  @Integer({ min: 0, description: 'The part of `used` paid by credits' })
  credited!: number;

  @Integer({ min: 0, description: 'The part of `used` that a plan change carried over' })
  carriedOver!: number;

  @Integer({
    min: 0,
    description: 'What open reservations hold; not used yet, and not in `remaining`',
  })
  reserved!: number;
}

export class UsageSourceResponse {
  @Choice('UsageSourceKind', ['plan', 'business', 'credit'], {
    description: '`business`: its own grant, in place of the plan',
  })
  kind!: 'plan' | 'business' | 'credit';

  @Id({ nullable: true, description: 'Of the credit; null for the others' })
  id!: string | null;

  @Integer({ min: 0, description: 'In this period; the sources add up to its `used`' })
  used!: number;

  @Integer({ min: 0, nullable: true })
  limit!: number | null;

  @Integer({ min: 0, nullable: true, description: 'What is reserved is not taken off any source' })
  remaining!: number | null;

  @Instant({ nullable: true, description: 'When the rest of a credit expires' })
  expiresAt!: string | null;
}

export class RecentEventResponse {
  @Text()
  eventId!: string;

  @Integer({ min: 1 })
  amount!: number;

  @Instant()
  createdAt!: string;
}

export class FeatureUsageExplanationResponse extends FeatureUsageResponse {
  @ListOf(() => UsageSourceResponse, {
    description:
      'What paid for `used` and pays for what comes next, in this order: the plan, credits, then credits with nothing left',
  })
  sources!: UsageSourceResponse[];

  @ListOf(() => RecentEventResponse, { description: 'The last 20 events' })
  recent!: RecentEventResponse[];
}

export class UsageVerificationResponse {
  @Integer({ min: 0, description: 'The value of the counter' })
  counter!: number;

  @Integer({
    min: 0,
    description:
      'The rows and units of events that count now, deleted rows of metered features included, plus usage carried over by a plan change',
  })
  rows!: number;

  @Flag()
  equal!: boolean;
}

export class HistoryQuery {
  @Choice('HistoryBucket', ['day'], { optional: true, description: 'How usage is summed up' })
  bucket = 'day' as const;

  @Day('The first day, in UTC')
  from!: string;

  @Day('The last day, in UTC; at most 399 days after the first')
  to!: string;
}

export class UsageDayResponse {
  @Day('In UTC')
  day!: string;

  @Integer({ min: 0 })
  used!: number;
}

export class UsageHistoryResponse {
  @Choice('HistoryBucket', ['day'])
  bucket!: 'day';

  @ListOf(() => UsageDayResponse, { description: 'The days with usage, oldest first' })
  data!: UsageDayResponse[];
}

export class AlertsRequest {
  @Percentages('Of the limit; at most 10')
  percentages!: number[];
}

export class AlertsResponse {
  @Percentages('In ascending order')
  percentages!: number[];
}

export function toFeatureUsage(key: string, view: UsageView): FeatureUsageResponse {
  const counts = view.counts[key];
  const shown = toUsageResponse(view)[key];
  return {
    feature: key,
    kind: counts?.kind ?? 'metered',
    used: shown?.used ?? 0,
    limit: shown ? shown.limit : 0,
    remaining: shown ? shown.remaining : 0,
    resetsAt: shown?.resetsAt ?? null,
    credits: shown?.credits ?? 0,
    credited: counts?.credited ?? 0,
    carriedOver: counts?.carriedOver ?? 0,
    reserved: counts?.reserved ?? 0,
    overLimit: shown?.overLimit ?? false,
  };
}

/** What paid for the usage: the plan or the own grant of the business, then credits. They add up to it. */
export function explainSources(
  key: string,
  { counts, plan }: UsageView,
  credits: readonly CreditSource[],
): UsageSourceResponse[] {
  const usage = counts[key];
  const { limit } = grantOf(key, usage, plan.grants);
  const used = (usage?.used ?? 0) - (usage?.credited ?? 0);
  const remaining = computeRemaining(used, limit);
  const kind = usage?.ownGrant ? 'business' : 'plan';
  const granted = { kind, id: null, used, limit, remaining, expiresAt: null } as const;
  return [granted, ...credits.map(toCreditSource)];
}

function toCreditSource(credit: CreditSource): UsageSourceResponse {
  const { id, used, amount: limit, remaining, expiresAt } = credit;
  return {
    kind: 'credit',
    ...{ id, used, limit, remaining },
    expiresAt: expiresAt?.toISOString() ?? null,
  };
}

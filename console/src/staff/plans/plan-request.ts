import type { CreatePlanRequest, PlanResponse, UpdatePlanRequest } from '@tenantry/client';
import type { Fields } from '../../ui/form';

export const UNITS = ['day', 'week', 'month', 'year'] as const;
export const AFTER_GRACE = ['default_plan', 'expire'] as const;

/** Of a field named `limits.<feature>`, as a fault's pointer names it; empty is unlimited. */
const LIMIT = 'limits.';

/** What both requests have. */
function terms(fields: Fields) {
  return {
    name: fields.name ?? '',
    description: fields.description ?? '',
    price: { amount: Number(fields['price.amount']), currency: fields['price.currency'] ?? 'usd' },
    interval: {
      unit: UNITS.find((unit) => unit === fields['interval.unit']) ?? 'month',
      count: Number(fields['interval.count']),
    },
    trialDays: Number(fields.trialDays ?? 0),
    graceDays: Number(fields.graceDays ?? 0),
    afterGrace: AFTER_GRACE.find((each) => each === fields.afterGrace) ?? 'default_plan',
    renews: fields.renews === 'on',
    public: fields.public === 'on',
  };
}

type Limits = NonNullable<CreatePlanRequest['limits']>;

export function toCreateRequest(fields: Fields): CreatePlanRequest {
  const features = (fields.features ?? '').split(',').filter(Boolean);
  const limits = features.map((feature) => [feature, limitOf(fields, feature)]);
  return {
    ...terms(fields),
    slug: fields.slug ?? '',
    limits: Object.fromEntries(limits) as Limits,
  };
}

/** A limit that was not changed is not sent: its grant may be soft, which the field does not show. */
export function toUpdateRequest(fields: Fields, plan: PlanResponse): UpdatePlanRequest {
  const before: Record<string, number | null | undefined> = plan.limits;
  const changed = Object.keys(before).filter(
    (feature) => limitOf(fields, feature) !== before[feature],
  );
  const limits = changed.map((feature) => [feature, limitOf(fields, feature)]);
  return {
    ...terms(fields),
    ...(limits.length > 0 && { limits: Object.fromEntries(limits) as Limits }),
    ...(fields.default === 'on' && !plan.default && { default: true }),
  };
}

export const limitField = (feature: string): string => `${LIMIT}${feature}`;

function limitOf(fields: Fields, feature: string): number | null {
  const typed = fields[limitField(feature)];
  return typed === undefined ? null : Number(typed);
}

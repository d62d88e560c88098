import { ByFeature } from '../../../common/feature-fields';
import { Flag, Instant, Integer } from '../../../common/fields';
import type { PlanWithTerms } from '../../plans/plan.entity';
import {
  computeMeteredRemaining,
  computeRemaining,
  grantOf,
  isOverLimit,
  resetOf,
  type AllocatedUsage,
  type FeatureUsage,
  type MeteredCounts,
  type MeteredUsage,
  type UsageCounts,
} from '../usage';

export class MeteredUsageResponse implements MeteredUsage {
  @Integer({ min: 0 })
  used!: number;

  @Integer({ min: 0, nullable: true, description: 'The allowance; null: unlimited' })
  limit!: number | null;

  @Integer({
    min: 0,
    nullable: true,
    description: 'What is left of allowance and credits; null: unlimited',
  })
  remaining!: number | null;

  @Instant({ nullable: true, description: 'When used starts again from zero; null: never' })
  resetsAt!: string | null;

  @Integer({ min: 0, description: 'Unspent credits, spent after the allowance' })
  credits!: number;

  @Flag({
    description:
      'Whether more is used than the limit says: a soft one lets it pass, and a hard one may have been lowered',
  })
  overLimit!: boolean;
}

export class AllocatedUsageResponse implements AllocatedUsage {
  @Integer({ min: 0 })
  used!: number;

  @Integer({ min: 0, nullable: true })
  limit!: number | null;

  @Integer({ min: 0, nullable: true })
  remaining!: number | null;
}

export const USAGE = { metered: MeteredUsageResponse, allocated: AllocatedUsageResponse };

/** By feature: each metered and allocated one. */
export class UsageResponse {
  [feature: string]: AllocatedUsageResponse & Partial<MeteredUsageResponse>;
}
ByFeature(USAGE, { isAnswer: true, isWhole: true })(UsageResponse.prototype, 'features');

interface UsageView {
  subscription: { periodEnd: Date };
  plan: Pick<PlanWithTerms, 'grants'>;
  counts: UsageCounts;
  /** Decides when a day ends. */
  now: Date;
}

export function toUsageResponse({ subscription, plan, counts, now }: UsageView): UsageResponse {
  return Object.fromEntries(
    Object.entries(counts).map(([key, usage]) => {
      const { limit } = grantOf(key, usage, plan.grants);
      const resetsAt = resetOf(usage.resets, subscription.periodEnd, now);
      return [
        key,
        usage.kind === 'metered' ? toMetered(usage, limit, resetsAt) : toAllocated(usage, limit),
      ];
    }),
  );
}

export function toMetered(
  counts: MeteredCounts,
  limit: number | null,
  resetsAt: Date | null,
): MeteredUsageResponse {
  return {
    used: counts.used,
    limit,
    remaining: computeMeteredRemaining(counts, limit),
    resetsAt: resetsAt?.toISOString() ?? null,
    credits: counts.credits,
    overLimit: isOverLimit(counts, limit),
  };
}

function toAllocated(
  { used, reserved }: FeatureUsage,
  limit: number | null,
): AllocatedUsageResponse {
  return { used, limit, remaining: computeRemaining(used + reserved, limit) };
}

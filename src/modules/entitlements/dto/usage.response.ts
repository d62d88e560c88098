import { Instant, Integer, Nested } from '../../../common/fields';
import type { PlanWithTerms } from '../../plans/plan.entity';
import {
  computeMeteredRemaining,
  computeRemaining,
  type CountedUsage,
  type MeteredUsage,
  type RecordingCounts,
  type UsageCounts,
} from '../usage';

export class MeteredUsageResponse implements MeteredUsage {
  @Integer({ min: 0 })
  used!: number;

  @Integer({ min: 0, nullable: true, description: "The plan's allowance; null: unlimited" })
  limit!: number | null;

  @Integer({
    min: 0,
    nullable: true,
    description: 'What is left of allowance and credits; null: unlimited',
  })
  remaining!: number | null;

  @Instant({ description: 'When the period ends and the quota resets' })
  resetsAt!: string;

  @Integer({ min: 0, description: "Unspent credits, spent after the plan's allowance" })
  credits!: number;
}

export class CountedUsageResponse implements CountedUsage {
  @Integer({ min: 0 })
  used!: number;

  @Integer({ min: 0, nullable: true })
  limit!: number | null;

  @Integer({ min: 0, nullable: true })
  remaining!: number | null;
}

export class UsageResponse {
  @Nested(() => MeteredUsageResponse)
  recordings!: MeteredUsageResponse;

  @Nested(() => CountedUsageResponse)
  applications!: CountedUsageResponse;

  @Nested(() => CountedUsageResponse)
  seats!: CountedUsageResponse;
}

/** Used and remaining units of a plan in the current period. */
interface UsageView {
  subscription: { periodEnd: Date };
  plan: PlanWithTerms;
  counts: UsageCounts;
}

export function toUsageResponse({ subscription, plan, counts }: UsageView): UsageResponse {
  return {
    recordings: toMetered(counts, plan.recordingsLimit, subscription.periodEnd),
    applications: toCounted(counts.applications, plan.applicationsLimit),
    seats: toCounted(counts.seats, plan.seatsLimit),
  };
}

export function toMetered(
  counts: RecordingCounts,
  limit: number | null,
  periodEnd: Date,
): MeteredUsageResponse {
  return {
    used: counts.recordings,
    limit,
    remaining: computeMeteredRemaining(counts, limit),
    resetsAt: periodEnd.toISOString(),
    credits: counts.credits,
  };
}

function toCounted(used: number, limit: number | null): CountedUsageResponse {
  return { used, limit, remaining: computeRemaining(used, limit) };
}

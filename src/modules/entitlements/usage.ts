import type { FeatureReset, Grants, LimitGrant } from '../../common/features';

// What is used of each metered and allocated feature, and what is left. Pure.

/** What a counter says of a feature, with all that stands beside the plan. */
export interface FeatureUsage {
  kind: 'metered' | 'allocated';
  /** Of metered features. */
  resets: FeatureReset | null;
  /** In the current period or day, ever, or existing now. */
  used: number;
  /** The part of `used` that a plan change carried over: this period has no rows or events for it. */
  carriedOver: number;
  /** The part of `used` paid by credits; the rest counts against the allowance. */
  credited: number;
  /** Unspent credits, neither expired nor void. */
  credits: number;
  /** Held by open reservations; not used yet. */
  reserved: number;
  /** The business's own grant, in place of the plan's. */
  ownGrant: LimitGrant | null;
}

/** By feature: each metered and allocated one of the catalogue. */
export type UsageCounts = Record<string, FeatureUsage>;

/** Usage of a metered feature, as it is answered. */
export interface MeteredUsage {
  used: number;
  /** The allowance; null: unlimited. */
  limit: number | null;
  /** What is left of allowance and credits; null: unlimited. */
  remaining: number | null;
  /** When used starts again from zero; null: never. */
  resetsAt: string | null;
  /** Unspent credits, which are spent after the allowance. */
  credits: number;
  /** Whether more is used than the limit says: a soft one lets it pass, and a hard one may have been lowered. */
  overLimit: boolean;
}

/** Usage of an allocated feature: what exists now. */
export interface AllocatedUsage {
  used: number;
  limit: number | null;
  remaining: number | null;
}

/** The counts of one window of a metered feature. */
export type MeteredCounts = Pick<FeatureUsage, 'used' | 'credited' | 'credits' | 'reserved'>;

const OFF: LimitGrant = { limit: 0, mode: 'hard' };

/** Of one event, reservation or check. */
export const MAXIMUM_AMOUNT = 1_000_000_000;

/** Larger sums would lose their last digits in JSON. */
const LARGEST = Number.MAX_SAFE_INTEGER;

/** What the business has: its own grant, else that of its plan. */
export function grantOf(
  key: string,
  usage: Pick<FeatureUsage, 'ownGrant'> | undefined,
  ofPlan: Grants,
): LimitGrant {
  return usage?.ownGrant ?? (ofPlan[key] as LimitGrant | undefined) ?? OFF;
}

/** The rest of a limit; null: unlimited. */
export function computeRemaining(used: number, limit: number): number;
export function computeRemaining(used: number, limit: number | null): number | null;
export function computeRemaining(used: number, limit: number | null): number | null {
  return limit === null ? null : Math.max(0, limit - used);
}

/** The rest of the allowance, plus the credits, less what is reserved; null: unlimited. At most 2^53 − 1. */
export function computeMeteredRemaining(counts: MeteredCounts, limit: number): number;
export function computeMeteredRemaining(counts: MeteredCounts, limit: number | null): number | null;
export function computeMeteredRemaining(
  { used, credited, credits, reserved }: MeteredCounts,
  limit: number | null,
): number | null {
  const ofPlan = computeRemaining(used - credited, limit);
  return ofPlan === null ? null : Math.max(0, Math.min(LARGEST, ofPlan + credits - reserved));
}

/** Whether more is used than allowance and credits paid for. */
export function isOverLimit(
  { used, credited }: Pick<MeteredCounts, 'used' | 'credited'>,
  limit: number | null,
): boolean {
  return limit !== null && used - credited > limit;
}

/** When the window of a metered feature ends. */
export function resetOf(resets: FeatureReset | null, periodEnd: Date, now: Date): Date | null {
  if (resets === 'day') return nextMidnight(now);
  return resets === 'period' ? periodEnd : null;
}

function nextMidnight(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1));
}

/** The counts when a new period begins: those of its features start again. */
export function countedAnew(counts: UsageCounts): UsageCounts {
  return Object.fromEntries(
    Object.entries(counts).map(([key, usage]) => [
      key,
      usage.resets === 'period' ? { ...usage, used: 0, carriedOver: 0, credited: 0 } : usage,
    ]),
  );
}

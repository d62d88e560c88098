/** Usage of a metered feature, counted per period. */
export interface MeteredUsage {
  used: number;
  /** The plan's allowance; null: unlimited. */
  limit: number | null;
  /** Null: unlimited. */
  remaining: number | null;
  resetsAt: string;
  /** Unspent credits, which are spent after the plan's allowance. */
  credits: number;
}

/** Usage of a feature that counts existing objects. */
export interface CountedUsage {
  used: number;
  limit: number | null;
  remaining: number | null;
}

/** The rest of a limit; null: unlimited. */
export function computeRemaining(used: number, limit: number): number;
export function computeRemaining(used: number, limit: number | null): number | null;
export function computeRemaining(used: number, limit: number | null): number | null {
  return limit === null ? null : Math.max(0, limit - used);
}

/** Everything counted against the plan of a business, in one read. */
export interface UsageCounts {
  /** In the current period. */
  recordings: number;
  /** The part of `recordings` that a plan change carried over: this period has no rows for it. */
  carriedOver: number;
  /** The part of `recordings` paid by credits; the rest counts against the plan's allowance. */
  credited: number;
  /** Unspent credits, neither expired nor void. */
  credits: number;
  applications: number;
  seats: number;
}

/** How recordings are counted in a period, with the credits beside the plan. */
export interface RecordingCounts {
  recordings: number;
  credited: number;
  credits: number;
}

/** The rest of the plan's allowance, plus the credits; null: unlimited. */
export function computeMeteredRemaining(counts: RecordingCounts, limit: number): number;
export function computeMeteredRemaining(
  counts: RecordingCounts,
  limit: number | null,
): number | null;
export function computeMeteredRemaining(
  { recordings, credited, credits }: RecordingCounts,
  limit: number | null,
): number | null {
  const ofPlan = computeRemaining(recordings - credited, limit);
  return ofPlan === null ? null : ofPlan + credits;
}

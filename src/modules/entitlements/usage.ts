/** Usage of a feature that a period meters. */
export interface MeteredUsage {
  used: number;
  /** The plan's; null: unlimited. */
  limit: number | null;
  /** Null: unlimited. */
  remaining: number | null;
  resetsAt: string;
  /** Unspent credits, which are spent after the plan's allowance. */
  credits: number;
}

/** Usage of a feature that counts what there is at the moment. */
export interface CountedUsage {
  used: number;
  limit: number | null;
  remaining: number | null;
}

/** What is left of a limit; null: unlimited. */
export function computeRemaining(used: number, limit: number | null): number | null {
  return limit === null ? null : Math.max(0, limit - used);
}

/** All that is counted against the plan of a business, as one reading of the database. */
export interface UsageCounts {
  /** Of the running period. */
  recordings: number;
  /** The part of `recordings` that a change of plan brought along: there are no rows of this period for it. */
  carriedOver: number;
  /** The part of `recordings` that credits paid for; the rest counts against the plan's allowance. */
  credited: number;
  /** Credits that are not spent, expired or void. */
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

/** What is left of the plan's allowance, and then of the credits; null: unlimited. */
export function computeMeteredRemaining(
  { recordings, credited, credits }: RecordingCounts,
  limit: number | null,
): number | null {
  const ofPlan = computeRemaining(recordings - credited, limit);
  return ofPlan === null ? null : ofPlan + credits;
}

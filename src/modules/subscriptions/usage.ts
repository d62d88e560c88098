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

export function computeRemaining(used: number, limit: number | null, credits = 0): number | null {
  return limit === null ? null : Math.max(0, limit - used) + credits;
}

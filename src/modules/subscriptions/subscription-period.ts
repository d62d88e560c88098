import type { PeriodUsage } from '../entitlements/counters.service';

/** One period of a subscription; the current one has no closing time. */
export interface SubscriptionPeriod {
  ordinal: number;
  start: Date;
  end: Date;
  planId: string;
  usage: PeriodUsage;
  closedAt: Date | null;
}

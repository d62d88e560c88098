/** One period of a subscription; the current one has no closing time. */
export interface SubscriptionPeriod {
  ordinal: number;
  start: Date;
  end: Date;
  planId: string;
  recordingsUsed: number;
  closedAt: Date | null;
}

import { DateTime } from 'luxon';
import type { IntervalUnit } from '../plans/plan.entity';

export interface BillingInterval {
  unit: IntervalUnit;
  count: number;
}

/** From start (inclusive) to end (exclusive), in UTC. */
export interface Period {
  start: Date;
  end: Date;
}

/**
 * The n-th boundary of a cycle, `anchor + n · interval` in UTC, always counted from the anchor: a monthly cycle
 * from 31 January has its boundaries on 28 or 29 February, 31 March, 30 April. Chaining from the previous
 * boundary would stay on the 28th for ever.
 */
export function boundary(anchor: Date, interval: BillingInterval, n: number): Date {
  const amount = { [`${interval.unit}s`]: n * interval.count };
  return DateTime.fromJSDate(anchor, { zone: 'utc' }).plus(amount).toJSDate();
}

/** Period n of a cycle, from its n-th boundary to the next; n = 0 begins at the anchor. */
export function nextPeriod(anchor: Date, interval: BillingInterval, n: number): Period {
  return { start: boundary(anchor, interval, n), end: boundary(anchor, interval, n + 1) };
}

import type { IntervalUnit, PlanVersion } from '../../plans/plan.entity';

const ONE_DAY_MS = 86_400_000;

export interface BillingInterval {
  unit: IntervalUnit;
  count: number;
}

/** Of a plan's terms. */
export function intervalOf({
  intervalUnit: unit,
  intervalCount: count,
}: Pick<PlanVersion, 'intervalUnit' | 'intervalCount'>): BillingInterval {
  return { unit, count };
}

export function isSameInterval(one: BillingInterval, other: BillingInterval): boolean {
  return one.unit === other.unit && one.count === other.count;
}

/** From start (inclusive) to end (exclusive), in UTC. */
export interface Period {
  start: Date;
  end: Date;
}

/**
 * The n-th boundary of a cycle, `anchor + n · interval` in UTC, always computed from the anchor: a monthly cycle from
 * 31 January has its boundaries on 28 or 29 February, 31 March, 30 April. Computed from the previous boundary, it would
 * stay on the 28th. Implemented here, since a run of a million renewals calls it a million times; the tests compare it
 * with luxon.
 */
export function boundary(anchor: Date, { unit, count }: BillingInterval, n: number): Date {
  switch (unit) {
    case 'day':
      return plusDays(anchor, n * count);
    case 'week':
      return plusDays(anchor, 7 * n * count);
    case 'month':
      return plusMonths(anchor, n * count);
    case 'year':
      return plusMonths(anchor, 12 * n * count);
  }
}

/** Period n of a cycle, from its n-th boundary to the next; n = 0 starts at the anchor. */
export function nextPeriod(anchor: Date, interval: BillingInterval, n: number): Period {
  return { start: boundary(anchor, interval, n), end: boundary(anchor, interval, n + 1) };
}

/** A day of UTC always has 24 hours. */
function plusDays(date: Date, days: number): Date {
  return new Date(date.getTime() + days * ONE_DAY_MS);
}

/** The same day and time of another month, or the last day of a shorter one. */
function plusMonths(date: Date, months: number): Date {
  const moved = new Date(date);
  moved.setUTCMonth(date.getUTCMonth() + months);
  const spilledOver = moved.getUTCDate() !== date.getUTCDate(); // 31 June is 1 July
  if (spilledOver) moved.setUTCDate(0);
  return moved;
}

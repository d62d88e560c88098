import { DateTime } from 'luxon';
import type Stripe from 'stripe';

export interface Period {
  start: number;
  end: number;
}

const UNITS = { day: 'days', week: 'weeks', month: 'months', year: 'years' } as const;

/** The n-th boundary, always counted from the anchor: the 31st comes back after a shorter month. */
export function boundary(anchor: number, recurring: Stripe.Price.Recurring, n: number): number {
  const unit = UNITS[recurring.interval as keyof typeof UNITS];
  const start = DateTime.fromSeconds(anchor, { zone: 'utc' });
  return start.plus({ [unit]: n * recurring.interval_count }).toUnixInteger();
}

/** The period which starts at a moment or has it inside. */
export function periodAt(
  anchor: number,
  recurring: Stripe.Price.Recurring,
  moment: number,
): Period {
  let n = Math.floor((moment - anchor) / longestSeconds(recurring));
  while (boundary(anchor, recurring, n + 1) <= moment) n += 1;
  return { start: boundary(anchor, recurring, n), end: boundary(anchor, recurring, n + 1) };
}

/** Never more than the true number of periods has passed by this. */
function longestSeconds({ interval, interval_count: count }: Stripe.Price.Recurring): number {
  const days = { day: 1, week: 7, month: 31, year: 366 };
  return days[interval as keyof typeof days] * count * 86_400;
}

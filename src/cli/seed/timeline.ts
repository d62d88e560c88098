import { DateTime } from 'luxon';
import {
  boundary,
  nextPeriod,
  type BillingInterval,
  type Period,
} from '../../modules/subscriptions/periods';
import type { Random } from './random';

/** The periods of a subscription up to today; the last one is running. */
export interface Timeline {
  anchor: Date;
  periods: Period[];
}

const ENDS_OF_MONTHS = 0.3;

/**
 * Makes up when a subscription began: so that at least `closed` periods have passed, and for some with a boundary
 * at the end of a month.
 * @param today the moment that the world is made for; the last period contains it
 */
export function makeTimeline(
  interval: BillingInterval,
  closed: number,
  today: Date,
  random: Random,
): Timeline {
  const into = random.integer(5, 95) / 100; // how far the running period has come
  const lastMonth = random.chance(ENDS_OF_MONTHS);
  const latest = boundary(today, interval, -closed);
  const length = latest.getTime() - boundary(today, interval, -closed - 1).getTime();
  const begun = new Date(Math.floor(latest.getTime() - into * length));
  const byMonths = interval.unit === 'month' || interval.unit === 'year';
  const anchor = byMonths && lastMonth ? endOfMonthBefore(begun) : begun;
  return { anchor, periods: [...periodsUpTo(anchor, interval, today)] };
}

function endOfMonthBefore(moment: Date): Date {
  const day = DateTime.fromJSDate(moment, { zone: 'utc' });
  return day.minus({ days: day.day }).toJSDate(); // the day 0 of a month is the last of the one before
}

function* periodsUpTo(anchor: Date, interval: BillingInterval, today: Date): Generator<Period> {
  for (let n = 0; ; n += 1) {
    const period = nextPeriod(anchor, interval, n);
    yield period;
    if (period.end.getTime() > today.getTime()) return;
  }
}

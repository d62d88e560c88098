import {
  boundary,
  nextPeriod,
  type BillingInterval,
  type Period,
} from '../../../modules/subscriptions/decisions/periods';
import type { Random } from '../chance/random';

/** The periods of a subscription up to today; the last one is current. */
export interface Timeline {
  anchor: Date;
  periods: Period[];
}

const ONE_DAY_MS = 86_400_000;
/** Some end just after midnight, so that the next renewal has work. */
const DUE_SOON = 0.03;
const DUE_WITHIN_MS = 60_000;

/** Calendar edge cases, and the share of subscriptions that started on one. */
const SPECIAL_DAYS: { share: number; suits: (day: Date) => boolean }[] = [
  { share: 0.25, suits: (day) => new Date(day.getTime() + ONE_DAY_MS).getUTCDate() === 1 },
  { share: 0.02, suits: (day) => day.getUTCDate() === 29 },
  { share: 0.02, suits: (day) => day.getUTCDate() === 30 },
  { share: 0.02, suits: (day) => day.getUTCDate() === 31 },
  { share: 0.02, suits: (day) => day.getUTCMonth() === 11 && day.getUTCDate() === 31 },
  { share: 0.01, suits: (day) => day.getUTCMonth() === 1 && day.getUTCDate() === 29 },
];

/**
 * Makes up a start: at least `closed` periods ago, for some on an edge case of the calendar.
 * @param today the time of the world; inside the last period
 */
export function makeTimeline(
  interval: BillingInterval,
  closed: number,
  today: Date,
  random: Random,
): Timeline {
  const isDueSoon = random.chance(DUE_SOON);
  const begun = isDueSoon
    ? boundary(soonAfter(today, random), interval, -closed - 1)
    : beginWithin(interval, closed, today, random);
  const special = pickSpecialDay(random);
  const byMonths = interval.unit === 'month' || interval.unit === 'year';
  const anchor = byMonths && special && !isDueSoon ? lastDayBefore(begun, special) : begun;
  return { anchor, periods: periodsUpTo(anchor, interval, today) };
}

/** A current trial; its end is the anchor of what follows. */
export function makeTrial(days: number, today: Date, random: Random): Period {
  const left = random.chance(DUE_SOON) ? 0 : random.integer(5, 95) / 100;
  const end = new Date(soonAfter(today, random).getTime() + Math.floor(left * days) * ONE_DAY_MS);
  return { start: new Date(end.getTime() - days * ONE_DAY_MS), end };
}

/** All periods from an anchor; the last one contains today. */
export function periodsUpTo(anchor: Date, interval: BillingInterval, today: Date): Period[] {
  const periods = [nextPeriod(anchor, interval, 0)];
  while (periods.at(-1)!.end.getTime() <= today.getTime())
    periods.push(nextPeriod(anchor, interval, periods.length));
  return periods;
}

function beginWithin(interval: BillingInterval, closed: number, today: Date, random: Random): Date {
  const into = random.integer(5, 95) / 100; // the elapsed share of the current period
  const latest = boundary(today, interval, -closed);
  const length = latest.getTime() - boundary(today, interval, -closed - 1).getTime();
  return new Date(Math.floor(latest.getTime() - into * length));
}

function soonAfter(today: Date, random: Random): Date {
  return new Date(today.getTime() + random.integer(1, DUE_WITHIN_MS));
}

function pickSpecialDay(random: Random): ((day: Date) => boolean) | undefined {
  let rest = random.next();
  return SPECIAL_DAYS.find(({ share }) => (rest -= share) < 0)?.suits;
}

function lastDayBefore(moment: Date, suits: (day: Date) => boolean): Date {
  let day = new Date(moment.getTime() - ONE_DAY_MS);
  while (!suits(day)) day = new Date(day.getTime() - ONE_DAY_MS);
  return day;
}

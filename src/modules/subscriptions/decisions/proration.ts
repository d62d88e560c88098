import type { PlanVersion } from '../../plans/plan.entity';
import type { Period } from './periods';
import { currencyMismatch } from '../subscriptions.errors';

/** The cost of a plan change now, in minor units of one currency. Always `credit + charge = due`. */
export interface Proration {
  /** The unused rest of the paid period; 0 or less. */
  credit: number;
  /** The cost of the new plan from now on; 0 or more. */
  charge: number;
  /** Below 0 the business has credit left. */
  due: number;
  currency: string;
}

export type Price = Pick<PlanVersion, 'priceAmount' | 'priceCurrency'>;

/** No money moves: a trial, a change at the end of a period, plans that staff assign. */
export function noProration({ priceCurrency: currency }: Price): Proration {
  return { credit: 0, charge: 0, due: 0, currency };
}

/**
 * Proration of a change at a moment of the current period, to the second: only whole remaining seconds count, and each
 * of the two amounts is rounded to the minor unit, halves up.
 * @param period the length and end of the current period
 * @param newLasts whether the new plan continues in that period; otherwise a whole new one starts and is charged in
 * full
 * @throws 409 currency_mismatch when both plans are priced in different currencies
 */
export function computeProration(
  from: Price,
  to: Price,
  period: Period,
  now: Date,
  newLasts: 'rest_of_period' | 'whole_period',
): Proration {
  const left = secondsLeft(period, now);
  const unused = prorate(from.priceAmount, left);
  const charge = newLasts === 'whole_period' ? to.priceAmount : prorate(to.priceAmount, left);
  const currency = commonCurrency(from, to);
  return { credit: unused === 0 ? 0 : -unused, charge, due: charge - unused, currency };
}

interface Fraction {
  part: number;
  whole: number;
}

function secondsLeft({ start, end }: Period, now: Date): Fraction {
  const whole = Math.floor((end.getTime() - start.getTime()) / 1000);
  const part = Math.floor((end.getTime() - now.getTime()) / 1000);
  return { part: Math.min(Math.max(part, 0), whole), whole: Math.max(whole, 1) };
}

/** Integers throughout: a price times the seconds of a year exceeds what a number holds exactly. */
function prorate(amount: number, { part, whole }: Fraction): number {
  const doubled = 2n * BigInt(amount) * BigInt(part) + BigInt(whole);
  return Number(doubled / (2n * BigInt(whole)));
}

/** A free plan has no currency of its own. */
function commonCurrency(from: Price, to: Price): string {
  if (from.priceAmount === 0) return to.priceCurrency;
  if (to.priceAmount > 0 && to.priceCurrency !== from.priceCurrency) throw currencyMismatch();
  return from.priceCurrency;
}

/** Days of the mean Gregorian year and month. */
const DAYS = { day: 1, week: 7, month: 365.2425 / 12, year: 365.2425 };

/** A price per day, to compare plans across intervals. */
export function pricePerDay({ priceAmount, intervalUnit, intervalCount }: PlanVersion): number {
  return priceAmount / (DAYS[intervalUnit] * intervalCount);
}

import type { PlanVersion } from '../../plans/plan.entity';
import type { Period } from './periods';
import { currencyMismatch } from '../subscriptions.errors';

/** What a change of plan now costs, in minor units of one currency. Always `credit + charge = due`. */
export interface Proration {
  /** What was paid for the rest of the period and is not used; 0 or less. */
  credit: number;
  /** What the new plan costs from now on; 0 or more. */
  charge: number;
  /** Below 0 the business has money left over. */
  due: number;
  currency: string;
}

export type Price = Pick<PlanVersion, 'priceAmount' | 'priceCurrency'>;

/** No money moves: a trial, a change at the end of a period, plans that staff assign. */
export function noProration({ priceCurrency: currency }: Price): Proration {
  return { credit: 0, charge: 0, due: 0, currency };
}

/**
 * Proration of a change at a moment of a running period, to the second: only whole seconds that are left count,
 * and each of the two amounts is rounded to the minor unit, halves up.
 * @param period how long the running period lasts and when it ends
 * @param newLasts whether the new plan runs on in that period; otherwise a whole new one begins and is charged whole
 * @throws 409 currency_mismatch when both plans cost something, in different currencies
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

/** In integers throughout: a price times the seconds of a year is beyond what a number holds exactly. */
function prorate(amount: number, { part, whole }: Fraction): number {
  const doubled = 2n * BigInt(amount) * BigInt(part) + BigInt(whole);
  return Number(doubled / (2n * BigInt(whole)));
}

/** What is free has no currency of its own. */
function commonCurrency(from: Price, to: Price): string {
  if (from.priceAmount === 0) return to.priceCurrency;
  if (to.priceAmount > 0 && to.priceCurrency !== from.priceCurrency) throw currencyMismatch();
  return from.priceCurrency;
}

/** Days of the mean Gregorian year and month. */
const DAYS = { day: 1, week: 7, month: 365.2425 / 12, year: 365.2425 };

/** A price per day, to tell an upgrade from a downgrade across intervals. */
export function pricePerDay({ priceAmount, intervalUnit, intervalCount }: PlanVersion): number {
  return priceAmount / (DAYS[intervalUnit] * intervalCount);
}

import type { MoneyResponse } from '@tenantry/client';
import { text } from '../text/catalogue';

const LANGUAGE = navigator.language;
const dateTime = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: 'medium', timeStyle: 'short' });
const date = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: 'medium' });
const number = new Intl.NumberFormat(LANGUAGE);

/** A moment in the reader's zone; UTC on hover. */
export function Time({ at, isDay }: { at: string | null; isDay?: boolean }) {
  if (at === null) return <span className="faint">{text.common.never}</span>;
  return (
    <time dateTime={at} title={at.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')}>
      {(isDay ? date : dateTime).format(new Date(at))}
    </time>
  );
}

export function formatDay(at: string): string {
  return date.format(new Date(at));
}

export function formatNumber(value: number): string {
  return number.format(value);
}

/** An amount in minor units, by the digits that its currency has. */
export function formatMoney({ amount, currency }: MoneyResponse): string {
  const format = new Intl.NumberFormat(LANGUAGE, { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amount / 10 ** digits);
}

export function formatLimit(limit: number | null): string {
  return limit === null ? text.common.unlimited : formatNumber(limit);
}

const SECOND_MS = 1_000;

export function formatDuration(milliseconds: number): string {
  if (milliseconds < SECOND_MS) return `${milliseconds} ms`;
  const seconds = Math.round(milliseconds / SECOND_MS);
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  return minutes === 0 ? `${seconds} s` : `${formatNumber(minutes)} min ${rest} s`;
}

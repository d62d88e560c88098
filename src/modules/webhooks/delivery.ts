import { hoursAfter, hoursBefore } from '../../common/clock';

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** One event for one endpoint. */
export interface Delivery {
  id: string;
  eventId: string;
  eventType: string;
  /** Null: a test. */
  eventSequence: number | null;
  status: DeliveryStatus;
  tries: number;
  nextTryAt: Date | null;
  createdAt: Date;
  deliveredAt: Date | null;
  triedAt: Date | null;
  answerStatus: number | null;
  answerText: string | null;
  error: string | null;
  durationMs: number | null;
}

/** What came of one try. */
export interface Try {
  /** Null: no answer. */
  status: number | null;
  text: string | null;
  error: string | null;
  durationMs: number;
  /** The header, as it came. */
  retryAfter: string | null;
}

/** What a delivery is after a try. */
export interface AfterTry {
  status: DeliveryStatus;
  nextTryAt: Date | null;
}

const MINUTE = 60;
const HOUR = 3_600;
/** Seconds after each failure, for three days. The last failure gives the delivery up. */
export const PAUSES_SECONDS = [
  5,
  MINUTE,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  18 * HOUR,
  22 * HOUR,
];
const GONE = 410;
/** Of these, `Retry-After` says when to come again (RFC 9110, 10.2.3). */
const BUSY = [429, 503];
/** No longer is waited for, so that a wrong header does not hold deliveries up for good. */
const MOST_ASKED_SECONDS = HOUR;
const DISABLED_AFTER_HOURS = 5 * 24;
/** An endpoint that takes longer is served beside the others, so that they do not wait for it. */
const SLOW_MS = 2_000;

export function isSuccess({ status }: Try): boolean {
  return status !== null && status >= 200 && status < 300;
}

/** @param tries with this one */
export function decideAfterTry(outcome: Try, tries: number, now: Date): AfterTry {
  if (isSuccess(outcome)) return { status: 'delivered', nextTryAt: null };
  const pause = PAUSES_SECONDS[tries - 1];
  if (outcome.status === GONE || pause === undefined) return { status: 'failed', nextTryAt: null };
  const waited = Math.max(pause, askedSeconds(outcome, now));
  return { status: 'pending', nextTryAt: hoursAfter(now, waited / HOUR) };
}

/** How long a busy receiver asks to be left alone: by seconds or by a date; 0 where it does not say. */
function askedSeconds({ status, retryAfter }: Try, now: Date): number {
  if (retryAfter === null || !BUSY.includes(status ?? 0)) return 0;
  const isNumber = /^\d+$/.test(retryAfter);
  const seconds = isNumber ? Number(retryAfter) : (Date.parse(retryAfter) - now.getTime()) / 1_000;
  return Number.isNaN(seconds) ? 0 : Math.min(seconds, MOST_ASKED_SECONDS);
}

export interface EndpointHealth {
  firstFailureAt: Date | null;
  isSlow: boolean;
}

/** How the tries of one round leave an endpoint: healthy after any success. */
export function decideHealth(
  { firstFailureAt }: EndpointHealth,
  round: readonly Try[],
  now: Date,
): EndpointHealth {
  const isSlow = round.some((outcome) => !isSuccess(outcome) || outcome.durationMs > SLOW_MS);
  return { firstFailureAt: round.some(isSuccess) ? null : (firstFailureAt ?? now), isSlow };
}

/** Why nothing more is sent to an endpoint; null: it stays enabled. */
export function decideDisabling(
  { firstFailureAt }: EndpointHealth,
  round: readonly Try[],
  now: Date,
): 'gone' | 'failing' | null {
  if (round.some(({ status }) => status === GONE)) return 'gone';
  const isLong =
    firstFailureAt !== null && firstFailureAt <= hoursBefore(now, DISABLED_AFTER_HOURS);
  return isLong ? 'failing' : null;
}

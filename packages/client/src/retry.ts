/** Statuses of refusals before any work: to repeat is safe, whatever was asked. */
const NOTHING_WAS_DONE = [429];
/** What passes by itself, and may have happened after the work was done. */
const PASSING = [408, 502, 503, 504];
const IN_USE = 'idempotency_key_in_use';

/** What came of one try; without a status no answer came. */
export interface Attempted {
  status?: number;
  code?: string;
  retryAfterSeconds: number | null;
}

export function isWorthRepeating({ status, code }: Attempted, isRepeatable: boolean): boolean {
  if (status !== undefined && NOTHING_WAS_DONE.includes(status)) return true;
  const isPassing = status === undefined || PASSING.includes(status) || code === IN_USE;
  return isRepeatable && isPassing;
}

/**
 * What the server asks for, else 0.25, 0.5, 1, … seconds, up to a quarter less so that clients do not come back together.
 * @param attempt 0 for the first
 */
export function computeDelayMs(
  { retryAfterSeconds }: Attempted,
  attempt: number,
  random: () => number = Math.random,
): number {
  if (retryAfterSeconds !== null) return retryAfterSeconds * 1000;
  return Math.min(250 * 2 ** attempt, 30_000) * (1 - random() / 4);
}

/** `Retry-After` in either of its forms. */
export function readRetryAfter(header: string | null, now = Date.now()): number | null {
  if (header === null || header === '') return null;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isNaN(seconds) ? null : Math.max(0, seconds);
}

/** @throws the signal's reason as soon as it is aborted */
export function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

import { computeDelayMs, isWorthRepeating, readRetryAfter } from './retry.ts';

it.each([
  ['nothing was done', 429, undefined, false, true],
  ['the server was not ready', 503, undefined, true, true],
  ['the first is still running', 409, 'idempotency_key_in_use', true, true],
  ['no answer came', undefined, undefined, true, true],
  ['it may have been done', 503, undefined, false, false],
  ['it was refused', 409, 'email_taken', true, false],
  ['the server failed', 500, undefined, true, false],
])('%s: %p %p, repeatable %p → %p', (_, status, code, isRepeatable, expected) => {
  expect(isWorthRepeating({ status, code, retryAfterSeconds: null }, isRepeatable)).toBe(expected);
});

it('waits as long as the server says, else twice as long each time, less a quarter at most', () => {
  expect(computeDelayMs({ retryAfterSeconds: 7 }, 3)).toBe(7_000);
  const delays = [0, 1, 2, 10].map((n) => computeDelayMs({ retryAfterSeconds: null }, n, () => 0));
  expect(delays).toEqual([250, 500, 1_000, 30_000]);
  expect(computeDelayMs({ retryAfterSeconds: null }, 2, () => 1)).toBe(750);
});

it.each([
  ['12', 12],
  ['Sun, 29 Nov 2026 10:00:05 GMT', 5],
  ['Sun, 29 Nov 2026 09:00:00 GMT', 0],
  ['soon', null],
  ['', null],
  [null, null],
])('reads Retry-After: %p', (header, seconds) => {
  expect(readRetryAfter(header, Date.parse('2026-11-29T10:00:00Z'))).toBe(seconds);
});

import { decideAfterTry, PAUSES_SECONDS, type Try } from './delivery';

const NOW = new Date('2026-11-21T10:00:00.000Z');

/** Seconds until the next try. */
function pauseAfter(status: number | null, retryAfter: string | null, tries = 1): number {
  const outcome: Try = { status, retryAfter, text: null, error: null, durationMs: 1 };
  return (decideAfterTry(outcome, tries, NOW).nextTryAt!.getTime() - NOW.getTime()) / 1_000;
}

describe('after a failure, the next try', () => {
  it('waits as long as a busy receiver asks, by seconds or by a date', () => {
    for (const status of [429, 503]) {
      expect(pauseAfter(status, '90')).toBe(90);
      expect(pauseAfter(status, 'Sat, 21 Nov 2026 10:02:00 GMT')).toBe(120);
    }
  });

  it('waits an hour at most, and never less than without', () => {
    expect(pauseAfter(429, '86400')).toBe(3_600);
    expect(pauseAfter(429, '9'.repeat(400))).toBe(3_600);
    expect(pauseAfter(503, 'Sat, 21 Nov 2099 10:00:00 GMT')).toBe(3_600);
    expect(pauseAfter(429, '1')).toBe(PAUSES_SECONDS[0]);
    expect(pauseAfter(429, '60', 5)).toBe(PAUSES_SECONDS[4]);
    expect(pauseAfter(503, 'Fri, 20 Nov 2026 10:00:00 GMT')).toBe(PAUSES_SECONDS[0]);
  });

  it.each(['', 'soon', '-5', '1.5e', 'NaN', '\u0000'])('ignores %j', (retryAfter) => {
    expect(pauseAfter(429, retryAfter)).toBe(PAUSES_SECONDS[0]);
  });

  it('is not put off by other answers', () => {
    for (const status of [null, 301, 400, 500, 502]) expect(pauseAfter(status, '90')).toBe(5);
  });

  it('is none for one that asks for it too late', () => {
    const outcome: Try = { status: 429, retryAfter: '90', text: null, error: null, durationMs: 1 };
    const after = decideAfterTry(outcome, PAUSES_SECONDS.length + 1, NOW);
    expect(after).toEqual({ status: 'failed', nextTryAt: null });
  });
});

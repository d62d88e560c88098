import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres-error';

const POLL_INTERVAL_MS = 10;

/** The moment at which waiting ends. Monotonic: setting the clock does not move it. */
export class Deadline {
  private readonly endsAtMs: number;

  constructor(readonly limitMs: number) {
    this.endsAtMs = performance.now() + limitMs;
  }

  get hasPassed(): boolean {
    return performance.now() >= this.endsAtMs;
  }
}

/**
 * Polls until the answer is not undefined. The condition belongs to another process, so there is nothing to subscribe
 * to.
 */
export async function waitFor<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  deadline: Deadline,
  describe: () => string,
): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (deadline.hasPassed) {
      throw new EmbeddedPostgresError(`Gave up after ${deadline.limitMs / 1000} s: ${describe()}`);
    }
    await sleep(POLL_INTERVAL_MS);
  }
}

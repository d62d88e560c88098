import { overloaded } from '../../common/problems';
import { monotonicMs } from '../../common/clock';
import { Turns } from '../../common/turns';

const MAXIMUM_WAITING = 200;
const WAIT_LIMIT_MS = 4_000; // the password hash then waits for its own turn, 5 s at most: 9 s in all
const COME_BACK = { headers: { 'Retry-After': '5' } };

/**
 * Runs guesses of one account one at a time, and few at a time from one address. A guess in flight counts until it
 * proves right; so right ones do not use up the limit. Per process.
 */
export class GuessTurns {
  private readonly lines = new Map<string, Turns>();

  /**
   * @param atOnce from the address
   * @throws 503 overloaded when too many are waiting, or for too long
   */
  run<T>(
    account: string,
    address: { key: string; atOnce: number } | null,
    work: () => Promise<T>,
  ): Promise<T> {
    const untilMs = monotonicMs() + WAIT_LIMIT_MS;
    return this.inLine(account, 1, untilMs, () =>
      address ? this.inLine(address.key, address.atOnce, untilMs, work) : work(),
    );
  }

  /** How many accounts and addresses have guesses in flight. */
  get size(): number {
    return this.lines.size;
  }

  private async inLine<T>(
    key: string,
    atOnce: number,
    untilMs: number,
    work: () => Promise<T>,
  ): Promise<T> {
    const line = this.lines.get(key) ?? newLine(atOnce);
    this.lines.set(key, line);
    try {
      return await line.run(work, Math.max(0, untilMs - monotonicMs()));
    } finally {
      if (line.isIdle && this.lines.get(key) === line) this.lines.delete(key);
    }
  }
}

function newLine(atOnce: number): Turns {
  const refuse = () => overloaded(COME_BACK);
  return new Turns({ atOnce, waiting: MAXIMUM_WAITING, waitMs: WAIT_LIMIT_MS, refuse });
}

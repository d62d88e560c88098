import type { DomainError } from './problem';

export interface TurnLimits {
  atOnce: number;
  /** When this many wait, the next one is refused at once. */
  waiting: number;
  waitMs: number;
  /** The error for refused callers. */
  refuse: () => DomainError;
}

/** Runs a limited number of pieces of work at once; the others queue, first in first out, for a limited time. */
export class Turns {
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  constructor(private readonly limits: TurnLimits) {}

  /** Nothing runs or waits. */
  get isIdle(): boolean {
    return this.running === 0;
  }

  /**
   * @param waitMs instead of the usual wait limit
   * @throws the error of `refuse`; the work was not started then
   */
  async run<T>(work: () => Promise<T>, waitMs = this.limits.waitMs): Promise<T> {
    await this.waitForTurn(waitMs);
    try {
      return await work();
    } finally {
      this.passTurn();
    }
  }

  private waitForTurn(waitMs: number): Promise<void> | undefined {
    const { atOnce, waiting, refuse } = this.limits;
    if (this.running < atOnce) {
      this.running += 1;
      return undefined;
    }
    if (this.waiting.length >= waiting) throw refuse();
    return new Promise((resolve, reject) => {
      const take = (): void => {
        clearTimeout(patience);
        resolve();
      };
      const patience = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(take), 1);
        reject(refuse());
      }, waitMs);
      this.waiting.push(take);
    });
  }

  /** Hands the turn directly to the next in the queue, so that no later caller overtakes it. */
  private passTurn(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.running -= 1;
  }
}

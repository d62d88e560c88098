import type { DomainError } from './problem';

export interface TurnLimits {
  atOnce: number;
  /** Beyond so many that wait, the next one is refused at once. */
  waiting: number;
  waitMs: number;
  /** What those hear who are refused. */
  refuse: () => DomainError;
}

/** Lets so many pieces of work run at once; the others wait in line, first come, first served, and not for long. */
export class Turns {
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  constructor(private readonly limits: TurnLimits) {}

  /** Nothing runs or waits. */
  get isIdle(): boolean {
    return this.running === 0;
  }

  /**
   * @param waitMs instead of the usual patience
   * @throws what `refuse` gives, and then the work was not begun
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

  /** The turn goes straight to the next in line, so that none slips in between. */
  private passTurn(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.running -= 1;
  }
}

/**
 * The time of the local Stripe, which stands still until it is moved; with `live` it follows real time. The only file
 * of this package that reads the real clock.
 */
export class LocalClock {
  private standingMs: number;
  private aheadMs = 0;

  constructor(
    start: Date | undefined,
    private readonly live: boolean,
  ) {
    this.standingMs = (start ?? new Date()).getTime();
    if (live && start) this.aheadMs = start.getTime() - Date.now();
  }

  get now(): Date {
    return new Date(this.live ? Date.now() + this.aheadMs : this.standingMs);
  }

  /** As Stripe writes time: whole seconds. */
  get seconds(): number {
    return Math.floor(this.now.getTime() / 1000);
  }

  /** Never goes back. */
  moveTo(moment: Date): void {
    const byMs = moment.getTime() - this.now.getTime();
    if (byMs <= 0) return;
    this.standingMs += byMs;
    this.aheadMs += byMs;
  }
}

/** For signatures that are checked against the real time. */
export function realSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

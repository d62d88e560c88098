/**
 * The one clock of the system is the database's: every transaction reads it with its BEGIN (`tx.now`),
 * so replicas whose own clocks are off renew nothing early and nothing twice.
 * Tests move it; nothing else does.
 */
export class Clock {
  private offset = 0;

  /** How much later (or earlier) the system's time is than the database's. */
  get offsetMs(): number {
    return this.offset;
  }

  /** Turns the database's time into the system's, in whole milliseconds. */
  at(databaseTime: Date): Date {
    return new Date(databaseTime.getTime() + this.offset);
  }

  /** For tests: from now on, time is this much later (or earlier). */
  moveBy(milliseconds: number): void {
    this.offset += milliseconds;
  }
}

/** For what never decides anything: durations in logs, waiting times, progress. In milliseconds. */
export function monotonicMs(): number {
  return performance.now();
}

const ONE_HOUR_MS = 3_600_000;

/** The moment so many hours after another. */
export function hoursAfter(moment: Date, hours: number): Date {
  return new Date(moment.getTime() + hours * ONE_HOUR_MS);
}

/** The moment so many hours before another. */
export function hoursBefore(moment: Date, hours: number): Date {
  return new Date(moment.getTime() - hours * ONE_HOUR_MS);
}

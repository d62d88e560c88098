/**
 * The database's clock is the only clock: every transaction reads it with its BEGIN (`tx.now`), so replicas with
 * skewed clocks renew nothing early and nothing twice. Only tests move it.
 */
export class Clock {
  private offset = 0;

  /** How far the system's time is ahead of (or behind) the database's, in milliseconds. */
  get offsetMs(): number {
    return this.offset;
  }

  /** Converts the database's time to the system's, in whole milliseconds. */
  at(databaseTime: Date): Date {
    return new Date(databaseTime.getTime() + this.offset);
  }

  /** For tests: shifts time forward (or back) from now on. */
  moveBy(milliseconds: number): void {
    this.offset += milliseconds;
  }
}

/** For what decides nothing: durations in logs, waiting times, progress. In milliseconds. */
export function monotonicMs(): number {
  return performance.now();
}

/** For ids, whose times decide nothing. In milliseconds since 1970. */
export function systemMs(): number {
  return Date.now();
}

const ONE_HOUR_MS = 3_600_000;

/** The moment this many hours after another. */
export function hoursAfter(moment: Date, hours: number): Date {
  return new Date(moment.getTime() + hours * ONE_HOUR_MS);
}

/** The moment this many minutes after another. */
export function minutesAfter(moment: Date, minutes: number): Date {
  return hoursAfter(moment, minutes / 60);
}

/** The moment this many hours before another. */
export function hoursBefore(moment: Date, hours: number): Date {
  return new Date(moment.getTime() - hours * ONE_HOUR_MS);
}

/** As `Clock.at` has it, in SQL: whole milliseconds. @param offsetMs the parameter that holds `Clock.offsetMs` */
export function databaseTime(offsetMs: string): string {
  return `date_trunc('milliseconds', now()) + ${offsetMs}::float8 * interval '1 millisecond'`;
}

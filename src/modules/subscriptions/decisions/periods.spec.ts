import * as fc from 'fast-check';
import { DateTime, Settings } from 'luxon';
import type { IntervalUnit } from '../../plans/plan.entity';
import { boundary, nextPeriod, type BillingInterval } from './periods';

// The expectations come from a calendar, not from a computation like the one under test.

const MONTHLY_FROM_31_JANUARY = `
  2024-01-31 2024-02-29 2024-03-31 2024-04-30 2024-05-31 2024-06-30
  2024-07-31 2024-08-31 2024-09-30 2024-10-31 2024-11-30 2024-12-31
  2025-01-31 2025-02-28 2025-03-31 2025-04-30 2025-05-31 2025-06-30
  2025-07-31 2025-08-31 2025-09-30 2025-10-31 2025-11-30 2025-12-31
  2026-01-31 2026-02-28 2026-03-31 2026-04-30 2026-05-31 2026-06-30
  2026-07-31 2026-08-31 2026-09-30 2026-10-31 2026-11-30 2026-12-31
  2027-01-31 2027-02-28 2027-03-31 2027-04-30 2027-05-31 2027-06-30
  2027-07-31 2027-08-31 2027-09-30 2027-10-31 2027-11-30 2027-12-31
  2028-01-31`;

const YEARLY_FROM_29_FEBRUARY = `
  2092-02-29 2093-02-28 2094-02-28 2095-02-28 2096-02-29
  2097-02-28 2098-02-28 2099-02-28 2100-02-28 2101-02-28
  2102-02-28 2103-02-28 2104-02-29`;

const WEEKLY_FROM_A_MONDAY = `
  2026-02-16 2026-02-23 2026-03-02 2026-03-09 2026-03-16 2026-03-23 2026-03-30 2026-04-06`;

const EVERY_15_DAYS = `
  2026-01-20 2026-02-04 2026-02-19 2026-03-06 2026-03-21 2026-04-05 2026-04-20 2026-05-05
  2026-05-20 2026-06-04 2026-06-19 2026-07-04 2026-07-19 2026-08-03 2026-08-18 2026-09-02
  2026-09-17 2026-10-02 2026-10-17 2026-11-01 2026-11-16 2026-12-01 2026-12-16 2026-12-31
  2027-01-15 2027-01-30`;

const EVERY_3_MONTHS_FROM_30_NOVEMBER = `
  2026-11-30 2027-02-28 2027-05-30 2027-08-30 2027-11-30 2028-02-29 2028-05-30`;

const TIME_OF_DAY = 'T23:59:59.999Z';

function instants(days: string): Date[] {
  return days
    .trim()
    .split(/\s+/)
    .map((day) => new Date(`${day}${TIME_OF_DAY}`));
}

const interval = (count: number, unit: IntervalUnit): BillingInterval => ({ unit, count });

describe('the boundaries of a cycle', () => {
  it.each([
    ['monthly from 31 January', interval(1, 'month'), MONTHLY_FROM_31_JANUARY],
    ['yearly from 29 February', interval(1, 'year'), YEARLY_FROM_29_FEBRUARY],
    ['weekly', interval(1, 'week'), WEEKLY_FROM_A_MONDAY],
    ['every 15 days', interval(15, 'day'), EVERY_15_DAYS],
    ['every 3 months from 30 November', interval(3, 'month'), EVERY_3_MONTHS_FROM_30_NOVEMBER],
  ])('%s', (_, cycle, days) => {
    const expected = instants(days);
    expect(expected.map((__, n) => boundary(expected[0]!, cycle, n))).toEqual(expected);
  });

  it('covers 48 months in the monthly table', () => {
    expect(instants(MONTHLY_FROM_31_JANUARY)).toHaveLength(49);
  });

  it('is the anchor itself at n = 0, and before it at n = −1', () => {
    const anchor = new Date('2026-03-31T00:00:00.000Z');
    expect(boundary(anchor, interval(1, 'month'), 0)).toEqual(anchor);
    expect(boundary(anchor, interval(1, 'month'), -1)).toEqual(
      new Date('2026-02-28T00:00:00.000Z'),
    );
  });

  describe('where clocks are put forward', () => {
    const zone = Settings.defaultZone;
    beforeAll(() => {
      Settings.defaultZone = 'America/New_York';
    });
    afterAll(() => {
      Settings.defaultZone = zone;
    });

    it('stays at the same time of day in UTC', () => {
      const anchor = new Date('2026-02-20T03:30:00.000Z'); // 19 February, 22:30 in New York
      expect(boundary(anchor, interval(1, 'month'), 1)).toEqual(
        new Date('2026-03-20T03:30:00.000Z'),
      );
      expect(boundary(anchor, interval(30, 'day'), 1)).toEqual(
        new Date('2026-03-22T03:30:00.000Z'),
      );
    });
  });
});

const anchors = fc.date({
  min: new Date('1990-01-01T00:00:00.000Z'),
  max: new Date('2200-01-01T00:00:00.000Z'),
  noInvalidDate: true,
});
const intervals = fc.record({
  unit: fc.constantFrom<IntervalUnit[]>('day', 'week', 'month', 'year'),
  count: fc.integer({ min: 1, max: 366 }),
});
const ordinals = fc.integer({ min: 0, max: 29 });

const DAYS_OF: Record<'day' | 'week', number> = { day: 1, week: 7 };
const MONTHS_OF: Record<'month' | 'year', number> = { month: 1, year: 12 };
const ONE_DAY_MS = 86_400_000;

/** Another way to the same boundary, by days of 24 hours or by the day of the month. */
function expectedBoundary(anchor: Date, { unit, count }: BillingInterval, n: number): number {
  if (unit === 'day' || unit === 'week')
    return anchor.getTime() + n * count * DAYS_OF[unit] * ONE_DAY_MS;
  const month = anchor.getUTCMonth() + n * count * MONTHS_OF[unit];
  const lastDay = new Date(Date.UTC(anchor.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const day = Math.min(anchor.getUTCDate(), lastDay);
  const timeOfDay = anchor.getTime() - Date.UTC(...dayOf(anchor));
  return Date.UTC(anchor.getUTCFullYear(), month, day) + timeOfDay;
}

function dayOf(date: Date): [year: number, month: number, day: number] {
  return [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
}

describe('periods, for any anchor and interval', () => {
  it('tile without gap or overlap', () => {
    fc.assert(
      fc.property(anchors, intervals, (anchor, cycle) => {
        const periods = Array.from({ length: 30 }, (_, n) => nextPeriod(anchor, cycle, n));
        expect(periods[0]!.start).toEqual(anchor);
        expect(periods.slice(1).map(({ start }) => start)).toEqual(
          periods.slice(0, -1).map(({ end }) => end),
        );
      }),
    );
  });

  it('go forward', () => {
    fc.assert(
      fc.property(anchors, intervals, ordinals, (anchor, cycle, n) => {
        const { start, end } = nextPeriod(anchor, cycle, n);
        expect(end.getTime()).toBeGreaterThan(start.getTime());
      }),
    );
  });

  it('are counted from the anchor and not from the period before', () => {
    fc.assert(
      fc.property(anchors, intervals, ordinals, (anchor, cycle, n) => {
        expect(boundary(anchor, cycle, n).getTime()).toBe(expectedBoundary(anchor, cycle, n));
      }),
    );
  });

  it('come back to the day of the anchor wherever the month has it', () => {
    fc.assert(
      fc.property(anchors, fc.integer({ min: 1, max: 30 }), (anchor, n) => {
        const there = DateTime.fromJSDate(boundary(anchor, interval(1, 'month'), n)).toUTC();
        expect(there.day).toBe(Math.min(anchor.getUTCDate(), there.daysInMonth!));
      }),
    );
  });

  it('are those that luxon computes, for any anchor of the calendar and any n', () => {
    const everyAnchor = fc.oneof(anchors, fc.date({ noInvalidDate: true, ...FOUR_DIGIT_YEARS }));
    const everyN = fc.integer({ min: -40, max: 400 });
    fc.assert(
      fc.property(everyAnchor, intervals, everyN, (anchor, cycle, n) => {
        expect(boundary(anchor, cycle, n)).toEqual(luxonBoundary(anchor, cycle, n));
      }),
      { numRuns: 5_000 },
    );
  });

  it('are those that luxon computes, on every day of the leap years around a century', () => {
    for (const year of [1896, 1900, 2000, 2024, 2096, 2100])
      for (let day = 0; day < 366; day += 1)
        for (const cycle of [interval(1, 'month'), interval(7, 'month'), interval(1, 'year')])
          for (const n of [-1, 1, 2, 11, 13])
            expectLuxonBoundary(new Date(Date.UTC(year, 0, 1 + day, 23, 59, 59, 999)), cycle, n);
  });
});

const FOUR_DIGIT_YEARS = {
  min: new Date('0001-01-01T00:00:00.000Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
};

function luxonBoundary(anchor: Date, { unit, count }: BillingInterval, n: number): Date {
  const amount = { [`${unit}s`]: n * count };
  return DateTime.fromJSDate(anchor, { zone: 'utc' }).plus(amount).toJSDate();
}

/** Compares by itself: as many calls of `expect` would take seconds. */
function expectLuxonBoundary(anchor: Date, cycle: BillingInterval, n: number): void {
  const [actual, expected] = [boundary(anchor, cycle, n), luxonBoundary(anchor, cycle, n)];
  if (actual.getTime() !== expected.getTime())
    throw new Error(`${anchor.toISOString()} + ${n} × ${cycle.count} ${cycle.unit}`);
}

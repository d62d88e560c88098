import fc from 'fast-check';
import { INTERVAL_UNITS } from '../../modules/plans/plan.entity';
import { boundary } from '../../modules/subscriptions/periods';
import { Random } from './random';
import { makeTimeline } from './timeline';

const days = fc
  .date({ min: new Date('2024-01-01'), max: new Date('2032-12-31'), noInvalidDate: true })
  .map((date) => new Date(date.toISOString().slice(0, 10)));
const intervals = fc.record({
  unit: fc.constantFrom(...INTERVAL_UNITS),
  count: fc.integer({ min: 1, max: 15 }),
});

describe('makeTimeline', () => {
  it('counts all boundaries from the anchor, tiles, and ends with the period that is running', () => {
    fc.assert(
      fc.property(days, intervals, fc.nat(6), fc.nat(), (today, interval, closed, seed) => {
        const { anchor, periods } = makeTimeline(interval, closed, today, new Random(seed, 0));
        expect(periods.length).toBeGreaterThan(closed);
        periods.forEach(({ start, end }, n) => {
          expect(start).toEqual(boundary(anchor, interval, n));
          expect(end).toEqual(boundary(anchor, interval, n + 1));
        });
        const running = periods.at(-1)!;
        expect(running.start.getTime()).toBeLessThan(today.getTime());
        expect(running.end.getTime()).toBeGreaterThan(today.getTime());
      }),
    );
  });

  it('puts some anchors on ends of months', () => {
    const anchors = Array.from(
      { length: 200 },
      (_, stream) =>
        makeTimeline({ unit: 'month', count: 1 }, 3, new Date('2026-11-21'), new Random(1, stream))
          .anchor,
    );
    const dayAfter = (date: Date) => new Date(date.getTime() + 86_400_000).getUTCDate();
    const ends = anchors.filter((anchor) => dayAfter(anchor) === 1);
    expect(ends.length).toBeGreaterThan(40);
    expect(ends.some((anchor) => anchor.getUTCDate() === 31)).toBe(true);
  });
});

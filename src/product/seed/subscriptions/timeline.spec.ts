import fc from 'fast-check';
import { INTERVAL_UNITS } from '../../../modules/plans/plan.entity';
import { boundary } from '../../../modules/subscriptions/decisions/periods';
import { Random } from '../chance/random';
import { makeTimeline, makeTrial } from './timeline';

const days = fc
  .date({ min: new Date('2024-01-01'), max: new Date('2032-12-31'), noInvalidDate: true })
  .map((date) => new Date(date.toISOString().slice(0, 10)));
const today = new Date('2026-11-21');
const intervals = fc.record({
  unit: fc.constantFrom(...INTERVAL_UNITS),
  count: fc.integer({ min: 1, max: 15 }),
});

describe('makeTimeline', () => {
  it('counts all boundaries from the anchor, without gaps, up to the current period', () => {
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

  describe('of months', () => {
    const timelines = Array.from({ length: 1_000 }, (_, stream) =>
      makeTimeline({ unit: 'month', count: 1 }, 3, today, new Random(1, stream)),
    );
    const anchors = timelines.map(({ anchor }) => anchor);

    it('starts some on each of the last days of a month', () => {
      const dayAfter = (date: Date) => new Date(date.getTime() + 86_400_000).getUTCDate();
      expect(anchors.filter((anchor) => dayAfter(anchor) === 1).length).toBeGreaterThan(200);
      const days = new Set(anchors.map((anchor) => anchor.toISOString().slice(5, 10)));
      expect([...days]).toEqual(expect.arrayContaining(['02-29', '12-31', '06-30', '07-31']));
      expect([...days].some((day) => day.endsWith('-29') && day !== '02-29')).toBe(true);
    });

    it('ends some just after midnight, so that a renewal has work', () => {
      const soon = timelines.filter(({ periods }) => +periods.at(-1)!.end <= +today + 60_000);
      expect(soon.length).toBeGreaterThan(10);
      expect(soon.length).toBeLessThan(100);
    });
  });
});

describe('makeTrial', () => {
  it('is current, lasts whole days, and is about to end for some', () => {
    const ends = Array.from({ length: 300 }, (_, stream) => {
      const { start, end } = makeTrial(14, today, new Random(1, stream));
      expect(+end - +start).toBe(14 * 86_400_000);
      expect(start < today && end > today).toBe(true);
      return +end - +today;
    });
    expect(ends.filter((left) => left <= 60_000).length).toBeGreaterThan(3);
    expect(Math.max(...ends)).toBeGreaterThan(10 * 86_400_000);
  });
});

import * as fc from 'fast-check';
import { planOf, problemOf } from '../../../../test/support/subscription-fixtures';
import { INTERVAL_UNITS, type PlanVersion } from '../../plans/plan.entity';
import type { Period } from './periods';
import { computeProration, noProration, pricePerDay, type Price } from './proration';

const APRIL: Period = {
  start: new Date('2026-04-01T00:00:00.000Z'),
  end: new Date('2026-05-01T00:00:00.000Z'),
};

function usd(priceAmount: number): Price {
  return { priceAmount, priceCurrency: 'usd' };
}

function inApril(from: Price, to: Price, now: string, lasts: Lasts = 'rest_of_period') {
  return computeProration(from, to, APRIL, new Date(now), lasts);
}

type Lasts = Parameters<typeof computeProration>[4];

describe('computeProration', () => {
  it('halfway, half of each price', () => {
    expect(inApril(usd(1000), usd(3000), '2026-04-16T00:00:00.000Z')).toEqual({
      credit: -500,
      charge: 1500,
      due: 1000,
      currency: 'usd',
    });
  });

  it('a downgrade leaves money over', () => {
    const { due } = inApril(usd(3000), usd(1000), '2026-04-16T00:00:00.000Z');
    expect(due).toBe(-1000);
  });

  it('for a whole new period, all of its price', () => {
    const now = '2026-04-16T00:00:00.000Z';
    const proration = inApril(usd(1000), usd(9000), now, 'whole_period');
    expect(proration).toMatchObject({ credit: -500, charge: 9000, due: 8500 });
  });

  // 2,592,000 seconds; a price of as many minor units costs one a second.
  it.each([
    ['2026-04-30T23:59:58.000Z', -2],
    ['2026-04-30T23:59:58.001Z', -1],
    ['2026-04-30T23:59:59.001Z', 0],
    ['2026-05-01T00:00:00.000Z', 0],
    ['2026-05-03T00:00:00.000Z', 0],
    ['2026-04-01T00:00:00.000Z', -2_592_000],
    ['2026-03-31T00:00:00.000Z', -2_592_000],
  ])('at %s counts whole seconds that are left, of this period alone', (now, credit) => {
    expect(inApril(usd(2_592_000), usd(0), now)).toMatchObject({ credit, charge: 0, due: credit });
  });

  it('rounds halves up, each amount by itself', () => {
    const now = '2026-04-16T00:00:00.000Z';
    expect(inApril(usd(1), usd(3), now)).toMatchObject({ credit: -1, charge: 2, due: 1 });
    expect(inApril(usd(0), usd(5), '2026-04-25T00:00:00.000Z').charge).toBe(1); // a fifth
    expect(inApril(usd(0), usd(2), '2026-04-25T00:00:00.000Z').charge).toBe(0); // 0.4
  });

  it('is exact where the product is beyond 2^53', () => {
    const price = 9_007_199_254_740_991;
    const { credit } = inApril(usd(price), usd(0), '2026-04-11T00:00:00.000Z');
    expect(BigInt(-credit)).toBe((BigInt(price) * 4n + 3n) / 6n); // two thirds, halves up
  });

  it('never says minus zero', () => {
    const { credit, due } = inApril(usd(0), usd(0), '2026-04-16T00:00:00.000Z');
    expect([Object.is(credit, 0), Object.is(due, 0)]).toEqual([true, true]);
    const none = inApril(usd(1000), usd(0), '2026-05-01T00:00:00.000Z');
    expect([Object.is(none.credit, 0), Object.is(none.due, 0)]).toEqual([true, true]);
  });

  it('takes the currency of what costs something, and refuses two', () => {
    const [free, paid] = [usd(0), { priceAmount: 900, priceCurrency: 'eur' }];
    const now = '2026-04-16T00:00:00.000Z';
    expect(inApril(free, paid, now)).toMatchObject({ charge: 450, currency: 'eur' });
    expect(inApril(paid, free, now)).toMatchObject({ credit: -450, currency: 'eur' });
    expect(problemOf(() => inApril(usd(1), paid, now))).toBe('currency_mismatch');
  });
});

describe('noProration', () => {
  it('is nothing, in the currency of the plan', () => {
    const price = { priceAmount: 900, priceCurrency: 'eur' };
    expect(noProration(price)).toEqual({ credit: 0, charge: 0, due: 0, currency: 'eur' });
  });
});

describe('pricePerDay', () => {
  function perDay(priceAmount: number, intervalUnit: PlanVersion['intervalUnit'], count = 1) {
    return pricePerDay(planOf('plan', { priceAmount, intervalUnit, intervalCount: count }).terms);
  }

  it('compares prices across intervals', () => {
    expect(perDay(30, 'day', 3)).toBe(10);
    expect(perDay(70, 'week')).toBe(10);
    expect(perDay(1200, 'year')).toBeCloseTo(perDay(100, 'month'), 10);
    expect(perDay(1000, 'year')).toBeLessThan(perDay(100, 'month'));
    expect(perDay(1, 'day')).toBeGreaterThan(perDay(30, 'month'));
  });

  it.each(INTERVAL_UNITS)('of a free plan by the %s is 0', (unit) => {
    expect(perDay(0, unit)).toBe(0);
  });
});

describe('computeProration, for any prices, period and moment', () => {
  const prices = fc.oneof(fc.integer({ min: 0, max: 2_000_000_000 }), fc.maxSafeNat()).map(usd);
  const starts = fc.date({
    min: new Date('2020-01-01T00:00:00.000Z'),
    max: new Date('2040-01-01T00:00:00.000Z'),
    noInvalidDate: true,
  });
  const periods = fc
    .tuple(starts, fc.integer({ min: 1, max: 366 * 86_400 }))
    .map(([start, seconds]) => ({ start, end: new Date(start.getTime() + seconds * 1000) }));
  /** Where in the period: from somewhat before its start to somewhat after its end. */
  const moments = fc
    .tuple(periods, fc.double({ min: -0.1, max: 1.1, noNaN: true }))
    .map(([period, share]): Moment => ({
      period,
      now: new Date(+period.start + Math.round(share * (+period.end - +period.start))),
    }));

  interface Moment {
    period: Period;
    now: Date;
  }

  function compute(from: Price, to: Price, { period, now }: Moment, lasts: Lasts) {
    return computeProration(from, to, period, now, lasts);
  }

  /** The share of a price in whole seconds, halves up: once more, in another way. */
  function exactly({ priceAmount }: Price, { period, now }: Moment): bigint {
    const whole = (BigInt(+period.end) - BigInt(+period.start)) / 1000n;
    const unbounded = BigInt(Math.floor((+period.end - +now) / 1000));
    const left = unbounded < 0n ? 0n : unbounded > whole ? whole : unbounded;
    const product = BigInt(priceAmount) * left;
    return product / whole + (2n * (product % whole) >= whole ? 1n : 0n);
  }

  it('credit + charge = due, and each is what an exact calculation says', () => {
    fc.assert(
      fc.property(prices, prices, moments, fc.boolean(), (from, to, moment, isWhole) => {
        const lasts = isWhole ? 'whole_period' : 'rest_of_period';
        const { credit, charge, due } = compute(from, to, moment, lasts);
        expect(credit + charge).toBe(due);
        expect(BigInt(-credit)).toBe(exactly(from, moment));
        expect(BigInt(charge)).toBe(isWhole ? BigInt(to.priceAmount) : exactly(to, moment));
        expect(credit <= 0 && charge >= 0).toBe(true);
      }),
    );
  });

  it('up and back at the same moment costs nothing', () => {
    fc.assert(
      fc.property(prices, prices, moments, (from, to, moment) => {
        const there = compute(from, to, moment, 'rest_of_period');
        const back = compute(to, from, moment, 'rest_of_period');
        expect(there.due + back.due).toBe(0);
      }),
    );
  });

  it('what a period costs in all is the price of each second on its plan, to half a unit an amount', () => {
    const changes = fc.array(fc.tuple(prices, fc.integer({ min: 0, max: 86_400 })), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(prices, changes, (first, list) => {
        const seconds = 86_400;
        const start = new Date('2026-04-01T00:00:00.000Z');
        const period = { start, end: new Date(+start + seconds * 1000) };
        const steps = [...list].sort(([, a], [, b]) => a - b);
        let [plan, since, paid, owed] = [first, 0, BigInt(first.priceAmount), 0n];
        for (const [to, at] of steps) {
          const now = new Date(+start + at * 1000);
          paid += BigInt(compute(plan, to, { period, now }, 'rest_of_period').due);
          owed += BigInt(plan.priceAmount) * BigInt(at - since);
          [plan, since] = [to, at];
        }
        owed += BigInt(plan.priceAmount) * BigInt(seconds - since);
        const difference = paid * BigInt(seconds) - owed;
        const allowed = BigInt(steps.length * seconds); // two roundings a change, half a unit each
        expect(difference <= allowed && -difference <= allowed).toBe(true);
      }),
    );
  });
});

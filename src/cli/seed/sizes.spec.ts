import fc from 'fast-check';
import { Random } from './random';
import { shareOut, splitOverPeriods } from './sizes';

const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);

describe('shareOut', () => {
  it('adds up to the total, with no share below zero', () => {
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.integer({ min: 1, max: 500 }),
        fc.nat(),
        (total, count, seed) => {
          const shares = [...shareOut(total, count, seed)];
          expect(shares).toHaveLength(count);
          expect(sum(shares)).toBe(total);
          expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });

  it('gives a few much and most little', () => {
    const shares = [...shareOut(20_000, 100, 1)].sort((one, other) => other - one);
    expect(sum(shares.slice(0, 10))).toBeGreaterThan(10_000);
    expect(sum(shares.slice(50))).toBeLessThan(4_000);
    expect(shares.at(-1)).toBeGreaterThan(0);
  });
});

describe('splitOverPeriods', () => {
  it('keeps every period within the limit and loses nothing that fits', () => {
    const limits = fc.option(fc.nat(1_000), { nil: null });
    fc.assert(
      fc.property(
        fc.nat(10_000),
        fc.integer({ min: 1, max: 12 }),
        limits,
        fc.nat(),
        (total, periods, limit, seed) => {
          const used = splitOverPeriods(total, periods, limit, new Random(seed, 0));
          expect(used).toHaveLength(periods);
          expect(sum(used)).toBe(limit === null ? total : Math.min(total, limit * periods));
          expect(Math.min(...used)).toBeGreaterThanOrEqual(0);
          if (limit !== null) expect(Math.max(...used)).toBeLessThanOrEqual(limit);
        },
      ),
    );
  });
});

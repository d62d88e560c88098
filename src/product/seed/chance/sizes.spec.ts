import fc from 'fast-check';
import { Random } from './random';
import { heavyTailed, shareOut, splitOverPeriods } from './sizes';

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

  it('gives a few much and the rest little', () => {
    const shares = [...shareOut(20_000, 100, 1)].sort((one, other) => other - one);
    expect(sum(shares.slice(0, 10))).toBeGreaterThan(10_000);
    expect(sum(shares.slice(50))).toBeLessThan(4_000);
    expect(shares.at(-1)).toBeGreaterThan(0);
  });
});

describe('heavyTailed', () => {
  it('mostly gives one, rarely many, and never more than the maximum', () => {
    const random = new Random(1, 0);
    const sizes = Array.from({ length: 5_000 }, () => heavyTailed(30, random));
    const share = (least: number) => sizes.filter((size) => size >= least).length / sizes.length;
    expect([Math.min(...sizes), Math.max(...sizes)]).toEqual([1, 30]);
    expect(share(2)).toBeCloseTo(0.35, 1);
    expect(share(10)).toBeCloseTo(0.03, 1);
    expect(heavyTailed(0, random)).toBe(1);
  });
});

describe('splitOverPeriods', () => {
  it('keeps every period within its limit and loses nothing that fits', () => {
    const limits = fc.array(fc.oneof(fc.nat(1_000), fc.constant(Infinity)), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.nat(10_000), limits, fc.nat(), (total, most, seed) => {
        const used = splitOverPeriods(total, most, new Random(seed, 0));
        expect(used).toHaveLength(most.length);
        expect(sum(used)).toBe(Math.min(total, sum(most)));
        used.forEach((count, index) => {
          expect(count).toBeGreaterThanOrEqual(0);
          expect(count).toBeLessThanOrEqual(most[index]!);
        });
      }),
    );
  });
});

import { isId } from '../../../common/ids';
import { Random } from './random';

const draw = (random: Random, count = 5) => Array.from({ length: count }, () => random.next());

describe('Random', () => {
  it('repeats for the same seed and stream, and for no other', () => {
    expect(draw(new Random(1, 2))).toEqual(draw(new Random(1, 2)));
    expect(draw(new Random(1, 2))).not.toEqual(draw(new Random(1, 3)));
    expect(draw(new Random(1, 2))).not.toEqual(draw(new Random(2, 2)));
    expect(draw(new Random(1, 2))).not.toEqual(draw(new Random(1, 2, 1)));
  });

  it('spreads evenly', () => {
    const counts = new Map<number, number>();
    const random = new Random(7, 0);
    for (let i = 0; i < 60_000; i += 1) {
      const face = random.integer(1, 6);
      counts.set(face, (counts.get(face) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it('makes ids that are UUIDs of version 7, ascending, and never the same', () => {
    const ids = [0, 1, 2].flatMap((stream) => {
      const random = new Random(1, stream);
      return Array.from({ length: 500 }, () => random.id());
    });
    expect(ids.every(isId)).toBe(true);
    expect(ids.every((id) => id.charAt(14) === '7' && /[89ab]/.test(id.charAt(19)))).toBe(true);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

import { systemMs } from './clock';
import { isId, newId } from './ids';

/** More than are made of one draw of the pool, and than a millisecond gives. */
const MANY = 20_000;

describe('newId', () => {
  const ids = Array.from({ length: MANY }, newId);

  it('makes UUIDv7, each larger than the one before', () => {
    expect(ids.every((id) => isId(id) && /^.{14}7.{4}[89ab]/.test(id))).toBe(true);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(MANY);
  });

  it('shares no random part: each takes its own bytes of the pool', () => {
    const ends = ids.map((id) => id.slice(-10)); // 40 bits: one equal pair among them in 5,000 runs
    expect(new Set(ends).size).toBeGreaterThanOrEqual(MANY - 1);
  });

  it('is about now', () => {
    const madeAt = parseInt(newId().replace('-', '').slice(0, 12), 16);
    expect(Math.abs(madeAt - systemMs())).toBeLessThan(60_000);
  });
});

import { randomFillSync } from 'node:crypto';

/** One system call for some 250 ids: alone, it costs more than the rest of an id. */
const pool = Buffer.alloc(4096);
let taken = pool.length;

/**
 * Random bytes that no later call gives again; read them at once, since the pool is refilled. For ids only: what is a
 * secret takes its own bytes.
 */
export function takeRandom(bytes: number): Buffer {
  if (taken + bytes > pool.length) {
    randomFillSync(pool);
    taken = 0;
  }
  taken += bytes;
  return pool.subarray(taken - bytes, taken);
}

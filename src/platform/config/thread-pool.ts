import { availableParallelism } from 'node:os';

// libuv's threads run bcrypt and, beside it, files, DNS and the rest of crypto.

/** As many threads as libuv makes where UV_THREADPOOL_SIZE is not set. */
const USUAL_SIZE = 4;
/** Never taken by passwords. */
const FOR_THE_REST = 2;

/**
 * Makes room for a password on each core and for everything else, unless UV_THREADPOOL_SIZE is set. Call it before
 * anything uses the pool, which reads the variable once.
 */
export function sizeThreadPool(): void {
  process.env.UV_THREADPOOL_SIZE ??= String(
    Math.max(USUAL_SIZE, availableParallelism() + FOR_THE_REST),
  );
}

/** How many passwords may be hashed at once: one for each core, as long as two threads are left. At least 1. */
export function hashesAtOnce(): number {
  return Math.max(1, Math.min(availableParallelism(), poolSize() - FOR_THE_REST));
}

/** libuv makes one thread of what is no number. */
function poolSize(): number {
  const given = process.env.UV_THREADPOOL_SIZE;
  return given === undefined ? USUAL_SIZE : Number.parseInt(given, 10) || 1;
}

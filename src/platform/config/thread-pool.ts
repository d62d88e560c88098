import { availableParallelism } from 'node:os';

// libuv's threads run bcrypt, and also file access, DNS and other crypto.

/** The libuv default when UV_THREADPOOL_SIZE is unset. */
const USUAL_SIZE = 4;
/** Never used for passwords. */
const FOR_THE_REST = 2;

/**
 * Sizes the pool for a password hash on each core and everything else, unless UV_THREADPOOL_SIZE is set. Call it
 * before anything uses the pool: libuv reads the variable once.
 */
export function sizeThreadPool(): void {
  process.env.UV_THREADPOOL_SIZE ??= String(
    Math.max(USUAL_SIZE, availableParallelism() + FOR_THE_REST),
  );
}

/** How many passwords may be hashed at once: one per core, as long as two threads stay free. At least 1. */
export function hashesAtOnce(): number {
  return Math.max(1, Math.min(availableParallelism(), poolSize() - FOR_THE_REST));
}

/** libuv takes 1 for what is not a number. */
function poolSize(): number {
  const given = process.env.UV_THREADPOOL_SIZE;
  return given === undefined ? USUAL_SIZE : Number.parseInt(given, 10) || 1;
}

import type { Parameters, RunDetails } from 'fast-check';

/*
 * FUZZ_SEED draws the same cases again, FUZZ_RUNS says how many (per cent of the usual), and FUZZ_PATH, with the
 * seed and the name of one test (`-t`), goes straight to the case that fast-check has named.
 */

const PERCENT = Number(process.env.FUZZ_RUNS ?? 100);

/** What fast-check is told for a property that is usually tried so many times. */
export function runs<Drawn>(usual: number): Parameters<Drawn> {
  return {
    seed: Number(process.env.FUZZ_SEED),
    numRuns: Math.max(1, Math.round((usual * PERCENT) / 100)),
    path: process.env.FUZZ_PATH,
  };
}

/** Whether there were cases enough to have met each kind. */
export function isWholeRun(): boolean {
  return PERCENT >= 100 && process.env.FUZZ_PATH === undefined;
}

/** Fails with what was amiss in the smallest case that was found, and how to see it again. */
export function expectHeld<Drawn>({
  failed,
  seed,
  counterexamplePath,
  errorInstance,
}: RunDetails<Drawn>): void {
  if (!failed) return;
  const { message } = errorInstance as Error;
  throw new Error(`FUZZ_SEED=${seed} FUZZ_PATH=${String(counterexamplePath)}\n${message}`);
}

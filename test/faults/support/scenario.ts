import { appendFileSync } from 'node:fs';
import { Random } from './random';

type Figures = Record<string, number | string>;

/** What a scenario is given: its random choices, and a place for what it measures. */
export interface Run {
  random: Random;
  /** Adds to the one line of figures. */
  note: (figures: Figures) => void;
}

/** The machine lacks what a scenario needs. Throw it; the run reports it and continues. */
export class Skipped extends Error {}

const seed = process.env.FAULT_SEED ?? '1';

/**
 * A test that prints a line of figures, also when it fails.
 * @param limitMs where it takes longer than the others may
 */
export function scenario(title: string, work: (run: Run) => Promise<void>, limitMs?: number): void {
  const play = async (): Promise<void> => {
    const figures: Figures = {};
    const startedAt = performance.now();
    const name = expect.getState().currentTestName ?? title; // with that of the group
    const report = (state: string): void => tell(name, state, startedAt, figures);
    try {
      const note = (more: Figures): void => void Object.assign(figures, more);
      await work({ random: new Random(seed, name), note });
      report('ok');
    } catch (error) {
      if (error instanceof Skipped) figures.reason = error.message;
      report(error instanceof Skipped ? 'SKIPPED' : 'FAILED');
      if (!(error instanceof Skipped)) throw error;
    }
  };
  it(title, play, limitMs);
}

function tell(title: string, state: string, startedAt: number, figures: Figures): void {
  const seconds = (performance.now() - startedAt) / 1_000;
  const line = Object.entries(figures)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
  process.stdout.write(`${state} ${title}: ${line}\n`);
  const results = process.env.FAULT_RESULTS;
  if (results)
    appendFileSync(results, `${JSON.stringify({ title, state, seconds, line, figures })}\n`);
}

/** Milliseconds since then, whole. */
export function since(startedAt: number): number {
  return Math.round(performance.now() - startedAt);
}

import { setTimeout as pause } from 'node:timers/promises';

const ASK_AGAIN_AFTER_MS = 10;
const LIMIT_MS = 30_000;

/** Asks until the answer is yes, for what another process or the database does in its own time. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
): Promise<void> {
  const endsAt = performance.now() + LIMIT_MS;
  while (!(await condition())) {
    if (performance.now() > endsAt)
      throw new Error(`waited ${LIMIT_MS / 1000} s in vain until ${what}`);
    await pause(ASK_AGAIN_AFTER_MS);
  }
}

/** Lets one part of a test wait for another. */
export class Gate {
  readonly opened: Promise<void>;
  open: () => void = () => undefined;

  constructor() {
    this.opened = new Promise((resolve) => {
      this.open = resolve;
    });
  }
}

/** @returns a function to call by each of `count` parts of a test; all wait until the last has called */
export function makeMeetingPoint(count: number): () => Promise<void> {
  const gate = new Gate();
  let missing = count;
  return () => {
    missing -= 1;
    if (missing <= 0) gate.open();
    return gate.opened;
  };
}

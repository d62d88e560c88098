import type { Refusal } from './errors.ts';
import { ProblemError } from './errors.ts';
import type { ProblemResponse } from './generated/schemas.ts';

/** What becomes of an item. */
export type Verdict =
  | { kind: 'done' }
  /** No retry will be taken: it leaves the queue. */
  | { kind: 'refused'; error: Refusal }
  | { kind: 'again'; error: Refusal }
  /** Nothing more is taken until then; null: until something else changes. */
  | { kind: 'stop'; error: Refusal; until: Date | null };

export type Unsent = Exclude<Verdict, { kind: 'done' }>;

export const DONE: Verdict = { kind: 'done' };

const PASSING = [408, 429];
const STOPPING = [401, 402, 403];

export function judge(error: Refusal): Unsent {
  if (!(error instanceof ProblemError)) return { kind: 'again', error };
  const { status, code } = error;
  if (STOPPING.includes(status)) return { kind: 'stop', error, until: resetOf(error.details) };
  const isPassing = PASSING.includes(status) || status >= 500 || code === 'idempotency_key_in_use';
  return { kind: isPassing ? 'again' : 'refused', error };
}

/**
 * One result of a batch: what was stored, or the problem that it would have had alone.
 * @param ofTheItem codes of 401 to 403 that stop no other item
 */
export function judgeResult(
  result: { status: number; problem?: ProblemResponse },
  ofTheItem: readonly string[] = [],
): Verdict {
  if (!result.problem) return DONE;
  const error = new ProblemError(result.problem);
  return ofTheItem.includes(error.code) ? { kind: 'refused', error } : judge(error);
}

function resetOf(details: ProblemResponse & { resetsAt?: string | null }): Date | null {
  return typeof details.resetsAt === 'string' ? new Date(details.resetsAt) : null;
}

import type { Response } from 'supertest';

/** Starts all at once. @returns what each gives, in order */
export function race<T>(count: number, run: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => run(index)));
}

/** How often each status was answered. */
export function tally(answers: Pick<Response, 'status'>[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Asks again while the server is too busy: 503 promises that nothing was done. */
export async function untilAnswered(ask: () => Promise<Response>): Promise<Response> {
  const answer = await ask();
  return answer.status === 503 ? untilAnswered(ask) : answer;
}

/** The result of a command; on standard output. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The same as JSON. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** Progress and notes; on standard error, so that standard output holds only the result. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** `12,345` */
export function withCommas(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 business`, `2 businesses` */
export function countOf(count: number, singular: string, plural: string): string {
  return `${withCommas(count)} ${count === 1 ? singular : plural}`;
}

/** The date of an ISO time, in UTC. */
export function day(instant: string): string {
  return instant.slice(0, 10);
}

/** What the command was asked for; on standard output, for people or pipes. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** The same for machines. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** What happens on the way; on standard error, so that standard output holds the result and nothing else. */
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

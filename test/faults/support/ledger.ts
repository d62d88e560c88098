import type { TimedAnswer } from './http-client';

/** What a client may hear while something is broken. */
const EXPECTED = [200, 201, 429, 503, 504, 507];
const ANSWER_LIMIT_MS = 10_000;

/** What clients sent, what was acknowledged, and everything that was said to them against the rules. */
export class Ledger {
  readonly sent = new Set<string>();
  readonly acknowledged = new Set<string>();
  readonly offences: string[] = [];
  readonly statuses: Record<number, number> = {};
  readonly durationsMs: number[] = [];
  /** Connections that broke before an answer. */
  unanswered = 0;

  /** @returns whether the recording is stored, by what the server says */
  take(externalId: string, answer: TimedAnswer): boolean {
    this.judge(answer);
    const isStored = answer.status === 201 || answer.status === 200;
    if (isStored) this.acknowledged.add(externalId);
    return isStored;
  }

  /** Writes down an answer that is no acknowledgement. */
  judge({ status, headers, text, durationMs }: TimedAnswer): void {
    this.statuses[status] = (this.statuses[status] ?? 0) + 1;
    this.durationsMs.push(durationMs);
    if (!EXPECTED.includes(status)) this.offences.push(`${status} ${text.slice(0, 300)}`);
    if (status === 503 && !(Number(headers['retry-after']) > 0))
      this.offences.push(`503 without Retry-After: ${text.slice(0, 300)}`);
    if (durationMs > ANSWER_LIMIT_MS)
      this.offences.push(`an answer after ${Math.round(durationMs)} ms: ${status}`);
  }

  /** The slowest answer so far, in whole milliseconds. */
  get slowestMs(): number {
    return Math.round(this.durationsMs.reduce((slowest, each) => Math.max(slowest, each), 0));
  }

  /** Such a share of the answers came within so many milliseconds. */
  percentileMs(share: number): number {
    const sorted = [...this.durationsMs].sort((a, b) => a - b);
    return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  }

  /** `201: 40, 503: 2`. */
  get tally(): string {
    return Object.entries(this.statuses)
      .map(([status, count]) => `${status}×${count}`)
      .join(' ');
  }
}

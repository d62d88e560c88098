import { setTimeout as pause } from 'node:timers/promises';
import { aRecording, type Customer } from '../../support/customers';
import { until } from '../../support/until';
import { HttpClient } from './http-client';
import { Ledger } from './ledger';
import type { Random } from './random';

const PAUSE_MS = 5;
const RETRY_AFTER_MS = 100;

export interface LoadOptions {
  customers: Customer[];
  /** The server that request number `count` goes to. */
  target: (count: number) => string;
  random: Random;
  lanes?: number;
}

/**
 * Clients that record one after the other. Like an SDK, each sends a recording until it is acknowledged, and continues
 * with the next.
 */
export class Load {
  readonly ledger = new Ledger();
  private readonly client = new HttpClient();
  private readonly running: Promise<unknown>;
  private isStopped = false;
  private count = 0;

  constructor(private readonly options: LoadOptions) {
    const { lanes = 16 } = options;
    this.running = Promise.all(Array.from({ length: lanes }, (_, lane) => this.run(lane)));
  }

  /** Until so many more are acknowledged: everything works. */
  async untilMore(count: number): Promise<void> {
    const goal = this.ledger.acknowledged.size + count;
    await until(`${count} more are acknowledged`, () => this.ledger.acknowledged.size >= goal);
  }

  /** Waits for what is under way. */
  async stop(): Promise<Ledger> {
    this.isStopped = true;
    await this.running;
    this.client.close();
    return this.ledger;
  }

  private async run(lane: number): Promise<void> {
    const { customers, random } = this.options;
    const { key } = customers[lane % customers.length]!;
    while (!this.isStopped) {
      const note = 'x'.repeat(random.between(0, 2_000));
      await this.deliver(aRecording({ metadata: { note } }), key);
      await pause(PAUSE_MS);
    }
  }

  private async deliver(recording: Record<string, unknown>, key: string): Promise<void> {
    this.ledger.sent.add(String(recording.externalId));
    while (!(await this.attempt(recording, key))) {
      if (this.isStopped) return;
      await pause(RETRY_AFTER_MS);
    }
  }

  private async attempt(recording: Record<string, unknown>, key: string): Promise<boolean> {
    const url = `${this.options.target(this.count++)}/v1/recordings`;
    try {
      return this.ledger.take(
        String(recording.externalId),
        await this.client.post(url, key, recording),
      );
    } catch {
      this.ledger.unanswered += 1;
      return false;
    }
  }
}

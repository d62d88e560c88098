import { setTimeout as pause } from 'node:timers/promises';
import Stripe from 'stripe';

/**
 * How deliveries go: one after the other, all that wait at the same time, kept for the test to send, each twice, in an
 * order drawn by a seed, or not at all.
 */
export type DeliveryMode =
  | 'in_order'
  | 'at_once'
  | 'held'
  | 'duplicated'
  | 'dropped'
  | { shuffled: number };

/** One signed delivery. */
export interface Delivery {
  event: Stripe.Event;
  body: string;
  /** For `stripe-signature`. */
  header: string;
}

export interface WebhookOptions {
  secret: string;
  /** The time in the signature, in seconds. */
  signedAt: () => number;
  /** How long to wait before each new attempt; after the last one it is given up. */
  retryAfterMs: readonly number[];
  /** The types of events that are sent; null: all. */
  enabledEvents: readonly string[] | null;
}

const ANSWER_WITHIN_MS = 10_000;

/** Sends events to one address and remembers what it could not deliver. */
export class Webhooks {
  mode: DeliveryMode = 'in_order';
  /** Deliveries that were given up. */
  readonly undelivered: Delivery[] = [];
  private url: string | null = null;
  private held: Stripe.Event[] = [];
  private queue: Stripe.Event[] = [];
  private pump: Promise<void> | null = null;
  private readonly stopped = new AbortController();

  constructor(private readonly options: WebhookOptions) {}

  deliverTo(url: string): void {
    this.url = url;
  }

  accept(happened: Stripe.Event[]): void {
    const { enabledEvents } = this.options;
    const events = happened.filter(({ type }) => enabledEvents?.includes(type) ?? true);
    if (this.mode === 'held') return void this.held.push(...events);
    if (this.mode === 'dropped' || this.url === null || events.length === 0) return;
    const twice = this.mode === 'duplicated';
    this.queue.push(...events.flatMap((event) => (twice ? [event, event] : [event])));
    this.pump ??= this.run();
  }

  /** Held deliveries, signed now, for the test to send. */
  takeHeld(): Delivery[] {
    const taken = this.held;
    this.held = [];
    return taken.map((event) => this.sign(event));
  }

  sign(event: Stripe.Event): Delivery {
    const body = JSON.stringify(event, null, 2);
    const { secret, signedAt } = this.options;
    const timestamp = signedAt();
    const header = Stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp });
    return { event, body, header };
  }

  /** Resolves when no delivery is in flight. */
  async settled(): Promise<void> {
    while (this.pump) await this.pump;
  }

  async close(): Promise<void> {
    this.queue = [];
    this.stopped.abort();
    await this.settled();
  }

  private async run(): Promise<void> {
    await pause(0); // what happens at once is shuffled together
    for (let events = this.next(); events.length > 0; events = this.next())
      await Promise.all(events.map((event) => this.deliver(event)));
    this.pump = null;
  }

  /** Those that are sent together. */
  private next(): Stripe.Event[] {
    if (this.mode === 'at_once') return this.queue.splice(0);
    if (typeof this.mode !== 'object') return this.queue.splice(0, 1);
    this.mode = { shuffled: nextRandom(this.mode.shuffled) };
    const index = this.mode.shuffled % Math.max(1, this.queue.length);
    return this.queue.splice(index, 1);
  }

  private async deliver(event: Stripe.Event): Promise<void> {
    for (const waitMs of [0, ...this.options.retryAfterMs]) {
      if (waitMs > 0) await this.wait(waitMs);
      if (this.stopped.signal.aborted || (await this.send(this.sign(event)))) return;
    }
    this.undelivered.push(this.sign(event));
  }

  private async wait(milliseconds: number): Promise<void> {
    await pause(milliseconds, undefined, { signal: this.stopped.signal }).catch(() => undefined);
  }

  /** @returns whether it was taken */
  private async send({ body, header }: Delivery): Promise<boolean> {
    const signal = AbortSignal.any([this.stopped.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
    const headers = { 'content-type': 'application/json', 'stripe-signature': header };
    try {
      const answer = await fetch(this.url ?? '', {
        method: 'POST',
        body,
        headers,
        signal,
        redirect: 'manual',
      });
      await answer.arrayBuffer();
      return answer.ok;
    } catch {
      return false;
    }
  }
}

/** A step of a linear congruential generator: the same seed draws the same order. */
function nextRandom(seed: number): number {
  return (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
}

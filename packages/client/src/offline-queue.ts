import type { Refusal } from './errors.ts';
import { ConnectionError, isRefusal, UnexpectedAnswerError } from './errors.ts';
import { newId } from './ids.ts';
import { watchPage } from './page.ts';
import type { QueueItem, QueueStorage } from './queue-storage.ts';
import { memoryStorage } from './queue-storage.ts';
import type { Unsent, Verdict } from './queue-verdict.ts';
import { judge } from './queue-verdict.ts';
import { computeDelayMs } from './retry.ts';

/** What the queue tells; nothing of it needs an answer. */
export type QueueEvent<Body> =
  | { kind: 'sent'; ids: readonly string[] }
  | { kind: 'refused'; item: QueueItem<Body>; error: Refusal }
  | { kind: 'stopped'; lane: string; error: Refusal; until: Date | null }
  | { kind: 'resumed'; lane: string }
  | { kind: 'failed'; error: Refusal; retryInMs: number }
  /** The queue is full: the item is lost. */
  | { kind: 'dropped'; item: QueueItem<Body> }
  /** Items are sent all the same, but may not survive the end of the process. */
  | { kind: 'storage_failed'; error: Error };

export interface QueueOptions<Body> {
  /** Sends a batch and tells of each item, in order. What it throws is about all of them. */
  send: (items: readonly QueueItem<Body>[], options: { keepalive: boolean }) => Promise<Verdict[]>;
  storage?: QueueStorage<Body>;
  /** Items of one lane stop together, such as those of one feature; by default there is one lane. */
  laneOf?: (body: Body) => string;
  onEvent?: (event: QueueEvent<Body>) => void;
  /** How long an item waits for others; 1,000 by default. */
  waitMs?: number;
  /** Of one request; 50 by default. */
  batchSize?: number;
  /** More are dropped; 10,000 by default. */
  capacity?: number;
  /** How long a stop without an end lasts; an hour by default. After 401 half a minute at most: the key may be new then. */
  stopMs?: number;
}

/** Browsers send 64 KiB at most after a page has gone. */
const KEEPALIVE_CHARACTERS = 20_000;
/** Timers hold no more than 24.8 days. */
const LONGEST_TIMER_MS = 86_400_000;
/** A key that is refused may be replaced by another at any moment: it is asked for at each request. */
const LONGEST_KEY_STOP_MS = 30_000;
/** Holds up all lanes. */
const ALL = '';

/**
 * Sends items in batches, soon, in order, and each until the server has it: through lost connections, restarts and used
 * up quotas. Items have their id from the start, so one that is sent twice counts once.
 */
export class OfflineQueue<Body> {
  private waiting: QueueItem<Body>[] = [];
  private readonly storage: QueueStorage<Body>;
  private readonly batchSize: number;
  private readonly leave: () => void;
  private readonly loaded: Promise<void>;
  /** Until when nothing is sent, by lane. */
  private readonly heldUntilMs = new Map<string, number>();
  private readonly stopped = new Set<string>();
  private sending: Promise<void> | null = null;
  private stored = Promise.resolve();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private wakesAtMs = Infinity;
  private failures = 0;
  private isOneByOne = false;

  constructor(private readonly options: QueueOptions<Body>) {
    this.storage = options.storage ?? memoryStorage<Body>();
    this.batchSize = options.batchSize ?? 50;
    this.loaded = this.load();
    this.leave = watchPage({
      hidden: () => void this.flush({ keepalive: true }),
      online: () => void this.resume(),
    });
  }

  /** How many are not sent yet. */
  get size(): number {
    return this.waiting.length;
  }

  /** Returns at once. @returns the id under which the server knows it */
  add(body: Body, id: string = newId()): string {
    const item = { id, body };
    if (this.waiting.length >= (this.options.capacity ?? 10_000)) {
      this.tell({ kind: 'dropped', item });
      return id;
    }
    this.waiting.push(item);
    this.stored = this.stored.then(() => this.store(item));
    this.wakeIn(this.waiting.length >= this.batchSize ? 0 : (this.options.waitMs ?? 1_000));
    return id;
  }

  /** Sends what waits, unless it is held up. @returns when all is sent, or held up */
  flush({ keepalive = false } = {}): Promise<void> {
    this.sending ??= this.sendAll(keepalive).finally(() => {
      this.sending = null;
    });
    return this.sending;
  }

  /** After an upgrade, with a new key or with the network back: tries at once. */
  resume(): Promise<void> {
    this.heldUntilMs.clear();
    return this.flush();
  }

  /** Sends what it can and ends its timers. What is left stays in the storage. */
  async close(): Promise<void> {
    this.leave();
    await this.flush();
    await this.stored;
    clearTimeout(this.timer);
  }

  private async sendAll(keepalive: boolean): Promise<void> {
    await this.loaded;
    for (let batch = this.takeBatch(keepalive); batch.length > 0;) {
      await this.settle(batch, await this.sendBatch(batch, keepalive));
      batch = keepalive ? [] : this.takeBatch(false); // a page that goes has one request left
    }
    if (this.waiting.length > 0) this.wakeIn(this.heldForMs());
  }

  private takeBatch(keepalive: boolean): QueueItem<Body>[] {
    if (this.isHeld(ALL)) return [];
    const ready = this.waiting.filter((item) => !this.isHeld(this.laneOf(item)));
    const batch = ready.slice(0, this.isOneByOne ? 1 : this.batchSize);
    while (keepalive && batch.length > 1 && JSON.stringify(batch).length > KEEPALIVE_CHARACTERS)
      batch.length = Math.ceil(batch.length / 2);
    return batch;
  }

  /** @returns what became of each item; nothing where the whole request was refused */
  private async sendBatch(batch: QueueItem<Body>[], keepalive: boolean): Promise<Verdict[]> {
    try {
      const verdicts = await this.options.send(batch, { keepalive });
      this.isOneByOne = false;
      return batch.map((_, index) => verdicts[index] ?? MISSING);
    } catch (error) {
      const verdict = judge(isRefusal(error) ? error : new ConnectionError(error));
      if (verdict.kind === 'refused' && batch.length === 1) return [verdict];
      // One bad item may be the reason.
      if (verdict.kind === 'refused') this.isOneByOne = true;
      else this.holdBecauseOf(verdict, ALL);
      return [];
    }
  }

  private async settle(batch: QueueItem<Body>[], verdicts: Verdict[]): Promise<void> {
    const isSettled = (index: number): boolean =>
      ['done', 'refused'].includes(verdicts[index]?.kind ?? '');
    await this.drop(batch.filter((_, index) => isSettled(index)));
    this.tellSent(batch.filter((_, index) => verdicts[index]?.kind === 'done'));
    const held = new Set<string>();
    verdicts.forEach((verdict, index) => {
      const item = batch[index]!;
      if (verdict.kind === 'done') return;
      if (verdict.kind === 'refused')
        return this.tell({ kind: 'refused', item, error: verdict.error });
      const lane = verdict.kind === 'again' ? ALL : this.laneOf(item);
      if (!held.has(lane)) this.holdBecauseOf(verdict, lane);
      held.add(lane);
    });
    if (verdicts.length > 0 && !held.has(ALL)) this.failures = 0;
  }

  private tellSent(done: QueueItem<Body>[]): void {
    if (done.length === 0) return;
    for (const lane of [ALL, ...done.map((item) => this.laneOf(item))])
      if (this.stopped.delete(lane)) this.tell({ kind: 'resumed', lane });
    this.tell({ kind: 'sent', ids: done.map(({ id }) => id) });
  }

  private holdBecauseOf(verdict: Unsent, lane: string): void {
    const { error } = verdict;
    if (verdict.kind === 'stop') {
      const { until } = verdict;
      const forMs = until ? until.getTime() - Date.now() : this.stopMsAfter(error);
      this.heldUntilMs.set(lane, Date.now() + Math.max(1_000, forMs));
      const isKnown = isKeyRefused(error) && this.stopped.has(lane);
      this.stopped.add(lane);
      if (!isKnown) this.tell({ kind: 'stopped', lane, error, until });
      return;
    }
    const retryAfterSeconds = 'retryAfterSeconds' in error ? error.retryAfterSeconds : null;
    const retryInMs = computeDelayMs({ retryAfterSeconds }, (this.failures += 1));
    this.heldUntilMs.set(ALL, Date.now() + retryInMs);
    this.tell({ kind: 'failed', error, retryInMs });
  }

  private stopMsAfter(error: Refusal): number {
    const { stopMs = 3_600_000 } = this.options;
    return isKeyRefused(error) ? Math.min(stopMs, LONGEST_KEY_STOP_MS) : stopMs;
  }

  private laneOf({ body }: QueueItem<Body>): string {
    return this.options.laneOf?.(body) ?? ALL;
  }

  private isHeld(lane: string): boolean {
    return (this.heldUntilMs.get(lane) ?? 0) > Date.now();
  }

  /** Until the first item that waits may go. */
  private heldForMs(): number {
    const lanes = new Set(this.waiting.map((item) => this.laneOf(item)));
    const ends = [...lanes].map((lane) => this.heldUntilMs.get(lane) ?? 0);
    const endMs = Math.max(this.heldUntilMs.get(ALL) ?? 0, Math.min(...ends));
    return Math.max(0, endMs - Date.now());
  }

  private wakeIn(ms: number): void {
    const delayMs = Math.min(Math.max(ms, this.heldForMs()), LONGEST_TIMER_MS);
    if (Date.now() + delayMs >= this.wakesAtMs) return;
    clearTimeout(this.timer);
    this.wakesAtMs = Date.now() + delayMs;
    this.timer = setTimeout(() => {
      this.wakesAtMs = Infinity;
      void this.flush();
    }, delayMs);
    // What is held up does not keep a process of Node going.
    if (this.heldForMs() > 0) (this.timer as { unref?: () => void }).unref?.();
  }

  private async load(): Promise<void> {
    try {
      const stored = await this.storage.load();
      const known = new Set(this.waiting.map(({ id }) => id));
      this.waiting = [...stored.filter(({ id }) => !known.has(id)), ...this.waiting];
      if (stored.length > 0) this.wakeIn(0);
    } catch (error) {
      this.tell({ kind: 'storage_failed', error: error as Error });
    }
  }

  private async store(item: QueueItem<Body>): Promise<void> {
    try {
      await this.storage.add(item);
      if (!this.waiting.includes(item)) await this.storage.remove([item.id]); // sent meanwhile
    } catch (error) {
      this.tell({ kind: 'storage_failed', error: error as Error });
    }
  }

  private async drop(items: QueueItem<Body>[]): Promise<void> {
    const ids = new Set(items.map(({ id }) => id));
    if (ids.size === 0) return;
    this.waiting = this.waiting.filter(({ id }) => !ids.has(id));
    try {
      await this.storage.remove([...ids]);
    } catch (error) {
      this.tell({ kind: 'storage_failed', error: error as Error }); // sent again later, counted once
    }
  }

  private tell(event: QueueEvent<Body>): void {
    this.options.onEvent?.(event);
  }
}

function isKeyRefused(error: Refusal): boolean {
  return 'status' in error && error.status === 401;
}

const MISSING: Verdict = { kind: 'again', error: new UnexpectedAnswerError(200, null) };

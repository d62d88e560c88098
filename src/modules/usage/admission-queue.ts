import type { SpanContext } from '@opentelemetry/api';
import { DomainError } from '../../common/problem';
import { inSpan } from '../../common/trace';
import { Turns } from '../../common/turns';
import { isLockTimeout, translateDatabaseError } from '../../platform/database/database-errors';
import { counterBusy, ingestionOverloaded } from './usage.errors';

/** The most that may wait: at 24 KiB each, some 120 MB. Beyond it callers are refused with 503 and retry. */
const MAXIMUM_WAITING = 5_000;
/** Of one business: half is left for the others. */
const MAXIMUM_WAITING_OF_ONE = 2_500;
const MAXIMUM_FLUSH = 256;
/** The share of one business in a flush; more, where others leave room. */
const SHARE_OF_FLUSH = 64;
/** Flushes that wait for a locked counter: each holds a connection of the pool, for 2 s at most. */
const MAXIMUM_PATIENT_FLUSHES = 4;

const COUNTER_BUSY = { headers: { 'Retry-After': '2' } };

/** What is admitted, and by what function of the database. */
export interface Admitting<Item, Result> {
  /** The name of the span of a flush. */
  name: string;
  /** @returns the result of each, in order; null where its counter is locked and `mayWait` is false */
  admitAll: (items: Item[], mayWait: boolean) => Promise<(Result | null)[]>;
  /** The business and feature whose counter it needs. */
  counterOf: (item: Item) => string;
  /** The idempotency key: no flush has two items with the same one. */
  keyOf: (item: Item) => string;
  observe: (flushSize: number) => void;
}

interface Waiting<Item, Result> {
  item: Item;
  trace: SpanContext | null;
  settle: (result: Result) => void;
  fail: (error: unknown) => void;
}

/**
 * Items that arrive during a flush wait, and the next flush takes all of them: one round trip and one commit for
 * many callers. There is no timer, so a lone item does not wait.
 *
 * The quick lane never waits for a locked counter (held by a renewal, another replica, or a transaction of another
 * program): its items move to the patient lane of that counter, so that one busy business does not delay the others.
 */
export class AdmissionQueue<Item extends { businessId: string }, Result> {
  private readonly quick: Lane<Item, Result>;
  private readonly patient = new Map<string, Lane<Item, Result>>();
  private readonly patientTurns = new Turns({
    atOnce: MAXIMUM_PATIENT_FLUSHES,
    waiting: MAXIMUM_WAITING,
    waitMs: 10_000,
    refuse: () => counterBusy(COUNTER_BUSY),
  });
  private readonly waitingOf = new Map<string, number>();

  constructor(private readonly admitting: Admitting<Item, Result>) {
    this.quick = this.laneOf((waiting) => this.flush(waiting, false));
  }

  /** @throws 503 ingestion_overloaded, counter_busy, database_unavailable; as far as is known, nothing was stored */
  admit(item: Item, trace: SpanContext | null = null): Promise<Result> {
    const { businessId } = item;
    const waiting = this.waitingOf.get(businessId) ?? 0;
    if (this.length >= MAXIMUM_WAITING || waiting >= MAXIMUM_WAITING_OF_ONE)
      throw ingestionOverloaded({ headers: { 'Retry-After': '1' } });
    this.waitingOf.set(businessId, waiting + 1);
    return new Promise((settle, fail) => this.quick.add({ item, trace, settle, fail }));
  }

  /** Without those of the flushes that run. */
  private get length(): number {
    let length = this.quick.length;
    for (const lane of this.patient.values()) length += lane.length;
    return length;
  }

  private settle({ item, settle }: Waiting<Item, Result>, result: Result): void {
    this.leave(item);
    settle(result);
  }

  private fail({ item, fail }: Waiting<Item, Result>, error: unknown): void {
    this.leave(item);
    fail(error);
  }

  private leave({ businessId }: Item): void {
    const waiting = this.waitingOf.get(businessId)! - 1;
    if (waiting > 0) this.waitingOf.set(businessId, waiting);
    else this.waitingOf.delete(businessId);
  }

  private laneOf(flush: (waiting: Waiting<Item, Result>[]) => Promise<void>): Lane<Item, Result> {
    return new Lane(flush, this.admitting.keyOf);
  }

  /** To the lane of its counter, which is made when it is first locked and goes when it is empty. */
  private wait(each: Waiting<Item, Result>): void {
    const counter = this.admitting.counterOf(each.item);
    const lane =
      this.patient.get(counter) ?? this.laneOf((waiting) => this.flushPatiently(counter, waiting));
    this.patient.set(counter, lane);
    lane.add(each);
  }

  private async flushPatiently(counter: string, waiting: Waiting<Item, Result>[]): Promise<void> {
    try {
      await this.patientTurns.run(() => this.flush(waiting, true));
    } catch (error) {
      for (const each of waiting) this.fail(each, error); // no turn came
    } finally {
      if (this.patient.get(counter)?.length === 0) this.patient.delete(counter);
    }
  }

  private async flush(waiting: Waiting<Item, Result>[], mayWait: boolean): Promise<void> {
    try {
      await this.ask(waiting, mayWait);
    } catch (error) {
      await this.recover(waiting, mayWait, error);
    }
  }

  /** Either throws before any caller is answered, or answers all. */
  private async ask(waiting: Waiting<Item, Result>[], mayWait: boolean): Promise<void> {
    const items = waiting.map(({ item }) => item);
    this.admitting.observe(items.length);
    const results = await inSpan(
      this.admitting.name,
      null,
      () => ({ links: linksOf(waiting) }),
      () => this.admitting.admitAll(items, mayWait),
    );
    for (const [index, each] of waiting.entries()) {
      const result = results[index];
      if (result) this.settle(each, result);
      else if (mayWait) this.fail(each, counterBusy(COUNTER_BUSY));
      else this.wait(each);
    }
  }

  /** One bad row must not fail the others: each is retried alone, unless the fault is one of all. */
  private async recover(
    waiting: Waiting<Item, Result>[],
    mayWait: boolean,
    error: unknown,
  ): Promise<void> {
    const isBusy = mayWait && isLockTimeout(error);
    const reason = isBusy ? counterBusy({ ...COUNTER_BUSY, cause: error }) : error;
    const isForAll = translateDatabaseError(reason) instanceof DomainError;
    if (isForAll || waiting.length === 1) for (const each of waiting) this.fail(each, reason);
    else for (const each of waiting) await this.flush([each], mayWait);
  }
}

/** A flush belongs to no single trace: it links to the requests that it stores for. */
function linksOf(waiting: { trace: SpanContext | null }[]): { context: SpanContext }[] {
  return waiting.flatMap(({ trace }) => (trace ? [{ context: trace }] : []));
}

/** One flush at a time; what arrives meanwhile waits for the next. */
class Lane<Item extends { businessId: string }, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  private isRunning = false;

  constructor(
    private readonly flush: (waiting: Waiting<Item, Result>[]) => Promise<void>,
    private readonly keyOf: (item: Item) => string,
  ) {}

  get length(): number {
    return this.waiting.length;
  }

  add(each: Waiting<Item, Result>): void {
    this.waiting.push(each);
    if (this.isRunning) return;
    this.isRunning = true;
    setImmediate(() => void this.run()); // after everything that arrived with it, a batch say
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) await this.flush(this.take());
    this.isRunning = false;
  }

  /**
   * Takes the share of each business, then the rest in order of arrival: a business that sends little is in the next
   * flush, however much others send. The second of two with one key waits, to find the first.
   */
  private take(): Waiting<Item, Result>[] {
    const firsts = firstOfEach(this.waiting, this.keyOf);
    const shares = firsts.filter(isWithinShare());
    const rest = firsts.filter(isNot(shares)).slice(0, Math.max(0, MAXIMUM_FLUSH - shares.length));
    const taken = [...shares.slice(0, MAXIMUM_FLUSH), ...rest];
    this.waiting = this.waiting.filter(isNot(taken));
    return taken;
  }
}

/** In the order of arrival, the first of each key. */
function firstOfEach<Item, Result>(
  waiting: Waiting<Item, Result>[],
  keyOf: (item: Item) => string,
): Waiting<Item, Result>[] {
  const keys = new Set<string>();
  return waiting.filter(({ item }) => keys.size < keys.add(keyOf(item)).size);
}

function isWithinShare(): (each: { item: { businessId: string } }) => boolean {
  const counts = new Map<string, number>();
  return ({ item: { businessId } }) => {
    const count = (counts.get(businessId) ?? 0) + 1;
    counts.set(businessId, count);
    return count <= SHARE_OF_FLUSH;
  };
}

function isNot<Each>(some: Each[]): (each: Each) => boolean {
  const set = new Set(some);
  return (each) => !set.has(each);
}

import { Injectable } from '@nestjs/common';
import type { SpanContext } from '@opentelemetry/api';
import { isLockTimeout, translateDatabaseError } from '../../platform/database/database-errors';
import { DomainError } from '../../common/problem';
import { inSpan } from '../../common/trace';
import { FlushMetrics } from './flush.metrics';
import { IngestionRepository, type Admission, type SentRecording } from './ingestion.repository';
import { ingestionOverloaded } from './recordings.errors';

/** The most that may wait: at 24 KiB each, some 120 MB. Beyond it callers are refused with 503 and retry. */
const MAXIMUM_WAITING = 5_000;
/** Of one business: half is left for the others. */
const MAXIMUM_WAITING_OF_ONE = 2_500;
const MAXIMUM_FLUSH = 256;
/** The share of one business in a flush; more, where others leave room. */
const SHARE_OF_FLUSH = 64;

interface Waiting {
  recording: SentRecording;
  trace: SpanContext | null;
  settle: (admission: Admission) => void;
  fail: (error: unknown) => void;
}

/**
 * Recordings that arrive during a flush wait, and the next flush takes all of them: one round trip and one commit for
 * many callers. There is no timer, so a lone recording does not wait.
 *
 * The quick lane never waits for a locked counter (held by a renewal or another replica): those recordings move to the
 * patient lane, so that one busy tenant does not delay the others.
 */
@Injectable()
export class IngestionQueue {
  private readonly quick = new Lane((waiting) => this.flush(waiting, false));
  private readonly patient = new Lane((waiting) => this.flush(waiting, true));
  private readonly waitingOf = new Map<string, number>();

  constructor(
    private readonly ingestion: IngestionRepository,
    private readonly metrics: FlushMetrics,
  ) {}

  /** @throws 503 ingestion_overloaded, database_unavailable; as far as is known, nothing was stored */
  admit(recording: SentRecording, trace: SpanContext | null = null): Promise<Admission> {
    const { businessId } = recording;
    const isFull = this.quick.length + this.patient.length >= MAXIMUM_WAITING;
    const waiting = this.waitingOf.get(businessId) ?? 0;
    if (isFull || waiting >= MAXIMUM_WAITING_OF_ONE)
      throw ingestionOverloaded({ headers: { 'Retry-After': '1' } });
    this.waitingOf.set(businessId, waiting + 1);
    const admitted = new Promise<Admission>((settle, fail) =>
      this.quick.add({ recording, trace, settle, fail }),
    );
    return admitted.finally(() => this.leave(businessId));
  }

  private leave(businessId: string): void {
    const waiting = this.waitingOf.get(businessId)! - 1;
    if (waiting > 0) this.waitingOf.set(businessId, waiting);
    else this.waitingOf.delete(businessId);
  }

  private async flush(waiting: Waiting[], mayWait: boolean): Promise<void> {
    try {
      await this.ask(waiting, mayWait, (each) => this.patient.add(each));
    } catch (error) {
      await this.recover(waiting, mayWait, error);
    }
  }

  /** Either throws before any caller is answered, or answers all. */
  private async ask(
    waiting: Waiting[],
    mayWait: boolean,
    ifHeld: (each: Waiting) => void,
  ): Promise<void> {
    const recordings = waiting.map(({ recording }) => recording);
    this.metrics.observe(recordings.length);
    const admissions = await inSpan(
      'recordings.flush',
      null,
      () => ({ links: linksOf(waiting) }),
      () => this.ingestion.admitAll(recordings, mayWait),
    );
    for (const [index, each] of waiting.entries()) {
      const admission = admissions[index];
      if (admission) each.settle(admission);
      else ifHeld(each);
    }
  }

  /** One bad row must not fail the others: each is retried alone, unless the database is unavailable. */
  private async recover(waiting: Waiting[], mayWait: boolean, error: unknown): Promise<void> {
    if (mayWait && waiting.length > 1 && isLockTimeout(error))
      return this.flushFree(waiting, error);
    const isForAll = translateDatabaseError(error) instanceof DomainError;
    if (isForAll || waiting.length === 1) for (const { fail } of waiting) fail(error);
    else for (const each of waiting) await this.flush([each], mayWait);
  }

  /** A counter was locked for too long; only the recordings that need it fail. */
  private async flushFree(waiting: Waiting[], error: unknown): Promise<void> {
    const fail = (each: Waiting): void => each.fail(error);
    await this.ask(waiting, false, fail).catch(() => waiting.forEach(fail));
  }
}

/** A flush belongs to no single trace: it links to the requests that it stores for. */
function linksOf(waiting: Waiting[]): { context: SpanContext }[] {
  return waiting.flatMap(({ trace }) => (trace ? [{ context: trace }] : []));
}

/** One flush at a time; what arrives meanwhile waits for the next. */
class Lane {
  private waiting: Waiting[] = [];
  private isRunning = false;

  constructor(private readonly flush: (waiting: Waiting[]) => Promise<void>) {}

  get length(): number {
    return this.waiting.length;
  }

  add(each: Waiting): void {
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
   * flush, however much others send. The second of two with one external id waits, to find the first.
   */
  private take(): Waiting[] {
    const firsts = firstOfEach(this.waiting);
    const shares = firsts.filter(isWithinShare());
    const rest = firsts.filter(isNot(shares)).slice(0, Math.max(0, MAXIMUM_FLUSH - shares.length));
    const taken = [...shares.slice(0, MAXIMUM_FLUSH), ...rest];
    this.waiting = this.waiting.filter(isNot(taken));
    return taken;
  }
}

/** In the order of arrival, the first of each external id. */
function firstOfEach(waiting: Waiting[]): Waiting[] {
  const keys = new Set<string>();
  return waiting.filter(({ recording: { businessId, externalId } }) => {
    return keys.size < keys.add(`${businessId} ${externalId}`).size;
  });
}

function isWithinShare(): (each: Waiting) => boolean {
  const counts = new Map<string, number>();
  return ({ recording: { businessId } }) => {
    const count = (counts.get(businessId) ?? 0) + 1;
    counts.set(businessId, count);
    return count <= SHARE_OF_FLUSH;
  };
}

function isNot(some: Waiting[]): (each: Waiting) => boolean {
  const set = new Set(some);
  return (each) => !set.has(each);
}

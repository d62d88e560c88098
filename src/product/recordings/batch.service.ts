import { Injectable } from '@nestjs/common';
import { DomainError } from '../../common/problem';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import { Transaction } from '../../platform/database/transaction';
import { validateFields } from '../../platform/http/validation';
import { ItemRefusals } from '../../platform/http/item-refusals';
import { subscriptionBehind } from '../../modules/subscriptions/subscriptions.errors';
import { SubscriptionsService } from '../../modules/subscriptions/subscriptions.service';
import { CreateRecordingRequest } from './dto/recording.requests';
import { IngestionQueue } from './ingestion-queue';
import { IngestionRepository, type Admission, type SentRecording } from './ingestion.repository';
import {
  IngestionService,
  MAXIMUM_TRIES,
  replayOf,
  toSentRecording,
  type IngestedRecording,
} from './ingestion.service';
import type { Recording } from './recording.entity';

const COME_BACK = { headers: { 'Retry-After': '5' } };

/** The outcome of an item; `failed` where it was not decided. */
type Verdict = Admission | { outcome: 'failed'; error: unknown };

type Stored = Pick<IngestedRecording, 'recording' | 'replayed'>;

/** An item's recording, or the error that prevented it. */
type BatchItem = Stored | { error: unknown };

/** An item's recording, or the problem that prevented it. */
export type DecidedItem = Stored | { refusal: DomainError };

/**
 * Recordings sent in one request. Each is decided as if sent alone, but all share the statements of one: an admission,
 * and a query for existing recordings.
 */
@Injectable()
export class BatchService {
  constructor(
    private readonly database: Database,
    private readonly queue: IngestionQueue,
    private readonly repository: IngestionRepository,
    private readonly ingestion: IngestionService,
    private readonly subscriptions: SubscriptionsService,
    private readonly refusals: ItemRefusals,
  ) {}

  /** @returns the outcome of each item, in order; an item with invalid fields or application is refused alone */
  async ingestEach(context: RequestContext, items: unknown[]): Promise<DecidedItem[]> {
    const read = items.map((item) => readItem(context, item));
    const sent = read.flatMap((each) => ('sent' in each ? [each.sent] : []));
    const ingested = await this.ingestAll(context, sent);
    return read.map((each) => {
      const item = 'sent' in each ? ingested.shift()! : each;
      return 'error' in item ? { refusal: this.refuse(context, item.error) } : item;
    });
  }

  private async ingestAll(context: RequestContext, sent: SentRecording[]): Promise<BatchItem[]> {
    const verdicts = await this.decide(context, sent);
    const there = sent.filter((_, index) => verdicts[index]!.outcome === 'exists');
    const earlier = await this.findEarlier(context, there);
    return sent.map((each, index) => this.answer(each, verdicts[index]!, earlier));
  }

  /** Where the period has ended, it is closed once for all items. */
  private async decide(context: RequestContext, sent: SentRecording[]): Promise<Verdict[]> {
    let verdicts = await this.admitAll(context, sent);
    for (let tries = 1; tries < MAXIMUM_TRIES && verdicts.some(isNotRunning); tries += 1) {
      const failure = await this.renew(context);
      const open = failure ? [] : sent.filter((_, index) => isNotRunning(verdicts[index]!));
      const again = await this.admitAll(context, open);
      verdicts = verdicts.map((verdict) =>
        isNotRunning(verdict) ? (failure ?? again.shift()!) : verdict,
      );
    }
    return verdicts;
  }

  private async renew(context: RequestContext): Promise<Verdict | null> {
    return this.subscriptions.renewActive(context).then(
      () => null,
      (error: unknown) => ({ outcome: 'failed', error }),
    );
  }

  /** No call contains an external id twice: duplicates wait for the result of the one before. */
  private async admitAll(context: RequestContext, sent: SentRecording[]): Promise<Verdict[]> {
    const decided = new Map<SentRecording, Verdict>();
    let rest = sent;
    while (rest.length > 0) {
      const round = distinct(rest);
      const verdicts = await this.ask(context, round);
      for (const [index, each] of round.entries()) decided.set(each, verdicts[index]!);
      for (const first of round) decideFollowers(first, rest, decided);
      rest = rest.filter((each) => !decided.has(each));
    }
    return sent.map((each) => decided.get(each)!);
  }

  /** In a shared flush, unless the request has a transaction of its own (an Idempotency-Key). */
  private async ask(context: RequestContext, sent: SentRecording[]): Promise<Verdict[]> {
    if (context instanceof Transaction) return this.repository.admitAllIn(context, sent);
    return Promise.all(
      sent.map(async (each) => {
        try {
          return await this.queue.admit(each, context.trace);
        } catch (error) {
          return { outcome: 'failed' as const, error };
        }
      }),
    );
  }

  /** By external id; or the error of the query, for all that were looked up. */
  private async findEarlier(
    context: RequestContext,
    there: SentRecording[],
  ): Promise<Map<string, Recording> | { error: unknown }> {
    if (there.length === 0) return new Map();
    const externalIds = there.map(({ externalId }) => externalId);
    try {
      const found = await this.database.transaction(context, (tx) =>
        this.repository.findByExternalIds(tx, externalIds),
      );
      return new Map(found.map((recording) => [recording.externalId, recording]));
    } catch (error) {
      if (context instanceof Transaction) throw error; // it has failed for all items
      return { error };
    }
  }

  private answer(
    sent: SentRecording,
    verdict: Verdict,
    earlier: Map<string, Recording> | { error: unknown },
  ): BatchItem {
    try {
      if (verdict.outcome === 'failed') throw verdict.error;
      if (verdict.outcome === 'not_running') throw subscriptionBehind(COME_BACK);
      if (verdict.outcome !== 'exists') return this.ingestion.answer(sent, verdict);
      if (!(earlier instanceof Map)) throw earlier.error;
      return replayOf(earlier.get(sent.externalId) ?? null, sent);
    } catch (error) {
      return { error };
    }
  }

  /**
   * A failing item fails alone: the others are stored and answered. With an Idempotency-Key all share one transaction,
   * so one failure fails all of them, and the request may be retried.
   */
  private refuse(context: RequestContext, error: unknown): DomainError {
    if (context instanceof Transaction && !(error instanceof DomainError)) throw error;
    return this.refusals.of(context, error);
  }
}

function readItem(
  context: RequestContext,
  item: unknown,
): { sent: SentRecording } | { error: unknown } {
  try {
    const request = validateFields(CreateRecordingRequest, item ?? null);
    return { sent: toSentRecording(context, request) };
  } catch (error) {
    return { error };
  }
}

function isNotRunning({ outcome }: Verdict): boolean {
  return outcome === 'not_running';
}

/** The first of each external id. */
function distinct(sent: SentRecording[]): SentRecording[] {
  const ids = new Set<string>();
  return sent.filter(({ externalId }) => ids.size < ids.add(externalId).size);
}

/** Decides later items with the same external id, up to the first that needs another admission. */
function decideFollowers(
  first: SentRecording,
  rest: SentRecording[],
  decided: Map<SentRecording, Verdict>,
): void {
  const { externalId } = first;
  for (const later of rest.filter((each) => each !== first && each.externalId === externalId)) {
    const verdict = verdictAfter(first, decided.get(first)!, later);
    if (!verdict) return;
    decided.set(later, verdict);
  }
}

/** The result for a later item with the same external id; null where it needs another admission. */
function verdictAfter(
  first: SentRecording,
  verdict: Verdict,
  later: SentRecording,
): Verdict | null {
  if (verdict.outcome === 'inserted') return { outcome: 'exists', period: verdict.period };
  const isRefused = verdict.outcome === 'refused' || verdict.outcome === 'no_application';
  return isRefused && first.applicationId !== later.applicationId ? null : verdict;
}

import { Injectable } from '@nestjs/common';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import { Transaction } from '../../platform/database/transaction';
import type { RecordEventRequest, ReleaseEventRequest } from './dto/usage-event';
import { UsageEventQueue } from './usage-event-queue';
import {
  UsageEventsRepository,
  type CountedEvent,
  type ReleasedEvent,
  type SentEvent,
} from './usage-events.repository';
import { UsageService, assertReleased } from './usage.service';

/** Events that other services send: each in a shared flush. */
@Injectable()
export class UsageEventsService {
  constructor(
    private readonly database: Database,
    private readonly queue: UsageEventQueue,
    private readonly events: UsageEventsRepository,
    private readonly usage: UsageService,
  ) {}

  /**
   * Counts an event of the context's business, or returns the one sent before. Counts nothing when it throws.
   * @throws 402 quota_exceeded, 403 subscription_inactive, 404 feature_not_found, 409 event_id_conflict, feature_kind,
   * feature_archived, 503 counter_busy, subscription_behind, ingestion_overloaded
   */
  record(context: RequestContext, request: RecordEventRequest): Promise<CountedEvent> {
    const event = toSentEvent(context, request);
    if (context instanceof Transaction) return this.usage.count(context, event);
    return this.usage.countBy(context, event, () => this.queue.admit(event, context.trace));
  }

  /** Keeps tables of the months ahead, and forgets keys of this age. Platform scope. */
  async keepHouse(tx: Transaction, before: Date): Promise<void> {
    await this.events.addPartitions(tx);
    await this.events.prune(tx, before);
  }

  /**
   * Gives back what the event took, once.
   * @throws 404 event_not_found, feature_not_found, 409 feature_kind, event_reserved, 503 counter_busy
   */
  release(context: RequestContext, request: ReleaseEventRequest): Promise<ReleasedEvent> {
    return this.database.transaction(context, async (tx) =>
      assertReleased(await this.events.releaseIn(tx, request.feature, request.eventId)),
    );
  }
}

function toSentEvent(context: RequestContext, request: RecordEventRequest): SentEvent {
  const { feature, eventId, amount, at, properties } = request;
  return {
    businessId: context.requireBusinessId(),
    feature,
    eventId,
    amount,
    at: at ? new Date(at) : null,
    properties: properties ?? null,
    way: { kind: 'consume' },
  };
}

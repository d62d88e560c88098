import { Injectable } from '@nestjs/common';
import { EVENT_TYPES, readableTypes, type EventDefinition } from '../../common/events';
import { newId } from '../../common/ids';
import { decodeCursor } from '../../common/pagination';
import { validationFailed } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import type { ListEventsQuery } from './dto/event';
import { businessEventNotFound, eventsGone } from './events.errors';
import { EventsRepository, type EventFilter, type NewEvent } from './events.repository';
import type { StoredEvent } from './stored-event';

export type { StoredEvent };

/** What acts on events in the transaction that writes them. */
export interface EventListener {
  /**
   * After the events have their numbers, as the last step before COMMIT. Writes jobs or deliveries and nothing slow: the
   * businesses' counters are locked. Its transaction has the scope of the effect's, which may be that of one business.
   */
  onAppended(tx: Transaction, events: readonly StoredEvent[]): Promise<void>;
  /** Which of these businesses it takes events of. Others get none of the types that only readers need. */
  listFollowed(tx: Transaction, businessIds: readonly string[]): Promise<readonly string[]>;
}

/**
 * The log of what happens in a business. An event is written in the transaction of its effect, and numbered at its end:
 * dense, and in the order of commits.
 */
@Injectable()
export class EventsService {
  private readonly listeners: EventListener[] = [];

  constructor(
    private readonly database: Database,
    private readonly events: EventsRepository,
  ) {}

  addListener(listener: EventListener): void {
    this.listeners.push(listener);
  }

  /**
   * Raises an event of the business of the transaction: in the log with the commit, or not at all. It has no sequence
   * before that, since its number is the last thing that the transaction takes.
   * @param actorId the member who did it, to whom it is no news; by default the caller
   * @returns its id
   */
  append<Data extends object>(
    tx: Transaction,
    { type }: EventDefinition<Data>,
    data: Data,
    actorId = callerOf(tx),
  ): string {
    const businessId = tx.requireBusinessId();
    const event = { businessId, id: newId(), type, createdAt: tx.now, data, actorId };
    tx.collect<NewEvent>(this.write, event, true);
    return event.id;
  }

  /** Those that the caller may read, one more than `limit`: newest first, or oldest first those after a sequence. */
  list(context: RequestContext, query: ListEventsQuery): Promise<StoredEvent[]> {
    const { limit, type, after, cursor } = query;
    const [at] = (decodeCursor(cursor, [Number.isSafeInteger]) ?? [undefined]) as [number?];
    const types = typesOf(context, type);
    return this.database.transaction(context, async (tx) => {
      await this.events.markRead(tx);
      if (after === undefined) return this.events.list(tx, { types, limit: limit + 1, before: at });
      await this.assertKept(tx, at ?? after);
      return this.events.list(tx, { types, limit: limit + 1, after: at ?? after });
    });
  }

  /** @throws 404 business_event_not_found, for one that the caller may not read too */
  async get(context: RequestContext, id: string): Promise<StoredEvent> {
    const types = readableTypes(context.permissions);
    const event = await this.database.transaction(context, (tx) => this.events.find(tx, id, types));
    if (!event) throw businessEventNotFound();
    return event;
  }

  /**
   * Those of them whose events of mere routine are kept: a listener takes them, or log or stream were read within 30
   * days.
   */
  async listFollowed(tx: Transaction, businessIds: readonly string[]): Promise<Set<string>> {
    if (businessIds.length === 0) return new Set();
    const followed = new Set(await this.events.listRead(tx, businessIds));
    for (const listener of this.listeners)
      for (const businessId of await listener.listFollowed(tx, businessIds))
        followed.add(businessId);
    return followed;
  }

  /** For modules that follow the log: of the business of the transaction, whatever the caller may read. */
  read(tx: Transaction, filter: EventFilter): Promise<StoredEvent[]> {
    return this.events.list(tx, filter);
  }

  /** For a stream of the caller's business: notes that it is read. @returns as `readEnds` */
  beginReading(context: RequestContext): Promise<{ last: number; deleted: number }> {
    return this.database.transaction(context, async (tx) => {
      await this.events.markRead(tx);
      return this.events.readEnds(tx);
    });
  }

  /** The last sequence of each of these. Platform scope. */
  listLast(tx: Transaction, businessIds: readonly string[]): Promise<Map<string, number>> {
    return this.events.listLast(tx, businessIds);
  }

  /** The last event of the business, and the last one that has been deleted; 0 where there is none. */
  readEnds(tx: Transaction): Promise<{ last: number; deleted: number }> {
    return this.events.readEnds(tx);
  }

  /** The last event of the business of the transaction that was raised before this moment; 0 where there is none. */
  findLastBefore(tx: Transaction, moment: Date): Promise<number> {
    return this.events.findLastBefore(tx, moment);
  }

  /** The next business, by id, that has events; null after the last. Platform scope. */
  findBusinessAfter(tx: Transaction, businessId: string): Promise<string | null> {
    return this.events.findBusinessAfter(tx, businessId);
  }

  /** After 0 is from the oldest that is kept. @throws 410 events_gone */
  private async assertKept(tx: Transaction, after: number): Promise<void> {
    const { deleted } = await this.events.readEnds(tx);
    if (after > 0 && after < deleted) throw eventsGone();
  }

  /** An arrow: its identity is the key of what a transaction has collected. */
  private readonly write = async (tx: Transaction, events: readonly NewEvent[]): Promise<void> => {
    await tx.commitDurably(); // a number that was read may not be given again
    const stored = await this.events.append(tx, events);
    for (const listener of this.listeners) await listener.onAppended(tx, stored);
  };
}

/** Null: not a person of a business. */
function callerOf({ member }: RequestContext): string | null {
  return member?.kind === 'person' ? member.memberId : null;
}

/** @throws 422 validation_failed at /type */
function typesOf({ permissions }: RequestContext, type: string | undefined): string[] {
  const readable = readableTypes(permissions);
  if (type === undefined) return readable;
  if (!EVENT_TYPES.includes(type))
    throw validationFailed([
      { pointer: '/type', code: 'enum', detail: 'must be a type of docs/events.md' },
    ]);
  return readable.filter((each) => each === type);
}

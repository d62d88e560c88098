import { Injectable } from '@nestjs/common';
import type { DomainError } from '../../common/problem';
import type { RequestContext } from '../../common/request-context';
import { validateFields } from '../../platform/http/validation';
import { ItemRefusals } from '../../platform/http/item-refusals';
import { RequestLimiter } from '../../platform/rate-limit/request-limiter';
import { ServiceKeysService } from '../service-keys/service-keys.service';
import { RecordEventRequest } from './dto/usage-event';
import type { CountedEvent } from './usage-events.repository';
import { UsageEventsService } from './usage-events.service';

/** An event that was counted, or the problem that prevented it. */
export type DecidedEvent =
  | { request: RecordEventRequest; counted: CountedEvent }
  | { refusal: DomainError };

type ReadEvent = { request: RecordEventRequest } | { refusal: DomainError };

/** What a business is to the key of the batch: a scope, or the reason why it is none. */
type Named = { context: RequestContext } | { context: null; error: unknown };

/** Events sent in one request, of any businesses. Each is decided as if sent alone; they share flushes. */
@Injectable()
export class EventBatchService {
  constructor(
    private readonly events: UsageEventsService,
    private readonly serviceKeys: ServiceKeysService,
    private readonly limiter: RequestLimiter,
    private readonly refusals: ItemRefusals,
  ) {}

  /**
   * @returns the outcome of each item, in order; one with invalid fields is refused alone
   * @throws 429 rate_limited: so many items are more than the key may send
   */
  async recordEach(context: RequestContext, items: unknown[]): Promise<DecidedEvent[]> {
    await this.limiter.countItems(context.requireServiceKey().id, items.length);
    const alone = context.with({ connection: null }); // renewals of several businesses may run side by side
    const read = items.map((item) => this.read(alone, item));
    const named = await this.enterAll(alone, read);
    return Promise.all(read.map((each) => this.decide(alone, each, named)));
  }

  private read(context: RequestContext, item: unknown): ReadEvent {
    try {
      return { request: validateFields(RecordEventRequest, item ?? null) };
    } catch (error) {
      return { refusal: this.refusals.of(context, error) };
    }
  }

  /** One after the other: many unknown ones would take many connections. */
  private async enterAll(context: RequestContext, read: ReadEvent[]): Promise<Map<string, Named>> {
    const named = new Map<string, Named>();
    for (const [businessId, count] of countByBusiness(read))
      named.set(businessId, await this.enter(context, businessId, count));
    return named;
  }

  private async enter(context: RequestContext, businessId: string, items: number): Promise<Named> {
    try {
      await this.limiter.countItemsOfBusiness(businessId, items);
      return { context: await this.serviceKeys.contextFor(context, businessId) };
    } catch (error) {
      return { context: null, error };
    }
  }

  private async decide(
    context: RequestContext,
    read: ReadEvent,
    named: ReadonlyMap<string, Named>,
  ): Promise<DecidedEvent> {
    if ('refusal' in read) return read;
    const { request } = read;
    const business = named.get(keyOf(request))!;
    try {
      if ('error' in business) throw business.error;
      return { request, counted: await this.events.record(business.context, request) };
    } catch (error) {
      return { refusal: this.refusals.of(business.context ?? context, error) };
    }
  }
}

function countByBusiness(read: ReadEvent[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const each of read) {
    if (!('request' in each)) continue;
    const businessId = keyOf(each.request);
    counts.set(businessId, (counts.get(businessId) ?? 0) + 1);
  }
  return counts;
}

function keyOf({ businessId }: RecordEventRequest): string {
  return businessId.toLowerCase();
}

import { Injectable } from '@nestjs/common';
import type { DomainError } from '../../common/problem';
import type { RequestContext } from '../../common/request-context';
import { validateFields } from '../../platform/http/validation';
import { ItemRefusals } from '../../platform/http/item-refusals';
import { ServiceKeysService } from '../service-keys/service-keys.service';
import { RecordEventRequest } from './dto/usage-event';
import type { CountedEvent } from './usage-events.repository';
import { UsageEventsService } from './usage-events.service';

/** An event that was counted, or the problem that prevented it. */
export type DecidedEvent =
  | { request: RecordEventRequest; counted: CountedEvent }
  | { refusal: DomainError };

/** Events sent in one request, of any businesses. Each is decided as if sent alone; they share flushes. */
@Injectable()
export class EventBatchService {
  constructor(
    private readonly events: UsageEventsService,
    private readonly serviceKeys: ServiceKeysService,
    private readonly refusals: ItemRefusals,
  ) {}

  /** @returns the outcome of each item, in order; one with invalid fields is refused alone */
  async recordEach(context: RequestContext, items: unknown[]): Promise<DecidedEvent[]> {
    const alone = context.with({ connection: null }); // renewals of several businesses may run side by side
    const contexts = new Map<string, RequestContext>();
    const decided: Promise<DecidedEvent>[] = [];
    for (const item of items) {
      const read = await this.read(alone, item, contexts);
      decided.push(
        'refusal' in read ? Promise.resolve(read) : this.record(read.context, read.request),
      );
    }
    return Promise.all(decided);
  }

  private async read(
    context: RequestContext,
    item: unknown,
    contexts: Map<string, RequestContext>,
  ): Promise<{ request: RecordEventRequest; context: RequestContext } | { refusal: DomainError }> {
    try {
      const request = validateFields(RecordEventRequest, item ?? null);
      const { businessId } = request;
      const known = contexts.get(businessId);
      const named = known ?? (await this.serviceKeys.contextFor(context, businessId));
      contexts.set(businessId, named);
      return { request, context: named };
    } catch (error) {
      return { refusal: this.refusals.of(context, error) };
    }
  }

  private async record(
    context: RequestContext,
    request: RecordEventRequest,
  ): Promise<DecidedEvent> {
    try {
      return { request, counted: await this.events.record(context, request) };
    } catch (error) {
      return { refusal: this.refusals.of(context, error) };
    }
  }
}

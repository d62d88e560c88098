import { Inject, Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import type { RequestContext } from '../../../common/request-context';
import { CONFIG, type Config } from '../../../platform/config/config';
import { Database } from '../../../platform/database/database';
import type { Transaction } from '../../../platform/database/transaction';
import { JobHandler } from '../../../platform/queue/job-handler.decorator';
import { JobQueue } from '../../../platform/queue/job-queue';
import { StripeApi } from '../../../platform/stripe/stripe-api';
import {
  webhookEventHandled,
  webhookEventNotFound,
  webhookSignatureInvalid,
} from '../billing.errors';
import type { InboxQuery } from '../dto/inbox';
import { InboxRepository } from '../records/inbox.repository';
import { MAXIMUM_TRIES, type InboxEvent, type ReceivedEvent } from '../records/inbox-event';
import { fromUnixSeconds, idOf, LATEST_SECONDS } from '../stripe/stripe-snapshot';
import { SyncService } from '../sync/sync.service';
import { findSigningTime, isRecent } from './webhook-signature';

const FIND_CUSTOMER = 'billing.find_customer';
const REASON = 'Stripe knows customers, not tenants';

/** Any of these triggers a reconciliation of the customer. All others are stored and ignored. */
export const WATCHED_EVENTS = [
  'checkout.session.completed',
  'customer.subscription.created',
  'customer.subscription.updated',
  'customer.subscription.deleted',
  'customer.subscription.paused',
  'customer.subscription.resumed',
  'invoice.paid',
  'invoice.payment_failed',
  'charge.refunded',
  'charge.dispute.created',
  'customer.deleted',
];

/** The fields of an event, unchecked: it is signed, but of any type, with any object. */
interface EventBody {
  id?: unknown;
  type?: unknown;
  created?: unknown;
  data?: { object?: { id?: unknown; object?: unknown; customer?: unknown; charge?: unknown } };
}

/** Receives Stripe's events: stored before they are answered, handled by jobs. */
@Injectable()
export class InboxService {
  constructor(
    private readonly database: Database,
    private readonly stripe: StripeApi,
    private readonly queue: JobQueue,
    private readonly inbox: InboxRepository,
    private readonly sync: SyncService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Deletes events as `InboxRepository.prune`. @returns how many */
  prune(tx: Transaction, before: Date): Promise<number> {
    return this.inbox.prune(tx, before);
  }

  /**
   * Stores an event once, however often it is delivered; a job handles it.
   * @throws 400 webhook_signature_invalid
   */
  async receive(context: RequestContext, body: Buffer, signature: string): Promise<string> {
    const signedAt = findSigningTime(this.config.stripeWebhookSecrets, body, signature);
    if (signedAt === null) throw webhookSignatureInvalid();
    return this.database.platform(context, REASON, async (tx) => {
      if (!isRecent(signedAt, tx.now)) throw webhookSignatureInvalid();
      const event = toReceived(parse(body));
      const stored = await this.inbox.put(tx, event);
      if (!stored.handledAt) await this.dispatch(tx, stored);
      return event.id;
    });
  }

  /** Newest first; one more than the page holds. */
  list(context: RequestContext, query: InboxQuery): Promise<InboxEvent[]> {
    return this.database.platform(context, REASON, (tx) => this.inbox.list(tx, query));
  }

  /** Restores the tries of an event. @throws 404 webhook_event_not_found, 409 webhook_event_handled */
  retry(context: RequestContext, id: string): Promise<InboxEvent> {
    return this.database.platform(context, REASON, async (tx) => {
      const event = isWord(id) ? await this.inbox.find(tx, id) : null;
      if (!event) throw webhookEventNotFound();
      if (event.handledAt) throw webhookEventHandled();
      await this.inbox.forgetTries(tx, id);
      await this.dispatch(tx, event);
      return { ...event, tries: 0 };
    });
  }

  /** Retries all events without effect. @returns how many */
  replayAll(context: RequestContext): Promise<number> {
    return this.database.platform(context, REASON, async (tx) => {
      const events = await this.inbox.listUnhandled(tx);
      for (const event of events) {
        await this.inbox.forgetTries(tx, event.id);
        await this.dispatch(tx, event);
      }
      return events.length;
    });
  }

  /** A dispute references a charge, and only the charge references its customer. */
  @JobHandler(FIND_CUSTOMER)
  async findCustomer(context: RequestContext, { eventId }: { eventId: string }): Promise<void> {
    const event = await this.database.platform(context, REASON, (tx) =>
      this.inbox.find(tx, eventId),
    );
    if (!event?.objectId || event.handledAt) return;
    const charge = await this.findCharge(context, eventId, event.objectId);
    await this.database.platform(context, REASON, async (tx) => {
      if (!charge?.customer) return this.inbox.markHandled(tx, [eventId], 'ignored');
      await this.inbox.setCustomer(tx, eventId, idOf(charge.customer));
      await this.sync.enqueue(tx, idOf(charge.customer));
    });
  }

  private async findCharge(
    context: RequestContext,
    eventId: string,
    id: string,
  ): Promise<Stripe.Charge | null> {
    try {
      return await this.stripe.find((stripe) => stripe.charges.retrieve(id));
    } catch (error) {
      await this.sync.noteFailure(context, [eventId], error);
      throw error;
    }
  }

  private async dispatch(tx: Transaction, event: InboxEvent): Promise<void> {
    const { id, type, customerId, objectId } = event;
    if (WATCHED_EVENTS.includes(type) && customerId) return this.sync.enqueue(tx, customerId);
    if (WATCHED_EVENTS.includes(type) && objectId) return this.enqueueSearch(tx, id);
    await this.inbox.markHandled(tx, [id], 'ignored');
  }

  private enqueueSearch(tx: Transaction, eventId: string): Promise<void> {
    const options = { key: `${FIND_CUSTOMER}:${eventId}`, maximumTries: MAXIMUM_TRIES };
    return this.queue.enqueue(tx, FIND_CUSTOMER, { eventId }, options);
  }
}

/** It is signed, so Stripe created it; a body that is not an event is still refused like a forgery. */
function parse(body: Buffer): EventBody {
  try {
    return (JSON.parse(body.toString()) ?? {}) as EventBody;
  } catch (cause) {
    throw webhookSignatureInvalid({ detail: 'the body is not an event', cause });
  }
}

function toReceived({ id, type, created, data }: EventBody): ReceivedEvent {
  if (!isWord(id) || !isWord(type) || !isSeconds(created))
    throw webhookSignatureInvalid({ detail: 'the body is not an event' });
  const object = data?.object ?? {};
  const isCustomer = object.object === 'customer';
  const customer = isCustomer ? object.id : object.customer;
  const about = object.object === 'dispute' ? object.charge : object.id;
  return {
    id,
    type,
    objectId: textOf(about),
    customerId: textOf(customer),
    happenedAt: fromUnixSeconds(created),
  };
}

/** The id of a reference or of an expanded object. */
function textOf(value: unknown): string | null {
  if (isWord(value)) return value;
  const { id } = (value ?? {}) as { id?: unknown };
  return isWord(id) ? id : null;
}

function isSeconds(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < LATEST_SECONDS;
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.-]{1,255}$/.test(value);
}

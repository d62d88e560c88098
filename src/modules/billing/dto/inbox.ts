import { ListQuery } from '../../../common/dto/list.query';
import { pageOf } from '../../../common/dto/page.response';
import { Choice, Instant, Integer, Text } from '../../../common/fields';
import { MAXIMUM_TRIES, type InboxEvent } from '../records/inbox-event';

export const INBOX_STATES = ['waiting', 'failed', 'applied', 'ignored'] as const;
export type InboxState = (typeof INBOX_STATES)[number];

export class InboxQuery extends ListQuery {
  @Choice('InboxState', INBOX_STATES, { optional: true })
  state?: InboxState;
}

export class InboxEventResponse {
  @Text({ description: "Stripe's id of the event" })
  id!: string;

  @Text()
  type!: string;

  @Choice('InboxState', INBOX_STATES, {
    description: 'failed: all tries are used up; ignored: no local subscription depends on it',
  })
  state!: InboxState;

  @Text({ nullable: true, description: 'The Stripe id of the object that the event is about' })
  objectId!: string | null;

  @Text({ nullable: true })
  customerId!: string | null;

  @Instant({ description: "By Stripe's clock" })
  happenedAt!: string;

  @Instant()
  receivedAt!: string;

  @Integer({ min: 1, description: 'The number of deliveries' })
  deliveries!: number;

  @Integer({ min: 0 })
  tries!: number;

  @Instant({ nullable: true })
  handledAt!: string | null;

  @Text({ nullable: true })
  lastError!: string | null;
}

export class InboxPage extends pageOf(InboxEventResponse) {}

export function toInboxEventResponse(event: InboxEvent): InboxEventResponse {
  const { id, type, objectId, customerId, deliveries, tries, lastError } = event;
  return {
    id,
    type,
    state: stateOf(event),
    objectId,
    customerId,
    happenedAt: event.happenedAt.toISOString(),
    receivedAt: event.receivedAt.toISOString(),
    deliveries,
    tries,
    handledAt: event.handledAt?.toISOString() ?? null,
    lastError,
  };
}

function stateOf({ outcome, tries }: InboxEvent): InboxState {
  return outcome ?? (tries >= MAXIMUM_TRIES ? 'failed' : 'waiting');
}

export class WebhookReceivedResponse {
  @Text({ description: 'The id of the event, which is stored' })
  received!: string;
}

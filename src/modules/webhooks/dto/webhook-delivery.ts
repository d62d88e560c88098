import { pageOf } from '../../../common/dto/page.response';
import { Choice, Id, Instant, Integer, Nested, Text } from '../../../common/fields';
import { ListQuery } from '../../../common/dto/list.query';
import { DELIVERY_STATUSES, type Delivery, type DeliveryStatus } from '../delivery';

export class ListWebhookDeliveriesQuery extends ListQuery {
  @Choice('WebhookDeliveryStatus', DELIVERY_STATUSES, { optional: true })
  status?: DeliveryStatus;
}

export class WebhookTryResponse {
  @Instant()
  at!: string;

  @Integer({ nullable: true, description: 'Of the answer; null: none came' })
  status!: number | null;

  @Integer({ min: 0 })
  durationMs!: number;

  @Text({ nullable: true, description: 'Why no answer came' })
  error!: string | null;

  @Text({
    nullable: true,
    description: 'The beginning of the answer, 1 KiB at most; none from an allowed private network',
  })
  text!: string | null;
}

export class WebhookDeliveryResponse {
  @Id()
  id!: string;

  @Id({ description: 'The `webhook-id` of every try' })
  eventId!: string;

  @Text({ example: 'member.joined' })
  type!: string;

  @Integer({ nullable: true, description: 'Null: a test' })
  sequence!: number | null;

  @Choice('WebhookDeliveryStatus', DELIVERY_STATUSES)
  status!: DeliveryStatus;

  @Integer({ min: 0 })
  tries!: number;

  @Instant({ nullable: true })
  nextTryAt!: string | null;

  @Instant()
  createdAt!: string;

  @Instant({ nullable: true })
  deliveredAt!: string | null;

  @Nested(() => WebhookTryResponse, { nullable: true })
  lastTry!: WebhookTryResponse | null;
}

export class WebhookDeliveryPage extends pageOf(WebhookDeliveryResponse) {}

export function toWebhookDeliveryResponse(delivery: Delivery): WebhookDeliveryResponse {
  const { id, eventId, eventType, eventSequence, status, tries, createdAt } = delivery;
  return {
    ...{ id, eventId, type: eventType, sequence: eventSequence, status, tries },
    nextTryAt: delivery.nextTryAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    deliveredAt: delivery.deliveredAt?.toISOString() ?? null,
    lastTry: toTryResponse(delivery),
  };
}

function toTryResponse(delivery: Delivery): WebhookTryResponse | null {
  const { triedAt, answerStatus, durationMs, error, answerText } = delivery;
  if (!triedAt) return null;
  return {
    at: triedAt.toISOString(),
    status: answerStatus,
    durationMs: durationMs ?? 0,
    error,
    text: answerText,
  };
}

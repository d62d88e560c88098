import { defineEvent } from '../../common/events';
import { Choice, Id } from '../../common/fields';
import { DISABLED_REASONS, type DisabledReason } from './webhook-endpoint.entity';

export class WebhookEndpointDisabledData {
  @Id()
  webhookEndpointId!: string;

  @Choice('WebhookDisabledReason', DISABLED_REASONS)
  reason!: DisabledReason;
}

export const webhookEndpointDisabledEvent = defineEvent({
  type: 'webhook_endpoint.disabled',
  notice: { title: 'A webhook endpoint was disabled', mailTo: ['owner'], hasOwnMail: true },
  permission: 'webhook_endpoints:read',
  description:
    'The server sends nothing more to an endpoint: it answered 410, took nothing for five days, or a person disabled it',
  data: WebhookEndpointDisabledData,
});

import { defineProblem } from '../../common/problem';

export const webhookEndpointNotFound = defineProblem({
  code: 'webhook_endpoint_not_found',
  kind: 'not_found',
  title: 'Webhook endpoint not found',
  description: 'GET /v1/webhook-endpoints lists the endpoints of your business.',
});

export const webhookDeliveryNotFound = defineProblem({
  code: 'webhook_delivery_not_found',
  kind: 'not_found',
  title: 'Webhook delivery not found',
  description:
    'GET /v1/webhook-endpoints/{id}/deliveries lists what was sent to an endpoint in the last 30 days.',
});

export const tooManyWebhookEndpoints = defineProblem({
  code: 'too_many_webhook_endpoints',
  kind: 'conflict',
  title: 'There are 20 webhook endpoints already',
  description:
    'A business may have 20 endpoints, disabled ones included. Delete one, or send more types of events to one.',
});

export const webhookEndpointDisabled = defineProblem({
  code: 'webhook_endpoint_disabled',
  kind: 'conflict',
  title: 'This webhook endpoint is disabled',
  description:
    'Nothing is sent to it. Enable it with POST /v1/webhook-endpoints/{id}/enable, then try again.',
});

export const webhookReplayRunning = defineProblem({
  code: 'webhook_replay_running',
  kind: 'conflict',
  title: 'A replay to this endpoint is still running',
  description:
    'An endpoint has one replay at a time. Wait until all its events are delivered or given up.',
});

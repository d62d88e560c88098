import { pageOf } from '../../../common/dto/page.response';
import { EVENT_TYPES } from '../../../common/events';
import { check, Choice, Flag, Id, Instant, list, Name, Text } from '../../../common/fields';
import {
  DISABLED_REASONS,
  ENDPOINT_STATUSES,
  EVERY_TYPE,
  type DisabledReason,
  type WebhookEndpoint,
} from '../webhook-endpoint.entity';

const MOST_TYPES = 100;
const URL_LENGTH = 2_000;
const EXAMPLE_URL = 'https://app.example/hooks/tenantry';

/** Types of events, or `*` alone for all. */
function EventTypes(options: { optional: boolean }): PropertyDecorator {
  const areKnown = (types: unknown) =>
    Array.isArray(types) &&
    types.every((type) => type === EVERY_TYPE || EVENT_TYPES.includes(type as string));
  return list(
    {
      ...options,
      min: 1,
      max: MOST_TYPES,
      example: [EVERY_TYPE],
      description:
        'Types of events (`webhooks` of this document), or `*` for all that you may read',
    },
    { type: 'array', items: { type: 'string' } },
    [check('event_type', areKnown, 'must hold types of events, or * alone')],
  );
}

export class CreateWebhookEndpointRequest {
  @Text({
    min: 1,
    max: URL_LENGTH,
    example: EXAMPLE_URL,
    description: 'https; http too outside production. No user name, no private address',
  })
  url!: string;

  @EventTypes({ optional: true })
  types?: string[];

  @Flag({
    optional: true,
    description:
      'Whether an event waits until the one before it is delivered or given up. False by default',
  })
  ordered?: boolean;

  @Name({ optional: true, nullable: true, max: 200 })
  description?: string | null;
}

export class UpdateWebhookEndpointRequest {
  @Text({ min: 1, max: URL_LENGTH, optional: true, example: EXAMPLE_URL })
  url?: string;

  @EventTypes({ optional: true })
  types?: string[];

  @Flag({ optional: true })
  ordered?: boolean;

  @Name({ optional: true, nullable: true, max: 200 })
  description?: string | null;
}

export class ReplayWebhooksRequest {
  @Instant({
    description: 'Events from this moment until now are sent again, as far as the log has them',
    example: '2026-11-28T00:00:00.000Z',
  })
  since!: string;
}

export class WebhookEndpointResponse {
  @Id()
  id!: string;

  @Text()
  url!: string;

  @Text({ nullable: true })
  description!: string | null;

  @EventTypes({ optional: false })
  types!: string[];

  @Flag()
  ordered!: boolean;

  @Choice('WebhookEndpointStatus', ENDPOINT_STATUSES)
  status!: WebhookEndpoint['status'];

  @Choice('WebhookDisabledReason', DISABLED_REASONS, { nullable: true })
  disabledReason!: DisabledReason | null;

  @Instant({
    nullable: true,
    description: 'Until then the secret before the last rotation signs too',
  })
  previousSecretEndsAt!: string | null;

  @Instant()
  createdAt!: string;
}

export class WebhookEndpointPage extends pageOf(WebhookEndpointResponse) {}

export class WebhookEndpointWithSecretResponse extends WebhookEndpointResponse {
  @Text({ description: 'Verifies the signatures. Shown only once', example: 'whsec_…' })
  secret!: string;
}

export interface EndpointWithSecret {
  endpoint: WebhookEndpoint;
  secret: string;
}

export function toWebhookEndpointResponse(endpoint: WebhookEndpoint): WebhookEndpointResponse {
  const { id, url, description, types, ordered, status, disabledReason, createdAt } = endpoint;
  return {
    ...{ id, url, description, types, ordered, status, disabledReason },
    previousSecretEndsAt: endpoint.previousSecretEndsAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
}

export function toWithSecretResponse({
  endpoint,
  secret,
}: EndpointWithSecret): WebhookEndpointWithSecretResponse {
  return { ...toWebhookEndpointResponse(endpoint), secret };
}

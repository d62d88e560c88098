// Generated from openapi.json by scripts/generate-client.js.

import type {
  EventResponse,
  ApiKeyCreatedEvent,
  ApiKeyRevokedEvent,
  ApiKeyRotatedEvent,
  ApplicationCreatedEvent,
  ApplicationDeletedEvent,
  BusinessUpdatedEvent,
  InvitationAcceptedEvent,
  InvitationExpiredEvent,
  InvitationRevokedEvent,
  InvitationSentEvent,
  InvoicePaidEvent,
  InvoicePaymentFailedEvent,
  MemberJoinedEvent,
  MemberLeftEvent,
  MemberRoleChangedEvent,
  SubscriptionCanceledEvent,
  SubscriptionChangedEvent,
  SubscriptionExpiredEvent,
  SubscriptionPastDueEvent,
  SubscriptionPausedEvent,
  SubscriptionRenewedEvent,
  SubscriptionResumedEvent,
  SubscriptionStartedEvent,
  SupportSessionEndedEvent,
  SupportSessionStartedEvent,
  TrialEndingEvent,
  UsageLimitReachedEvent,
  UsageResetEvent,
  UsageThresholdReachedEvent,
  WebhookEndpointDisabledEvent,
} from './schemas.ts';

/** The body that is sent to a webhook endpoint. */
export type WebhookEvent =
  | ApiKeyCreatedEvent
  | ApiKeyRevokedEvent
  | ApiKeyRotatedEvent
  | ApplicationCreatedEvent
  | ApplicationDeletedEvent
  | BusinessUpdatedEvent
  | InvitationAcceptedEvent
  | InvitationExpiredEvent
  | InvitationRevokedEvent
  | InvitationSentEvent
  | InvoicePaidEvent
  | InvoicePaymentFailedEvent
  | MemberJoinedEvent
  | MemberLeftEvent
  | MemberRoleChangedEvent
  | SubscriptionCanceledEvent
  | SubscriptionChangedEvent
  | SubscriptionExpiredEvent
  | SubscriptionPastDueEvent
  | SubscriptionPausedEvent
  | SubscriptionRenewedEvent
  | SubscriptionResumedEvent
  | SubscriptionStartedEvent
  | SupportSessionEndedEvent
  | SupportSessionStartedEvent
  | TrialEndingEvent
  | UsageLimitReachedEvent
  | UsageResetEvent
  | UsageThresholdReachedEvent
  | WebhookEndpointDisabledEvent;

type OfLog<Sent> = Sent extends WebhookEvent
  ? Omit<EventResponse, 'type' | 'data'> & Pick<Sent, 'type' | 'data'>
  : never;

/** An event as log and stream show it. */
export type LogEvent = OfLog<WebhookEvent>;

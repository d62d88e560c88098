import { defineEvent } from '../../common/events';
import { Choice, Id, Instant } from '../../common/fields';
import { SUBSCRIPTION_STATUSES, type SubscriptionStatus } from './subscription.entity';

export class SubscriptionData {
  @Id()
  subscriptionId!: string;

  @Choice('SubscriptionStatus', SUBSCRIPTION_STATUSES)
  status!: SubscriptionStatus;

  @Id()
  planId!: string;
}

export class TrialEndingData {
  @Id()
  subscriptionId!: string;

  @Instant()
  trialEndsAt!: string;
}

const subscription = { permission: 'subscription:read', data: SubscriptionData } as const;

export const subscriptionStarted = defineEvent({
  ...subscription,
  type: 'subscription.started',
  description: 'A subscription began: with the business, or after another one that had ended',
});

export const subscriptionChanged = defineEvent({
  ...subscription,
  type: 'subscription.changed',
  description:
    'Its plan, the plan after this period, whether it renews or ends with the period, or its status is another; the other types of subscriptions say which status',
});

export const subscriptionRenewed = defineEvent({
  ...subscription,
  type: 'subscription.renewed',
  description:
    'A new period began. Where nothing else changes, only for businesses with a webhook endpoint, or that read log or stream within 30 days',
});

export const subscriptionPastDue = defineEvent({
  ...subscription,
  type: 'subscription.past_due',
  description: 'A payment is missing; the grace of the plan runs',
});

export const subscriptionPaused = defineEvent({
  ...subscription,
  type: 'subscription.paused',
  description: 'It was paused: nothing is counted, nothing renews',
});

export const subscriptionResumed = defineEvent({
  ...subscription,
  type: 'subscription.resumed',
  description: 'It goes on after a pause',
});

export const subscriptionCanceled = defineEvent({
  ...subscription,
  type: 'subscription.canceled',
  description: 'It has ended by a cancellation. One for the end of the period is `changed` first',
});

export const subscriptionExpired = defineEvent({
  ...subscription,
  type: 'subscription.expired',
  description: 'It has ended by itself, without renewal or payment',
});

export const trialEnding = defineEvent({
  type: 'trial.ending',
  permission: 'subscription:read',
  description: 'The trial ends within three days',
  data: TrialEndingData,
});

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
  notice: { title: 'A subscription began', mailTo: [] },
  description: 'A subscription began: with the business, or after another one that had ended',
});

export const subscriptionChanged = defineEvent({
  ...subscription,
  type: 'subscription.changed',
  // What people must know of it by mail has mails of its own: a called-off change, a price.
  notice: { title: 'The subscription was changed', mailTo: [], isFixed: true },
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
  notice: { title: 'A payment is missing', mailTo: ['owner'], hasOwnMail: true },
  description: 'A payment is missing; the grace of the plan runs',
});

export const subscriptionPaused = defineEvent({
  ...subscription,
  type: 'subscription.paused',
  notice: { title: 'The subscription was paused', mailTo: [] },
  description: 'It was paused: nothing is counted, nothing renews',
});

export const subscriptionResumed = defineEvent({
  ...subscription,
  type: 'subscription.resumed',
  notice: { title: 'The subscription goes on', mailTo: [] },
  description: 'It goes on after a pause',
});

export const subscriptionCanceled = defineEvent({
  ...subscription,
  type: 'subscription.canceled',
  notice: { title: 'The subscription was canceled', mailTo: [] },
  description: 'It has ended by a cancellation. One for the end of the period is `changed` first',
});

export const subscriptionExpired = defineEvent({
  ...subscription,
  type: 'subscription.expired',
  notice: { title: 'The subscription has expired', mailTo: ['owner'] },
  description: 'It has ended by itself, without renewal or payment',
});

export const trialEnding = defineEvent({
  type: 'trial.ending',
  notice: { title: 'The trial ends soon', mailTo: ['owner'], hasOwnMail: true },
  permission: 'subscription:read',
  description: 'The trial ends within three days',
  data: TrialEndingData,
});

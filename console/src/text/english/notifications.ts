import type { LogEvent, NotificationType } from '@tenantry/client';
import { names } from './names';

type Labels = Partial<Record<NotificationType, string>>;
type Sentences = {
  [Type in NotificationType]?: (data: Extract<LogEvent, { type: Type }>['data']) => string;
};

/** Types of the product have the words of their name. */
const labels: Labels = {
  'api_key.created': 'API key created',
  'api_key.revoked': 'API key revoked',
  'api_key.rotated': 'API key rotated',
  'business.updated': 'Business settings changed',
  'invitation.expired': 'Invitation expired',
  'invoice.paid': 'Invoice paid',
  'invoice.payment_failed': 'Payment failed',
  'member.joined': 'A member joined the team',
  'member.left': 'A member left the team',
  'member.role_changed': 'Role changed',
  'subscription.canceled': 'Subscription canceled',
  'subscription.changed': 'Subscription changed',
  'subscription.expired': 'Subscription expired',
  'subscription.past_due': 'Payment missing',
  'subscription.paused': 'Subscription paused',
  'subscription.resumed': 'Subscription resumed',
  'subscription.started': 'Subscription started',
  'support_session.ended': 'Support session ended',
  'support_session.started': 'Support session started',
  'trial.ending': 'Trial ends soon',
  'usage.limit_reached': 'Limit reached',
  'usage.threshold_reached': 'Share of a limit used',
  'webhook_endpoint.disabled': 'Webhook endpoint disabled',
};

/** What one event says beyond its type. */
const sentences: Sentences = {
  'member.joined': ({ role }) => `A member joined the team as ${names.roles[role].toLowerCase()}`,
  'member.role_changed': ({ role }) => `A role was changed to ${names.roles[role].toLowerCase()}`,
  'support_session.started': ({ mode }) =>
    `Support opened a session: ${names.supportModes[mode].toLowerCase()}`,
  'usage.limit_reached': ({ feature }) => `The limit of ${names.feature(feature)} is reached`,
  'usage.threshold_reached': ({ feature, percentage }) =>
    `${percentage} % of ${names.feature(feature)} used`,
};

export const notifications = {
  notifications: {
    title: 'Notifications',
    lead: 'What others did in this business, and what happened to it.',
    bell: (unread: string) => (unread === '' ? 'Notifications' : `Notifications, ${unread} unread`),
    label: (type: NotificationType): string => labels[type] ?? names.feature(type),
    sentence: (type: NotificationType, data: object): string =>
      (sentences[type] as ((data: object) => string) | undefined)?.(data) ??
      labels[type] ??
      names.feature(type),
    readAll: 'Mark all as read',
    markRead: 'Mark as read',
    markUnread: 'Mark as unread',
    unread: 'Unread',
    all: 'All notifications',
    shown: 'Shown',
    filters: { all: 'All', unread: 'Unread' },
    empty: 'Nothing new',
    emptyLead: 'What others do in this business appears here, as it happens.',
    noUnread: 'All is read',
    mails: 'Mails',
    mailsLead: 'The console shows all of these. Choose what you get by mail too.',
    always: 'Always, for your security',
  },
};

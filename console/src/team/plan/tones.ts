import type { SubscriptionStatus } from '@tenantry/client';
import type { Tone } from '../../ui/feedback';

export const SUBSCRIPTION_TONE: Record<SubscriptionStatus, Tone> = {
  trialing: 'accent',
  active: 'good',
  past_due: 'bad',
  paused: 'warn',
  canceled: 'neutral',
  expired: 'bad',
};

import { Instant, Integer, ListOf, Text } from '../../common/fields';
import { defineProblem } from '../../common/problem';

export const subscriptionInactive = defineProblem({
  code: 'subscription_inactive',
  kind: 'forbidden',
  title: 'The subscription is not active',
  description:
    'It is paused, canceled or expired. Reads and billing still work; resume it or choose a plan.',
});

export const subscriptionBehind = defineProblem({
  code: 'subscription_behind',
  kind: 'unavailable',
  title: 'The renewal of this subscription is behind',
  description:
    'More periods have ended than one run closes, after a long outage or a jump of the clock. Retry after `Retry-After` seconds.',
});

export class QuotaExceededMembers {
  @Text({ description: 'The key of a metered feature' })
  feature!: string;

  @Integer({ min: 0 })
  used!: number;

  @Integer({ min: 0 })
  limit!: number;

  @Integer({ min: 0 })
  remaining!: number;

  @Instant({ nullable: true, description: 'When the quota resets; null: never' })
  resetsAt!: string | null;

  @Text({ description: 'Leads to a larger plan' })
  upgradeUrl!: string;

  @Text({ description: 'The same in words' })
  explanation!: string;
}

export const quotaExceeded = defineProblem({
  code: 'quota_exceeded',
  kind: 'payment_required',
  title: 'The quota of this period is used up',
  description:
    '`feature`, `used`, `limit` and `remaining` give the numbers, and `explanation` a text; the quota resets at `resetsAt`. `upgradeUrl` leads to a larger plan. Nothing was stored.',
  members: QuotaExceededMembers,
});

export const invalidState = defineProblem({
  code: 'invalid_state',
  kind: 'conflict',
  title: 'The state of the subscription does not allow this',
  description: '`detail` names the state. Nothing was changed.',
});

export class PlanConflictResponse {
  @Text({ description: 'The key of an allocated feature', example: 'seats' })
  feature!: string;

  @Integer({ min: 0 })
  used!: number;

  @Integer({ min: 0 })
  limit!: number;
}

export class UsageExceedsPlanMembers {
  @ListOf(() => PlanConflictResponse)
  conflicts!: PlanConflictResponse[];
}

export const usageExceedsPlan = defineProblem({
  code: 'usage_exceeds_plan',
  kind: 'conflict',
  title: 'More is in use than the plan allows',
  description:
    '`conflicts` lists each feature with its usage and limit. Reduce usage, then retry the change.',
  members: UsageExceedsPlanMembers,
});

export const paymentRequired = defineProblem({
  code: 'payment_required',
  kind: 'payment_required',
  title: 'This plan requires payment',
  description:
    'Pay with POST /v1/billing/checkout-sessions. Where the installation takes no payments, its staff can assign the plan.',
});

export const stripeSubscriptionExists = defineProblem({
  code: 'stripe_subscription_exists',
  kind: 'conflict',
  title: 'Stripe charges this business for a subscription',
  description:
    'Choose what happens to it: `stripe` is `cancel` (it ends now, and the unused rest is credited) or `keep` (it is still charged, and sets the periods).',
});

export const billingBusy = defineProblem({
  code: 'billing_busy',
  kind: 'conflict',
  title: 'Another change is in progress at the payment provider',
  description:
    'Only one runs at a time. Retry after `Retry-After` seconds; a repeat of the same change joins it.',
});

export const currencyMismatch = defineProblem({
  code: 'currency_mismatch',
  kind: 'conflict',
  title: 'The two plans have prices in different currencies',
  description: 'The rest of one cannot be credited against the other: change at the period end.',
});

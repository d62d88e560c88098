import { valuesOfDeclared } from '../../../common/features';
import { ByFeature } from '../../../common/feature-fields';
import { Choice, Flag, Id, Instant, Integer, Nested } from '../../../common/fields';
import { PlanResponse, toPlanResponse } from '../../plans/dto/plan.response';
import { END_REASONS, type EndReason } from '../decisions/end-reasons';
import {
  SUBSCRIPTION_STATUSES,
  type Subscription,
  type SubscriptionStatus,
} from '../subscription.entity';
import type { SubscriptionPeriod } from '../subscription-period';
import type { SubscriptionView } from '../decisions/subscription-view';
import { toUsageResponse, UsageResponse } from '../../entitlements/dto/usage.response';

export class CurrentPeriodResponse {
  @Integer({ min: 0, description: 'Numbers the periods of a subscription; a trial is 0' })
  ordinal!: number;

  @Instant()
  start!: string;

  @Instant({ description: 'Exclusive' })
  end!: string;
}

export class SubscriptionResponse {
  @Id()
  id!: string;

  @Nested(() => PlanResponse)
  plan!: PlanResponse;

  @Choice('SubscriptionStatus', SUBSCRIPTION_STATUSES)
  status!: SubscriptionStatus;

  @Nested(() => CurrentPeriodResponse)
  currentPeriod!: CurrentPeriodResponse;

  @Instant({ description: 'The anchor of all period boundaries' })
  anchor!: string;

  @Flag()
  autoRenew!: boolean;

  @Flag({ description: 'Whether a cancellation ends it in the current period' })
  cancelAtPeriodEnd!: boolean;

  @Instant({
    nullable: true,
    description:
      'When a cancellation will end it: with the current period, or on a date set at Stripe',
  })
  cancelAt!: string | null;

  @Choice('SubscriptionEndReason', END_REASONS, {
    nullable: true,
    description:
      'Why Stripe ends it with the period without a request of the owner: the business is deactivated, the plan does not renew, or the plan has become free and continues without Stripe',
  })
  endReason!: EndReason | null;

  @Instant({ nullable: true })
  canceledAt!: string | null;

  @Instant({ nullable: true })
  endedAt!: string | null;

  @Instant({ nullable: true })
  trialEndsAt!: string | null;

  @Instant({ nullable: true })
  pausedAt!: string | null;

  @Choice('PaymentProvider', ['manual', 'stripe'], {
    description: 'Who sets the periods: the renewal of this installation, or Stripe',
  })
  paymentProvider!: 'manual' | 'stripe';

  @Instant({ nullable: true, description: 'When the missing payment was due' })
  pastDueSince!: string | null;

  @Instant({ nullable: true, description: 'The end of the grace period' })
  graceEndsAt!: string | null;

  @Nested(() => PlanResponse, {
    nullable: true,
    description: 'The plan of the next period, if a change is scheduled',
  })
  scheduledPlan!: PlanResponse | null;

  @Nested(() => UsageResponse)
  usage!: UsageResponse;
}

export function toSubscriptionResponse(view: SubscriptionView): SubscriptionResponse {
  const { subscription, plan, scheduledPlan } = view;
  const { id, status, autoRenew, cancelAtPeriodEnd, canceledAt, endedAt, trialEndsAt, pausedAt } =
    subscription;
  return {
    id,
    plan: toPlanResponse(plan),
    status,
    currentPeriod: {
      ordinal: subscription.periodOrdinal,
      start: subscription.periodStart.toISOString(),
      end: subscription.periodEnd.toISOString(),
    },
    anchor: subscription.anchor.toISOString(),
    autoRenew,
    cancelAtPeriodEnd,
    cancelAt: cancelAtOf(subscription)?.toISOString() ?? null,
    endReason: subscription.endReason,
    canceledAt: canceledAt?.toISOString() ?? null,
    endedAt: endedAt?.toISOString() ?? null,
    trialEndsAt: trialEndsAt?.toISOString() ?? null,
    pausedAt: pausedAt?.toISOString() ?? null,
    ...paymentOf(subscription),
    scheduledPlan: scheduledPlan && toPlanResponse(scheduledPlan),
    usage: toUsageResponse(view),
  };
}

function cancelAtOf(subscription: Subscription): Date | null {
  const { cancelAt, cancelAtPeriodEnd, periodEnd, endedAt } = subscription;
  return endedAt ? null : (cancelAt ?? (cancelAtPeriodEnd ? periodEnd : null));
}

function paymentOf({
  status,
  stripeSubscriptionId,
  pastDueSince,
  runsUntil,
}: Subscription): Pick<SubscriptionResponse, 'paymentProvider' | 'pastDueSince' | 'graceEndsAt'> {
  const isPastDue = status === 'past_due';
  return {
    paymentProvider: stripeSubscriptionId === null ? 'manual' : 'stripe',
    pastDueSince: (isPastDue && pastDueSince?.toISOString()) || null,
    graceEndsAt: (isPastDue && runsUntil?.toISOString()) || null,
  };
}

const USED = { metered: { type: 'integer', minimum: 0 } };

export class PeriodResponse {
  @Integer({ min: 0 })
  ordinal!: number;

  @Instant()
  start!: string;

  @Instant({ description: 'Exclusive' })
  end!: string;

  @Id()
  planId!: string;

  @ByFeature(USED, { isAnswer: true, description: 'Of each metered feature that resets with it' })
  usage!: Record<string, number>;

  @Instant({ nullable: true, description: 'Null for the current period' })
  closedAt!: string | null;
}

export function toPeriodResponse(period: SubscriptionPeriod): PeriodResponse {
  const { ordinal, start, end, planId, usage, closedAt } = period;
  return {
    ordinal,
    start: start.toISOString(),
    end: end.toISOString(),
    planId,
    usage: { ...valuesOfDeclared(() => 0, ['metered']), ...usage },
    closedAt: closedAt?.toISOString() ?? null,
  };
}

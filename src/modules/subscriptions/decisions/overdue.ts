import type { PlanWithTerms } from '../../plans/plan.entity';
import { hoursAfter } from '../../../common/clock';
import type { ClosedPeriod } from './renewal-decision';
import { startOf } from './subscription-start';
import type { Subscription, SubscriptionStatus } from '../subscription.entity';
import { closeNow, unchanged, type SubscriptionWrite } from './subscription-write';
import { transition, type TransitionName } from './transitions';

// What becomes of a subscription that a payment provider renews when no payment came. Pure.

/** Stripe finalises the invoice of a period about an hour after it began, and its news may be late. */
const SETTLES_WITHIN_HOURS = 2;

/** How long a paid period runs without news of the next one. */
export function runsUntilWhilePaid(periodEnd: Date): Date {
  return hoursAfter(periodEnd, SETTLES_WITHIN_HOURS);
}

/** Ingestion goes on for the plan's grace, counted from when the payment was due. */
export function beginGrace(
  subscription: Subscription,
  { graceDays }: Pick<PlanWithTerms, 'graceDays'>,
  since: Date,
): Subscription {
  const status = transition(subscription.status, 'failPayment');
  return {
    ...subscription,
    status,
    pastDueSince: since,
    runsUntil: hoursAfter(since, 24 * graceDays),
    dunningMails: 0,
  };
}

/**
 * Decides a subscription whose `runsUntil` has passed: the paid time is over and no payment came, so it is past due;
 * or its grace is over too, and it moves to the default plan or expires, as its plan says.
 */
export function decideOverdue(
  subscription: Subscription,
  plan: PlanWithTerms,
  defaultPlan: PlanWithTerms,
): SubscriptionWrite {
  if (subscription.status !== 'past_due')
    return {
      ...unchanged(subscription),
      next: beginGrace(subscription, plan, subscription.periodEnd),
    };
  const closed = closeNow(subscription, subscription.runsUntil!); // it is what has passed
  return plan.afterGrace === 'expire'
    ? expire(subscription, closed)
    : fallBackTo(defaultPlan, subscription, closed);
}

function expire(subscription: Subscription, closed: ClosedPeriod): SubscriptionWrite {
  const status = transition(subscription.status, 'expire');
  const next = {
    ...subscription,
    status,
    endedAt: closed.end,
    periodEnd: closed.end,
    runsUntil: null,
  };
  return { ...unchanged(subscription), next, closed };
}

/** The subscription goes on without its provider: on a plan whose periods are ours, the first of which begins here. */
export function fallBackTo(
  plan: PlanWithTerms,
  subscription: Subscription,
  closed: ClosedPeriod,
): SubscriptionWrite {
  const { anchor, cycle, periodStart, periodEnd } = startOf({ ...plan, trialDays: 0 }, closed.end);
  const next: Subscription = {
    ...subscription,
    status: transition(
      subscription.status,
      STATUS_AFTER_FALLBACK[subscription.status] ?? 'beginPeriod',
    ),
    planId: plan.id,
    planVersion: plan.terms.version,
    scheduledPlanId: null,
    anchor,
    cycle,
    periodOrdinal: subscription.periodOrdinal + 1,
    periodStart,
    periodEnd,
    autoRenew: true,
    cancelAtPeriodEnd: false,
    cancelAt: null,
    canceledAt: null,
    pausedAt: null,
    ...WITHOUT_PROVIDER,
  };
  // Who falls back in the middle of a period has not got a new quota by it.
  const usage = closed.end < subscription.periodEnd ? 'carried' : 'reset';
  return { ...unchanged(subscription), next, closed, usage };
}

const STATUS_AFTER_FALLBACK: Partial<Record<SubscriptionStatus, TransitionName>> = {
  past_due: 'endGrace',
  paused: 'resume',
};

const WITHOUT_PROVIDER = {
  stripeSubscriptionId: null,
  endReason: null,
  planAssigned: false,
  runsUntil: null,
  pastDueSince: null,
  dunningMails: 0,
};

import type { PlanWithTerms } from '../../plans/plan.entity';
import { hoursAfter } from '../../../common/clock';
import { isDue, type ClosedPeriod } from './renewal-decision';
import { startOf } from './subscription-start';
import type { Subscription, SubscriptionStatus } from '../subscription.entity';
import { closeNow, unchanged, type SubscriptionWrite } from './subscription-write';
import { transition, type TransitionName } from './transitions';

// Decides subscriptions renewed by a payment provider when no payment arrives. Pure.

/** Stripe finalises the invoice of a period about an hour after it began, and its news may be late. */
const SETTLES_WITHIN_HOURS = 2;

/** How long a paid period continues without news of the next one. */
export function runsUntilWhilePaid(periodEnd: Date): Date {
  return hoursAfter(periodEnd, SETTLES_WITHIN_HOURS);
}

/** Ingestion continues for the plan's grace, counted from when the payment was due. */
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

/** Whether the time that was paid for, or the grace after it, has passed. */
export function isOverdue(subscription: Subscription, now: Date): boolean {
  return subscription.runsUntil !== null && isDue(subscription, now);
}

/**
 * Decides a subscription whose payment is missing, step by step: it is past due when the paid time has passed; when its
 * grace has passed too, it moves to the default plan or expires, as its plan says. At most two writes, in order.
 */
export function decideOverdue(
  subscription: Subscription,
  plan: PlanWithTerms,
  defaultPlan: PlanWithTerms,
  now: Date,
): SubscriptionWrite[] {
  const writes: SubscriptionWrite[] = [];
  for (let next = subscription; isOverdue(next, now); next = writes.at(-1)!.next)
    writes.push(
      next.status === 'past_due' ? endGrace(next, plan, defaultPlan) : missPayment(next, plan),
    );
  return writes;
}

function missPayment(subscription: Subscription, plan: PlanWithTerms): SubscriptionWrite {
  return {
    ...unchanged(subscription),
    next: beginGrace(subscription, plan, subscription.periodEnd),
  };
}

function endGrace(
  subscription: Subscription,
  plan: PlanWithTerms,
  defaultPlan: PlanWithTerms,
): SubscriptionWrite {
  const closed = closeNow(subscription, subscription.runsUntil!); // it is the deadline that has passed
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

/**
 * The subscription continues without its provider, on a plan whose periods are set here, the first of which starts now.
 */
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
  // Falling back in the middle of a period does not reset the quota.
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

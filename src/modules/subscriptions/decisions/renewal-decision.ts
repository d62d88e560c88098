import { boundary, isSameInterval, type BillingInterval } from './periods';
import type { SubscriptionStatus } from '../subscription.entity';
import { isActive } from './subscription-view';
import { transition } from './transitions';

/** Per subscription and run; the rest waits for the next run, and is logged. */
export const MAXIMUM_PERIODS_A_RUN = 15;

/** The part of a subscription that a renewal reads and writes. */
export interface RenewableSubscription {
  status: SubscriptionStatus;
  planId: string;
  planVersion: number;
  scheduledPlanId: string | null;
  anchor: Date;
  cycle: number;
  periodOrdinal: number;
  periodStart: Date;
  periodEnd: Date;
  autoRenew: boolean;
  cancelAtPeriodEnd: boolean;
  canceledAt: Date | null;
  endedAt: Date | null;
}

/** A plan as a renewal needs it. */
export interface RenewalPlan {
  id: string;
  /** The newest version, used by the next period. */
  version: number;
  interval: BillingInterval;
  renews: boolean;
  isFree: boolean;
  isArchived: boolean;
}

export interface RenewalPlans {
  /** The terms of the current period. */
  currentInterval: BillingInterval;
  currentIsFree: boolean;
  current: RenewalPlan;
  scheduled: RenewalPlan | null;
  default: RenewalPlan;
  /** Without a payment provider, money is collected elsewhere, and a price needs no payment here. */
  hasProvider: boolean;
}

export interface ClosedPeriod {
  ordinal: number;
  start: Date;
  end: Date;
  planId: string;
}

export type RenewalOutcome = 'not_due' | 'renewed' | 'moved' | 'expired' | 'canceled';

export interface RenewalDecision {
  outcome: RenewalOutcome;
  /** In order; all usage so far belongs to the first. */
  closed: ClosedPeriod[];
  next: RenewableSubscription;
  /** More periods have ended than one run may close. */
  isBehind: boolean;
}

/**
 * Decides a subscription at a moment: every ended period is closed, in order, and after each one the subscription is
 * canceled (if requested), expired (if it or its plan does not renew), moved (to the scheduled plan, or from an unpaid
 * trial to the default plan), or renewed. Pure; reads no clock.
 */
export function decideRenewal(
  subscription: RenewableSubscription,
  plans: RenewalPlans,
  now: Date,
): RenewalDecision {
  const decision: RenewalDecision = {
    outcome: 'not_due',
    closed: [],
    next: subscription,
    isBehind: false,
  };
  let terms = plans;
  while (isDue(decision.next, now)) {
    if (decision.closed.length === MAXIMUM_PERIODS_A_RUN) return { ...decision, isBehind: true };
    decision.closed.push(close(decision.next));
    const step = endPeriod(decision.next, terms);
    decision.outcome =
      step.outcome === 'renewed' && decision.outcome === 'moved' ? 'moved' : step.outcome;
    decision.next = step.next;
    const { interval: currentInterval, isFree: currentIsFree } = step.plan;
    terms = { ...terms, current: step.plan, currentInterval, currentIsFree, scheduled: null };
  }
  return decision;
}

/** True when the current period has ended, or no news of its payment came in time. */
export function isDue(
  subscription: Pick<RenewableSubscription, 'status' | 'periodEnd'> & { runsUntil?: Date | null },
  now: Date,
): boolean {
  const { runsUntil, periodEnd } = subscription;
  return isActive(subscription) && (runsUntil ?? periodEnd).getTime() <= now.getTime();
}

interface Step {
  outcome: RenewalOutcome;
  next: RenewableSubscription;
  plan: RenewalPlan;
}

function endPeriod(subscription: RenewableSubscription, plans: RenewalPlans): Step {
  const { periodEnd } = subscription;
  if (subscription.cancelAtPeriodEnd) {
    const canceledAt = subscription.canceledAt ?? periodEnd;
    return {
      outcome: 'canceled',
      plan: plans.current,
      next: {
        ...subscription,
        status: transition(subscription.status, 'cancel'),
        canceledAt,
        endedAt: periodEnd,
      },
    };
  }
  const isLast = !subscription.autoRenew || !(plans.current.renews || isTrial(subscription));
  if (isLast) {
    return {
      outcome: 'expired',
      plan: plans.current,
      next: {
        ...subscription,
        status: transition(subscription.status, 'expire'),
        endedAt: periodEnd,
      },
    };
  }
  const plan = nextPlan(subscription, plans);
  const outcome = plan.id === subscription.planId ? 'renewed' : 'moved';
  return { outcome, plan, next: beginPeriod(subscription, plans.currentInterval, plan) };
}

/**
 * A scheduled plan needs no payment at the provider, and must still be offered. A plan that got a price since it was
 * begun is not kept without a payment at the provider; one that staff assigned with its price is.
 */
function nextPlan(subscription: RenewableSubscription, plans: RenewalPlans): RenewalPlan {
  const { scheduled, current, currentIsFree, hasProvider } = plans;
  const isGiven = scheduled?.isFree || !hasProvider;
  if (scheduled && isGiven && !scheduled.isArchived) return scheduled;
  const isUnpaid = !current.isFree && (isTrial(subscription) || (currentIsFree && hasProvider));
  return isUnpaid ? plans.default : current;
}

/** A trial is followed by the first period, not a renewal: also on a plan that does not renew. */
function isTrial({ status }: RenewableSubscription): boolean {
  return status === 'trialing';
}

/** Continues from the anchor; another interval makes the end of the last period the anchor and restarts n. */
export function beginPeriod<Running extends RenewableSubscription>(
  subscription: Running,
  interval: BillingInterval,
  plan: Pick<RenewalPlan, 'id' | 'version' | 'interval'>,
): Running {
  const start = subscription.periodEnd;
  const sameInterval = isSameInterval(plan.interval, interval);
  const anchor = sameInterval ? subscription.anchor : start;
  const cycle = sameInterval ? subscription.cycle + 1 : 0;
  return {
    ...subscription,
    status: transition(subscription.status, 'beginPeriod'),
    planId: plan.id,
    planVersion: plan.version,
    scheduledPlanId: null,
    anchor,
    cycle,
    periodOrdinal: subscription.periodOrdinal + 1,
    periodStart: start,
    periodEnd: boundary(anchor, plan.interval, cycle + 1),
  };
}

function close(subscription: RenewableSubscription): ClosedPeriod {
  const { periodOrdinal, periodStart, periodEnd, planId } = subscription;
  return { ordinal: periodOrdinal, start: periodStart, end: periodEnd, planId };
}

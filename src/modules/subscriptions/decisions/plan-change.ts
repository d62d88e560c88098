import type { PlanWithTerms } from '../../plans/plan.entity';
import { boundary, intervalOf, isSameInterval, type Period } from './periods';
import { computeProration, noProration, pricePerDay, type Proration } from './proration';
import { beginPeriod, type ClosedPeriod } from './renewal-decision';
import { countedAnew, grantOf, type UsageCounts } from '../../entitlements/usage';
import { isEnded } from './subscription-view';
import type { Subscription } from '../subscription.entity';
import { closeNow, unchanged, type SubscriptionWrite } from './subscription-write';
import { startOf } from './subscription-start';
import { invalidState } from '../subscriptions.errors';
import { transition } from './transitions';

export const CHANGE_TIMES = ['now', 'period_end'] as const;
export type ChangeTime = (typeof CHANGE_TIMES)[number];

/** The subscription before a change. */
export interface ChangeSetup {
  subscription: Subscription;
  /** In the version of the current period. */
  plan: PlanWithTerms;
  counts: UsageCounts;
  /** A business has one trial. */
  hadTrial: boolean;
  /** See `RenewalPlans`. */
  hasProvider: boolean;
}

export interface ChangeRequest {
  /** In its newest version. */
  target: PlanWithTerms;
  when?: ChangeTime;
  /** By staff: at once, free of charge, regardless of usage. */
  isAssigned: boolean;
}

/** A limit of the target plan that current usage would exceed. */
export interface PlanConflict {
  feature: string;
  used: number;
  limit: number;
}

export interface PlanChange {
  when: ChangeTime;
  effectiveAt: Date;
  plan: PlanWithTerms;
  proration: Proration;
  /** The subscription and its usage just after it has taken effect. */
  after: { subscription: Subscription; counts: UsageCounts };
  conflicts: PlanConflict[];
  write: SubscriptionWrite;
}

/**
 * Decides the effect of a plan change at a moment: an upgrade (a higher price per day) takes effect now and a downgrade
 * at the end of the period, unless requested otherwise; usage is carried over, so that changing up and down resets no
 * quota. Previews, changes and assignments by staff all use it. Pure; reads no clock.
 * @throws 409 invalid_state, currency_mismatch
 */
export function computeChange(setup: ChangeSetup, request: ChangeRequest, now: Date): PlanChange {
  const { subscription, plan } = setup;
  const { target } = request;
  if (isEnded(subscription)) return begin(setup, request, now);
  const status = transition(subscription.status, 'changePlan');
  if (target.id === subscription.planId) return stay(setup, target, now);
  const when = request.isAssigned ? 'now' : (request.when ?? usualTime(plan, target));
  if (when === 'period_end') return schedule(setup, target);
  if (givesTrial(setup, target)) return begin(setup, request, now);
  const terms = {
    status,
    planId: target.id,
    planVersion: target.terms.version,
    scheduledPlanId: null,
  };
  const next = { ...subscription, ...terms };
  if (status === 'trialing') return switchPlan(setup, target, next, now, noProration(target.terms));
  return isSameInterval(intervalOf(plan.terms), intervalOf(target.terms))
    ? switchPlan(setup, target, next, now, prorationOf(setup, request, now, 'rest_of_period'))
    : restart(setup, target, next, now, prorationOf(setup, request, now, 'whole_period'));
}

/** An upgrade now, a downgrade at the end of the paid period. */
function usualTime(from: PlanWithTerms, to: PlanWithTerms): ChangeTime {
  return pricePerDay(to.terms) < pricePerDay(from.terms) ? 'period_end' : 'now';
}

/** The same plan again: calls off a scheduled change; a newer version of the plan applies from the next period. */
function stay(setup: ChangeSetup, target: PlanWithTerms, now: Date): PlanChange {
  const { subscription, plan, counts } = setup;
  const next = { ...subscription, scheduledPlanId: null };
  const staying: PlanChange = {
    when: 'now',
    effectiveAt: now,
    plan,
    proration: noProration(plan.terms),
    after: { subscription: next, counts },
    conflicts: [],
    write: { ...unchanged(subscription), next },
  };
  const isNewer = target.terms.version > subscription.planVersion;
  return isNewer && keepsPlan(setup, target)
    ? { ...staying, ...atPeriodEnd(setup, next, target) }
    : staying;
}

function schedule(setup: ChangeSetup, target: PlanWithTerms): PlanChange {
  const { subscription, counts } = setup;
  if (!isFollowed(setup))
    throw invalidState('The subscription ends with this period: no plan can follow it.');
  const next = { ...subscription, scheduledPlanId: target.id };
  return {
    ...atPeriodEnd(setup, next, target),
    conflicts: conflictsOf(counts, target),
    write: { ...unchanged(subscription), next },
  };
}

/** As the renewal will do it. */
function atPeriodEnd(
  { plan, counts }: ChangeSetup,
  next: Subscription,
  target: PlanWithTerms,
): Omit<PlanChange, 'conflicts' | 'write'> {
  const { id, terms } = target;
  const later = { id, version: terms.version, interval: intervalOf(terms) };
  return {
    when: 'period_end',
    effectiveAt: next.periodEnd,
    plan: target,
    proration: noProration(terms),
    after: {
      subscription: beginPeriod(next, intervalOf(plan.terms), later),
      counts: countedAnew(counts),
    },
  };
}

/** Whether a renewal will start another period; after a trial also on a plan that does not renew. */
function isFollowed({ subscription, plan }: ChangeSetup): boolean {
  const { autoRenew, cancelAtPeriodEnd, status } = subscription;
  return autoRenew && !cancelAtPeriodEnd && (plan.renews || status === 'trialing');
}

/**
 * Whether that period is on the same plan: an unpaid trial, and an unpaid plan that was free, move to the default plan.
 */
function keepsPlan(setup: ChangeSetup, { terms }: PlanWithTerms): boolean {
  const { subscription, plan, hasProvider } = setup;
  const wasFree = plan.terms.priceAmount === 0 && hasProvider;
  const isUnpaid = terms.priceAmount > 0 && (subscription.status === 'trialing' || wasFree);
  return isFollowed(setup) && !isUnpaid;
}

/** The period continues, on the other plan. */
function switchPlan(
  { subscription, counts }: ChangeSetup,
  target: PlanWithTerms,
  next: Subscription,
  now: Date,
  proration: Proration,
): PlanChange {
  return {
    when: 'now',
    effectiveAt: now,
    plan: target,
    proration,
    after: { subscription: next, counts },
    conflicts: conflictsOf(counts, target),
    write: { ...unchanged(subscription), next },
  };
}

/** Another interval: the current period ends now, which is the new anchor. */
function restart(
  setup: ChangeSetup,
  target: PlanWithTerms,
  changed: Subscription,
  now: Date,
  proration: Proration,
): PlanChange {
  const closed = closeNow(setup.subscription, now);
  const next: Subscription = {
    ...changed,
    anchor: closed.end,
    cycle: 0,
    periodOrdinal: changed.periodOrdinal + 1,
    periodStart: closed.end,
    periodEnd: boundary(closed.end, intervalOf(target.terms), 1),
  };
  const change = switchPlan(setup, target, next, closed.end, proration);
  return { ...change, write: { next, closed, successor: null, usage: 'carried' } };
}

/**
 * A new subscription: after one that has ended, or for a trial. Usage of a period that would still be current is
 * carried over; otherwise canceling and returning would reset the quota.
 */
function begin(setup: ChangeSetup, request: ChangeRequest, now: Date): PlanChange {
  const { subscription, counts } = setup;
  const { target } = request;
  const closed = isEnded(subscription) ? null : closeNow(subscription, now);
  const start = closed?.end ?? new Date(Math.max(+now, +subscription.endedAt!)); // ended: it has the time
  const withoutTrial = { ...target, trialDays: 0 };
  const first = startOf(givesTrial(setup, target) ? target : withoutTrial, start);
  const usage = start < naturalEnd(setup) ? 'carried' : 'reset';
  const { id, businessId } = subscription;
  const isFree = request.isAssigned || first.status === 'trialing';
  return {
    when: 'now',
    effectiveAt: start,
    plan: target,
    proration: isFree ? noProration(target.terms) : wholePeriod(target),
    after: {
      subscription: { ...first, id, businessId, createdAt: start },
      counts: usage === 'reset' ? countedAnew(counts) : counts,
    },
    conflicts: conflictsOf(counts, target),
    write: { next: replaced(subscription, closed, now), closed, successor: first, usage },
  };
}

/** The subscription that is replaced. */
export function replaced(
  subscription: Subscription,
  closed: ClosedPeriod | null,
  now: Date,
): Subscription {
  if (!closed) return { ...subscription, isCurrent: false };
  const status = transition(subscription.status, 'cancel');
  const ended = { isCurrent: false, status, canceledAt: now, scheduledPlanId: null };
  return { ...subscription, ...ended, endedAt: closed.end, periodEnd: closed.end };
}

/** When the current period ends, or the last one would have ended without its early cancellation. */
export function naturalEnd({
  subscription,
  plan,
}: Pick<ChangeSetup, 'subscription' | 'plan'>): Date {
  const { status, cancelAtPeriodEnd, periodEnd, anchor, cycle } = subscription;
  const wasCutShort = status === 'canceled' && !cancelAtPeriodEnd;
  return wasCutShort ? boundary(anchor, intervalOf(plan.terms), cycle + 1) : periodEnd;
}

function givesTrial({ subscription, plan, hadTrial }: ChangeSetup, target: PlanWithTerms): boolean {
  if (target.trialDays === 0 || hadTrial || subscription.status === 'trialing') return false;
  return isEnded(subscription) || plan.terms.priceAmount === 0;
}

function wholePeriod({ terms }: PlanWithTerms): Proration {
  const { priceAmount, priceCurrency: currency } = terms;
  return { credit: 0, charge: priceAmount, due: priceAmount, currency };
}

function prorationOf(
  { subscription, plan }: ChangeSetup,
  { target, isAssigned }: ChangeRequest,
  now: Date,
  newLasts: 'rest_of_period' | 'whole_period',
): Proration {
  if (isAssigned) return noProration(target.terms);
  return computeProration(plan.terms, target.terms, paidPeriod(subscription, plan), now, newLasts);
}

/** The current period without its paused time: the paid part. */
function paidPeriod({ anchor, cycle, periodEnd }: Subscription, plan: PlanWithTerms): Period {
  const interval = intervalOf(plan.terms);
  const lastsMs =
    boundary(anchor, interval, cycle + 1).getTime() - boundary(anchor, interval, cycle).getTime();
  return { start: new Date(periodEnd.getTime() - lastsMs), end: periodEnd };
}

/** What exists now has to fit; what is metered starts again. A soft limit lets more exist. */
function conflictsOf(counts: UsageCounts, { grants }: PlanWithTerms): PlanConflict[] {
  return Object.entries(counts).flatMap(([feature, usage]) => {
    const { limit, mode } = grantOf(feature, usage, grants);
    const isExceeded = limit !== null && mode === 'hard' && usage.used > limit;
    return usage.kind === 'allocated' && isExceeded ? [{ feature, used: usage.used, limit }] : [];
  });
}

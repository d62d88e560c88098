import { hoursAfter } from '../../../common/clock';
import type { PlanWithTerms } from '../../plans/plan.entity';
import { boundary, intervalOf } from '../../subscriptions/decisions/periods';
import { beginGrace, fallBackTo, runsUntilWhilePaid } from '../../subscriptions/decisions/overdue';
import { naturalEnd, replaced } from '../../subscriptions/decisions/plan-change';
import { trialUntil } from '../../subscriptions/decisions/life-cycle';
import { beginPeriod } from '../../subscriptions/decisions/renewal-decision';
import { isActive, isEnded } from '../../subscriptions/decisions/subscription-view';
import { startOf, type SubscriptionStart } from '../../subscriptions/decisions/subscription-start';
import type { Subscription } from '../../subscriptions/subscription.entity';
import {
  closeNow,
  unchanged,
  type SubscriptionWrite,
} from '../../subscriptions/decisions/subscription-write';
import { transition } from '../../subscriptions/decisions/transitions';
import type { StripeSnapshot } from '../stripe/stripe-snapshot';

/** The local subscription, and the plans that a step may lead to. */
export interface ReconcileSetup {
  subscription: Subscription;
  /** In the version of the current period. */
  plan: PlanWithTerms;
  /** The plan of the price at Stripe. */
  paid: PlanWithTerms;
  /** The plan after the end of the Stripe subscription, if one was requested. */
  next: PlanWithTerms | null;
  /** The current plan in its newest version. */
  newest: PlanWithTerms;
  fallback: PlanWithTerms;
}

/**
 * The next step towards the state at Stripe, or null when there is none left. Depends on the snapshot and the local
 * state, not on events: the last snapshot leads to one state, regardless of their order, repetition or loss. Each step
 * is a change that the table of transitions allows, so missed periods are closed in order. Pure; reads no clock.
 */
export function nextReconcileStep(
  setup: ReconcileSetup,
  snapshot: StripeSnapshot,
  now: Date,
): SubscriptionWrite | null {
  const { subscription } = setup;
  if (!isFollowing(subscription, snapshot))
    return isPaid(snapshot, now) && !snapshot.isPaused ? attach(setup, snapshot, now) : null;
  if (
    isActive(subscription) &&
    snapshot.period.start >= subscription.periodEnd &&
    !isShifted(snapshot)
  )
    return advance(setup, snapshot);
  if (snapshot.state === 'ended') return end(setup, snapshot, now);
  if (snapshot.state === 'trial_unpaid')
    return fallBackTo(setup.fallback, subscription, closeNow(subscription, subscription.periodEnd));
  if (snapshot.isPaused) return suspend(subscription, snapshot, now);
  if (isActive(subscription) && isRestarted(subscription, snapshot))
    return restart(setup, snapshot, now);
  return adjust(setup, snapshot, now);
}

/** Whether the local subscription follows this Stripe subscription. */
export function isFollowing(subscription: Subscription, { id }: StripeSnapshot): boolean {
  return subscription.stripeSubscriptionId === id && !isEnded(subscription);
}

/** Stripe reports active for a while after a period's end; without the next period, it is not paid. */
function isPaid({ state, period }: StripeSnapshot, now: Date): boolean {
  return state === 'paid' && runsUntilWhilePaid(period.end) > now;
}

function isShifted({ intent, period }: StripeSnapshot): boolean {
  return intent.resumedUntil?.getTime() === period.end.getTime();
}

/** A payment arrived: starts a subscription that follows Stripe's. Usage of the previous period is carried over. */
function attach(setup: ReconcileSetup, snapshot: StripeSnapshot, now: Date): SubscriptionWrite {
  const { subscription, paid } = setup;
  const closed = isEnded(subscription) ? null : closeNow(subscription, now);
  const start = closed?.end ?? new Date(Math.max(+now, +subscription.endedAt!)); // ended: it has the time
  const usage = start < naturalEnd(setup) ? 'carried' : 'reset';
  const successor = following(paid, snapshot, start);
  return { next: replaced(subscription, closed, now), closed, successor, usage };
}

function following(paid: PlanWithTerms, snapshot: StripeSnapshot, start: Date): SubscriptionStart {
  const { isOnTrial, period } = snapshot;
  return {
    ...startOf({ ...paid, trialDays: 0 }, start),
    status: isOnTrial ? 'trialing' : 'active',
    ...countedFrom(paid, snapshot),
    periodOrdinal: isOnTrial ? 0 : 1,
    periodStart: start,
    periodEnd: period.end,
    trialEndsAt: isOnTrial ? period.end : null,
    stripeSubscriptionId: snapshot.id,
    runsUntil: runsUntilWhilePaid(period.end),
  };
}

/** Stripe's anchor, and how many intervals after it the period began. */
function countedFrom(
  { terms }: PlanWithTerms,
  { anchor, period, isOnTrial }: StripeSnapshot,
): Pick<Subscription, 'anchor' | 'cycle'> {
  if (isOnTrial) return { anchor: period.end, cycle: -1 };
  let cycle = 0;
  while (boundary(anchor, intervalOf(terms), cycle + 1) <= period.start) cycle += 1;
  return { anchor, cycle };
}

/** The period is over. A missed one ends at its boundary; the last one as at Stripe. */
function advance(setup: ReconcileSetup, snapshot: StripeSnapshot): SubscriptionWrite {
  const { subscription, plan } = setup;
  const closed = closeNow(subscription, subscription.periodEnd);
  const charged = subscription.planAssigned ? setup.paid : plan;
  const missed = begun(subscription, charged, charged);
  const { periodStart, periodEnd } = missed; // empty after an assigned plan with another interval
  if (periodEnd > periodStart && periodEnd <= snapshot.period.start)
    return { ...unchanged(subscription), next: missed, closed, usage: 'reset' };
  const next = {
    ...begun(subscription, charged, setup.paid, isChangeDue(snapshot)),
    ...countedFrom(setup.paid, snapshot),
    periodEnd: snapshot.period.end,
  };
  return { ...unchanged(subscription), next, closed, usage: 'reset' };
}

/** The owner's change replaces an assignment by staff. */
function isChangeDue({ intent, period }: StripeSnapshot): boolean {
  return intent.nextFrom?.getTime() === period.start.getTime();
}

/** An assigned plan stays; the periods are those of the plan that Stripe charges. */
function begun(
  subscription: Subscription,
  from: PlanWithTerms,
  to: PlanWithTerms,
  isChanged = false,
): Subscription {
  const { planId, planVersion } = subscription;
  const planAssigned = subscription.planAssigned && !isChanged;
  const { id, version } = planAssigned
    ? { id: planId, version: planVersion }
    : { id: to.id, version: to.terms.version };
  const later = { id, version, interval: intervalOf(to.terms) };
  return {
    ...beginPeriod(subscription, intervalOf(from.terms), later),
    trialEndsAt: subscription.trialEndsAt,
    planAssigned,
  };
}

/** Canceled, or not renewed; or followed by a free plan. */
function end(setup: ReconcileSetup, snapshot: StripeSnapshot, now: Date): SubscriptionWrite {
  const { subscription } = setup;
  const closed = closeNow(subscription, snapshot.endedAt ?? now);
  const free = planAfterEnd(setup, snapshot);
  if (free) return fallBackTo(free, subscription, closed);
  const { isNotRenewed, isCanceled, endReason } = snapshot.intent;
  const isExpiry = (isNotRenewed || endReason !== null) && !isCanceled && isActive(subscription);
  const next: Subscription = {
    ...subscription,
    status: transition(subscription.status, isExpiry ? 'expire' : 'cancel'),
    canceledAt: isExpiry ? null : (snapshot.canceledAt ?? closed.end),
    endedAt: closed.end,
    cancelAtPeriodEnd: subscription.cancelAtPeriodEnd && closed.end >= subscription.periodEnd,
    cancelAt: null,
    periodEnd: closed.end,
    scheduledPlanId: null,
    pausedAt: null,
    runsUntil: null,
  };
  return { ...unchanged(subscription), next, closed };
}

/**
 * The plan that continues without Stripe: the requested free plan, or the current one if it has become free. Not one
 * that has been archived or priced meanwhile.
 */
function planAfterEnd(
  { next, newest, fallback }: ReconcileSetup,
  { intent }: StripeSnapshot,
): PlanWithTerms | null {
  if (next && intent.nextFrom === null) return isFree(next) && !next.archivedAt ? next : fallback;
  const isWanted = !intent.isCanceled && !intent.isNotRenewed;
  if (intent.endReason !== 'plan_free' || !isWanted) return null;
  return isFree(newest) ? newest : fallback;
}

function isFree({ terms }: PlanWithTerms): boolean {
  return terms.priceAmount === 0;
}

/** Its period is frozen; whether it ends with the period is tracked all the same. */
function suspend(
  subscription: Subscription,
  snapshot: StripeSnapshot,
  now: Date,
): SubscriptionWrite | null {
  const paused = subscription.status === 'paused' ? subscription : pausedAt(subscription, now);
  const next = { ...paused, ...withCancellation(snapshot) };
  return differs(subscription, next) ? { ...unchanged(subscription), next } : null;
}

function pausedAt(subscription: Subscription, now: Date): Subscription {
  const status = transition(
    subscription.status,
    subscription.status === 'past_due' ? 'suspend' : 'pause',
  );
  return { ...subscription, status, pausedAt: now, runsUntil: null, pastDueSince: null };
}

/** Stripe started another period in the middle of the local one: another interval, or a trial that was ended early. */
function isRestarted(subscription: Subscription, snapshot: StripeSnapshot): boolean {
  const isOther = snapshot.period.end.getTime() !== subscription.periodEnd.getTime();
  return isOther && snapshot.period.start > subscription.periodStart && !isShifted(snapshot);
}

function restart(setup: ReconcileSetup, snapshot: StripeSnapshot, now: Date): SubscriptionWrite {
  const { subscription, plan } = setup;
  const closed = closeNow(subscription, new Date(Math.max(+now, +snapshot.period.start)));
  const running = subscription.planAssigned ? plan : setup.paid;
  const next: Subscription = {
    ...subscription,
    status: transition(subscription.status, 'beginPeriod'),
    planId: running.id,
    planVersion: running.terms.version,
    scheduledPlanId: null,
    ...countedFrom(setup.paid, snapshot),
    periodOrdinal: subscription.periodOrdinal + 1,
    periodStart: closed.end,
    periodEnd: snapshot.period.end,
  };
  return { ...unchanged(subscription), next, closed, usage: 'carried' };
}

/** Within the same period: its plan, its end, the next plan, and whether it is paid. */
function adjust(
  setup: ReconcileSetup,
  snapshot: StripeSnapshot,
  now: Date,
): SubscriptionWrite | null {
  const { subscription } = setup;
  const described = { ...withPlan(setup, snapshot), ...withEnd(subscription, snapshot) };
  const next = withStatus({ ...subscription, ...described }, setup, snapshot, now);
  return differs(subscription, next) ? { ...unchanged(subscription), next } : null;
}

function withPlan(
  { subscription, paid, next }: ReconcileSetup,
  { intent, period, endsWithPeriod }: StripeSnapshot,
): Pick<Subscription, 'planId' | 'planVersion' | 'scheduledPlanId'> {
  const { planId, planVersion } = subscription;
  const isNewVersion = paid.id === planId;
  if (next && endsWithPeriod && intent.nextFrom === null)
    return { planId, planVersion, scheduledPlanId: next.id };
  if (intent.nextFrom && period.start < intent.nextFrom)
    return {
      planId,
      planVersion,
      scheduledPlanId: endsWithPeriod || isNewVersion ? null : paid.id,
    };
  if (subscription.planAssigned) return { planId, planVersion, scheduledPlanId: null };
  return { planId: paid.id, planVersion: paid.terms.version, scheduledPlanId: null };
}

function withEnd(subscription: Subscription, snapshot: StripeSnapshot): Partial<Subscription> {
  const periodEnd = endOf(subscription, snapshot);
  return {
    periodEnd,
    ...withAnchor(subscription, snapshot, periodEnd),
    ...(subscription.status === 'trialing' ? trialUntil(subscription, periodEnd) : {}),
    ...withCancellation(snapshot),
  };
}

/** Counts from the start of the period where Stripe does; else the anchor moves with the end. */
function withAnchor(
  { anchor, cycle, periodEnd: before }: Subscription,
  { anchor: stripeAnchor, period }: StripeSnapshot,
  periodEnd: Date,
): Pick<Subscription, 'anchor' | 'cycle'> {
  const isFirst = stripeAnchor.getTime() === period.start.getTime();
  if (isFirst && periodEnd === period.end) return { anchor: stripeAnchor, cycle: 0 };
  return { anchor: new Date(anchor.getTime() + periodEnd.getTime() - before.getTime()), cycle };
}

/** A local request holds while Stripe ends it with its period: the portal may have taken it back. */
function withCancellation({
  intent,
  endsWithPeriod,
  cancelAt,
  canceledAt,
}: StripeSnapshot): Pick<
  Subscription,
  'autoRenew' | 'cancelAtPeriodEnd' | 'cancelAt' | 'canceledAt' | 'endReason'
> {
  const isReplaced = intent.nextPlanId !== null && intent.nextFrom === null;
  const isOtherwise = intent.isNotRenewed || intent.endReason !== null;
  const isAsked = !isReplaced && (intent.isCanceled || !isOtherwise);
  const isCanceled = endsWithPeriod ? isAsked : cancelAt !== null;
  return {
    endReason: endsWithPeriod ? intent.endReason : null,
    autoRenew: !(endsWithPeriod && intent.isNotRenewed),
    cancelAtPeriodEnd: endsWithPeriod && isCanceled,
    cancelAt: isCanceled ? cancelAt : null,
    canceledAt: isCanceled ? canceledAt : null,
  };
}

/** Where periods passed during a pause, the paused one ends first, and the others are closed after it. */
function endOf(subscription: Subscription, snapshot: StripeSnapshot): Date {
  const wentOn = snapshot.period.start >= subscription.periodEnd && !isShifted(snapshot);
  return wentOn ? subscription.periodEnd : snapshot.period.end;
}

function withStatus(
  next: Subscription,
  { plan }: ReconcileSetup,
  snapshot: StripeSnapshot,
  now: Date,
): Subscription {
  if (next.status === 'paused') return resumed(next);
  if (isPaid(snapshot, now)) return asPaid(next, snapshot);
  if (next.status === 'past_due') return next;
  return beginGrace(next, plan, dueSince(snapshot, now));
}

/**
 * When the missing payment was due: at the start of the period. Where that is long ago, a later payment has failed or
 * the news is late: the grace then counts from now, so that it can be used.
 */
function dueSince({ state, period }: StripeSnapshot, now: Date): Date {
  if (state === 'paid') return period.end;
  return now < hoursAfter(period.start, 24) ? period.start : now;
}

function resumed(next: Subscription): Subscription {
  const status = transition('paused', next.cycle === -1 ? 'resumeTrial' : 'resume');
  return { ...next, status, pausedAt: null, runsUntil: runsUntilWhilePaid(next.periodEnd) };
}

function asPaid(next: Subscription, { isOnTrial }: StripeSnapshot): Subscription {
  const runs = {
    runsUntil: runsUntilWhilePaid(next.periodEnd),
    pastDueSince: null,
    dunningMails: 0,
  };
  if (next.status === 'past_due')
    return { ...next, ...runs, status: transition('past_due', 'recoverPayment') };
  if (next.status === 'trialing' && !isOnTrial)
    return { ...next, ...runs, status: transition('trialing', 'beginPeriod') };
  return { ...next, ...runs };
}

function differs(one: Subscription, other: Subscription): boolean {
  return Object.entries(one).some(([name, value]: [string, unknown]) => {
    const changed: unknown = other[name as keyof Subscription];
    return value instanceof Date && changed instanceof Date
      ? +value !== +changed
      : value !== changed;
  });
}

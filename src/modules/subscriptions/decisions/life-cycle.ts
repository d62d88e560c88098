import type { ChangeTime } from './plan-change';
import { isEnded } from './subscription-view';
import type { Subscription } from '../subscription.entity';
import { closeNow, unchanged, type SubscriptionWrite } from './subscription-write';
import { invalidState } from '../subscriptions.errors';
import { transition } from './transitions';

// Commands of an owner besides plan changes. Pure: each takes the locked subscription and the time of the transaction,
// and returns what to write. All throw 409 invalid_state.

/** At the period end it continues until then and can be uncanceled; now, the period ends here. Idempotent. */
export function cancel(subscription: Subscription, when: ChangeTime, now: Date): SubscriptionWrite {
  const status = transition(subscription.status, 'cancel');
  if (when === 'period_end') return cancelAtPeriodEnd(subscription, now);
  const closed = closeNow(subscription, now);
  const next: Subscription = {
    ...subscription,
    status,
    canceledAt: now,
    endedAt: closed.end,
    cancelAtPeriodEnd: false,
    cancelAt: null,
    scheduledPlanId: null,
    pausedAt: null,
    periodEnd: closed.end,
    runsUntil: null,
  };
  return { ...unchanged(subscription), next, closed };
}

function cancelAtPeriodEnd(subscription: Subscription, now: Date): SubscriptionWrite {
  if (subscription.status === 'paused')
    throw invalidState(
      'The subscription is paused: its period does not end. Cancel it now, or resume it first.',
    );
  if (subscription.cancelAtPeriodEnd) return unchanged(subscription);
  const asked = { cancelAtPeriodEnd: true, canceledAt: now, scheduledPlanId: null };
  return { ...unchanged(subscription), next: { ...subscription, ...asked } };
}

/** Takes back a cancellation scheduled for the period end. */
export function uncancel(subscription: Subscription): SubscriptionWrite {
  if (isEnded(subscription) || !subscription.cancelAtPeriodEnd)
    throw invalidState('No cancellation is scheduled for the end of the period.');
  const taken = { cancelAtPeriodEnd: false, canceledAt: null };
  return { ...unchanged(subscription), next: { ...subscription, ...taken } };
}

/** No ingestion and no renewal from now on. */
export function pause(subscription: Subscription, now: Date): SubscriptionWrite {
  const status = transition(subscription.status, 'pause');
  return { ...unchanged(subscription), next: { ...subscription, status, pausedAt: now } };
}

/** The period continues: the anchor, and everything counted from it, moves by the paused time. */
export function resume(subscription: Subscription, now: Date): SubscriptionWrite {
  const status = transition(
    subscription.status,
    isOnTrial(subscription) ? 'resumeTrial' : 'resume',
  );
  const pausedMs = Math.max(0, now.getTime() - subscription.pausedAt!.getTime()); // a constraint ties the two columns
  const later = (time: Date): Date => new Date(time.getTime() + pausedMs);
  const next: Subscription = {
    ...subscription,
    status,
    pausedAt: null,
    anchor: later(subscription.anchor),
    periodEnd: later(subscription.periodEnd),
    ...(isOnTrial(subscription) ? trialUntil(subscription, later(subscription.periodEnd)) : {}),
  };
  return { ...unchanged(subscription), next };
}

/** The owners were notified of another day: they are notified again. */
export function trialUntil(
  { trialEndsAt, trialRemindedAt }: Subscription,
  end: Date,
): Pick<Subscription, 'trialEndsAt' | 'trialRemindedAt'> {
  const isMoved = trialEndsAt?.getTime() !== end.getTime();
  return { trialEndsAt: end, trialRemindedAt: isMoved ? null : trialRemindedAt };
}

function isOnTrial({ cycle }: Subscription): boolean {
  return cycle === -1;
}

/** Whether another period follows the current one. */
export function setAutoRenew(subscription: Subscription, autoRenew: boolean): SubscriptionWrite {
  if (isEnded(subscription)) throw invalidState(`The subscription is ${subscription.status}.`);
  const scheduledPlanId = autoRenew ? subscription.scheduledPlanId : null;
  return { ...unchanged(subscription), next: { ...subscription, autoRenew, scheduledPlanId } };
}

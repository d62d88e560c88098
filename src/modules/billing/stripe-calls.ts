import type Stripe from 'stripe';
import type { PlanWithTerms } from '../plans/plan.entity';
import { resume } from '../subscriptions/life-cycle';
import { intervalOf, isSameInterval } from '../subscriptions/periods';
import type { SubscriptionCommand } from '../subscriptions/payments';
import type { PlanChange } from '../subscriptions/plan-change';
import type { Subscription } from '../subscriptions/subscription.entity';
import { invalidState } from '../subscriptions/subscriptions.errors';
import { toMetadata, toSeconds, type Intent, type StripeTruth } from './stripe-truth';

/** One call, as data: it is stored before it is made, and repeated after a crash under the same key. */
export type StripeCall =
  | { call: 'update'; id: string; parameters: Stripe.SubscriptionUpdateParams }
  | { call: 'cancel'; id: string; parameters: Stripe.SubscriptionCancelParams };

export interface ChangeCallSetup {
  subscription: Subscription;
  plan: PlanWithTerms;
  truth: StripeTruth;
  change: PlanChange;
  /** Of the plan that is changed to; null where it is free. */
  priceId: string | null;
  /** The moment that the preview was made for, so that the change costs what it said. */
  prorationDate: Date;
}

/** What a change of plan is at Stripe; nothing where it has no effect. Pure. */
export function callsOfChange(setup: ChangeCallSetup): StripeCall[] {
  const { subscription, truth, change, priceId } = setup;
  if (change.plan.id === subscription.planId && !subscription.planAssigned)
    return subscription.scheduledPlanId ? [keepPlan(setup)] : [];
  if (!priceId) return moveToFree(setup);
  assertRenews(change.plan);
  if (change.when === 'now') return [changeNow(setup, priceId)];
  return [priceOfNextPeriod(truth, setup.plan, change.plan, priceId)];
}

/** Stripe would charge for it again. @throws 409 invalid_state */
export function assertRenews({ renews }: PlanWithTerms): void {
  if (!renews) throw invalidState('The plan ends with its first period: only staff can assign it.');
}

/** An end that was asked for stays. */
function changeNow({ subscription, truth, prorationDate }: ChangeCallSetup, price: string) {
  assertCharged(truth);
  const { cancelAtPeriodEnd, autoRenew } = subscription;
  return update(truth.id, {
    items: [{ id: truth.itemId, price }],
    cancel_at_period_end: cancelAtPeriodEnd || !autoRenew,
    proration_behavior: 'always_invoice',
    proration_date: toSeconds(prorationDate),
    payment_behavior: 'error_if_incomplete', // unpaid, it changes nothing
    metadata: toMetadata({ isNotRenewed: !autoRenew }),
  });
}

/**
 * Stripe sets off what is left of a period only where the period is charged at the price that was paid for it: not
 * when the price is that of the next period already, and not when the end was moved, which Stripe calls a trial.
 * @throws 409 invalid_state
 */
export function assertCharged({ intent, period, isMoved }: StripeTruth): void {
  if (intent.nextFrom && period.start < intent.nextFrom)
    throw invalidState(
      'A change waits for the end of the period. Call it off by a change to the plan that you have, or ask with `when` `period_end`.',
    );
  if (isMoved)
    throw invalidState(
      'What is left of this period cannot be set off: its end was moved. Ask with `when` `period_end`.',
    );
}

/** The price of the next period is set now, without money: of another plan, or of a newer version of the own. Pure. */
export function priceOfNextPeriod(
  truth: StripeTruth,
  plan: PlanWithTerms,
  following: PlanWithTerms,
  price: string,
) {
  const keepsInterval = isSameInterval(intervalOf(plan.terms), intervalOf(following.terms));
  return {
    call: 'update' as const,
    id: truth.id,
    parameters: {
      items: [{ id: truth.itemId, price }],
      cancel_at_period_end: false,
      proration_behavior: 'none',
      // Another interval would begin at once, unless the period that is paid for is said to be a trial.
      ...(keepsInterval ? {} : { trial_end: toSeconds(truth.period.end) }),
      metadata: toMetadata({ nextPlanId: following.id, nextFrom: truth.period.end }),
    },
  } satisfies StripeCall;
}

/** A change that waited is called off: the price goes back, and the end that waited for a free plan too. */
function keepPlan({ truth, priceId }: ChangeCallSetup): StripeCall {
  const kept = { cancel_at_period_end: false, metadata: toMetadata({}) };
  if (!priceId || truth.priceId === priceId) return update(truth.id, kept);
  // Where the interval goes back too, the period is one that Stripe calls a trial: its end stays by itself.
  const items = [{ id: truth.itemId, price: priceId }];
  return update(truth.id, { ...kept, items, proration_behavior: 'none' });
}

/** A free plan has nothing to charge: the subscription at Stripe ends, and ours goes on without it. */
function moveToFree({ truth: { id }, change }: ChangeCallSetup): StripeCall[] {
  const metadata = toMetadata({ nextPlanId: change.plan.id });
  if (change.when === 'period_end') return [update(id, { cancel_at_period_end: true, metadata })];
  return [update(id, { metadata }), { call: 'cancel', id, parameters: {} }];
}

/**
 * What any other command is at Stripe; nothing where it has no effect. Pure.
 * @throws 409 invalid_state
 */
export function callsOf(
  command: Exclude<SubscriptionCommand, { kind: 'change' }>,
  subscription: Subscription,
  truth: StripeTruth,
  now: Date,
): StripeCall[] {
  const { id, intent } = truth;
  switch (command.kind) {
    case 'cancel':
      return command.when === 'now' ? cancelNow(truth) : cancelAtPeriodEnd(subscription, truth);
    case 'uncancel':
      if (!subscription.cancelAtPeriodEnd)
        throw invalidState('No cancellation waits for the end of the period.');
      return [update(id, { cancel_at_period_end: false, metadata: toMetadata(priced(intent)) })];
    case 'set_auto_renew':
      return setAutoRenew(command.autoRenew, subscription, truth);
    case 'pause':
      if (!['trialing', 'active'].includes(subscription.status))
        throw invalidState(`The subscription is ${subscription.status}.`);
      return [update(id, { pause_collection: { behavior: 'void' } })];
    case 'resume':
      return [resumeCall(subscription, truth, now)];
    case 'assign': // the unused rest is credited to the customer
      return command.stripe === 'cancel'
        ? [{ call: 'cancel', id, parameters: { prorate: true, invoice_now: true } }]
        : [];
  }
}

/** What was to follow the end, and how it was to end, is taken back first. */
function cancelNow({ id, intent }: StripeTruth): StripeCall[] {
  const cancel: StripeCall = { call: 'cancel', id, parameters: {} };
  const isPlain = !intent.isNotRenewed && (!intent.nextPlanId || intent.nextFrom !== null);
  return isPlain ? [cancel] : [update(id, { metadata: toMetadata(priced(intent)) }), cancel];
}

function cancelAtPeriodEnd(subscription: Subscription, { id, intent }: StripeTruth): StripeCall[] {
  if (subscription.status === 'paused')
    throw invalidState(
      'The subscription is paused: its period does not end. Cancel it now, or resume it first.',
    );
  if (subscription.cancelAtPeriodEnd) return [];
  return [update(id, { cancel_at_period_end: true, metadata: toMetadata(priced(intent)) })];
}

function setAutoRenew(
  autoRenew: boolean,
  subscription: Subscription,
  { id, intent }: StripeTruth,
): StripeCall[] {
  if (autoRenew === subscription.autoRenew) return [];
  const metadata = toMetadata({ ...priced(intent), isNotRenewed: !autoRenew });
  return [update(id, { cancel_at_period_end: !autoRenew, metadata })];
}

/** Which plan the price stands for, where it is that of the next period: without it, that plan would begin at once. */
function priced({ nextPlanId, nextFrom }: Intent): Partial<Intent> {
  return nextFrom ? { nextPlanId, nextFrom } : {};
}

/** The rest of the period goes on: its end moves by the time that it was paused, and what waits for it too. */
function resumeCall(subscription: Subscription, truth: StripeTruth, now: Date): StripeCall {
  const { periodEnd } = resume(subscription, now).next;
  const { id, intent } = truth;
  const waits = intent.nextFrom !== null && intent.nextFrom >= subscription.periodEnd;
  return update(id, {
    pause_collection: '',
    trial_end: toSeconds(periodEnd),
    proration_behavior: 'none',
    metadata: toMetadata({
      ...intent,
      ...(waits ? { nextFrom: periodEnd } : {}),
      resumedUntil: periodEnd,
    }),
  });
}

function update(id: string, parameters: Stripe.SubscriptionUpdateParams): StripeCall {
  return { call: 'update', id, parameters };
}

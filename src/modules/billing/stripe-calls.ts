import type Stripe from 'stripe';
import type { PlanWithTerms } from '../plans/plan.entity';
import { resume } from '../subscriptions/life-cycle';
import { intervalOf, isSameInterval } from '../subscriptions/periods';
import type { SubscriptionCommand } from '../subscriptions/payments';
import type { PlanChange } from '../subscriptions/plan-change';
import type { Subscription } from '../subscriptions/subscription.entity';
import { invalidState } from '../subscriptions/subscriptions.errors';
import { toMetadata, toSeconds, type StripeTruth } from './stripe-truth';

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
  const { id } = truth;
  if (change.plan.id === subscription.planId && !subscription.planAssigned)
    return subscription.scheduledPlanId ? [keepPlan(setup)] : [];
  if (!priceId) return moveToFree(setup);
  const items = [{ id: truth.itemId, price: priceId }];
  if (change.when === 'now')
    return [
      {
        call: 'update',
        id,
        parameters: {
          items,
          cancel_at_period_end: false,
          proration_behavior: 'always_invoice',
          proration_date: toSeconds(setup.prorationDate),
          payment_behavior: 'error_if_incomplete', // unpaid, it changes nothing
          metadata: toMetadata({}),
        },
      },
    ];
  const next = { nextPlanId: change.plan.id, nextFrom: truth.period.end };
  return [atPeriodEnd(setup, priceId, next)];
}

/** The price of the next period is set now, without money. */
function atPeriodEnd(
  { plan, truth, change }: ChangeCallSetup,
  price: string,
  next: { nextPlanId: string; nextFrom: Date } | object,
): StripeCall {
  const keepsInterval = isSameInterval(intervalOf(plan.terms), intervalOf(change.plan.terms));
  return {
    call: 'update',
    id: truth.id,
    parameters: {
      items: [{ id: truth.itemId, price }],
      cancel_at_period_end: false,
      proration_behavior: 'none',
      // Another interval would begin at once, unless the period that is paid for is said to be a trial.
      ...(keepsInterval ? {} : { trial_end: toSeconds(truth.period.end) }),
      metadata: toMetadata(next),
    },
  };
}

/** A change that waited is called off: the price goes back, and the end that waited for a free plan too. */
function keepPlan(setup: ChangeCallSetup): StripeCall {
  const { truth, priceId } = setup;
  return truth.priceId === priceId || !priceId
    ? update(truth.id, { cancel_at_period_end: false, metadata: toMetadata({}) })
    : // Whether the interval changed with the price is no longer known here: the end is said in any case.
      {
        call: 'update',
        id: truth.id,
        parameters: {
          items: [{ id: truth.itemId, price: priceId }],
          cancel_at_period_end: false,
          proration_behavior: 'none',
          trial_end: toSeconds(truth.period.end),
          metadata: toMetadata({}),
        },
      };
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
  const { id } = truth;
  switch (command.kind) {
    case 'cancel':
      return command.when === 'now'
        ? [{ call: 'cancel', id, parameters: {} }]
        : cancelAtPeriodEnd(subscription, id);
    case 'uncancel':
      if (!subscription.cancelAtPeriodEnd)
        throw invalidState('No cancellation waits for the end of the period.');
      return [update(id, { cancel_at_period_end: false, metadata: toMetadata({}) })];
    case 'set_auto_renew':
      return setAutoRenew(command.autoRenew, subscription, id);
    case 'pause':
      if (!['trialing', 'active'].includes(subscription.status))
        throw invalidState(`The subscription is ${subscription.status}.`);
      return [update(id, { pause_collection: { behavior: 'void' } })];
    case 'resume':
      return [resumeCall(subscription, id, now)];
    case 'assign': // the unused rest is credited to the customer
      return command.stripe === 'cancel'
        ? [{ call: 'cancel', id, parameters: { prorate: true, invoice_now: true } }]
        : [];
  }
}

function cancelAtPeriodEnd(subscription: Subscription, id: string): StripeCall[] {
  if (subscription.status === 'paused')
    throw invalidState(
      'The subscription is paused: its period does not end. Cancel it now, or resume it first.',
    );
  if (subscription.cancelAtPeriodEnd) return [];
  return [update(id, { cancel_at_period_end: true, metadata: toMetadata({}) })];
}

function setAutoRenew(autoRenew: boolean, subscription: Subscription, id: string): StripeCall[] {
  if (autoRenew === subscription.autoRenew) return [];
  const metadata = toMetadata({ isNotRenewed: !autoRenew });
  return [update(id, { cancel_at_period_end: !autoRenew, metadata })];
}

/** The rest of the period goes on: its end moves by the time that it was paused. */
function resumeCall(subscription: Subscription, id: string, now: Date): StripeCall {
  const { periodEnd } = resume(subscription, now).next;
  return update(id, {
    pause_collection: '',
    trial_end: toSeconds(periodEnd),
    proration_behavior: 'none',
    metadata: toMetadata({ resumedUntil: periodEnd }),
  });
}

function update(id: string, parameters: Stripe.SubscriptionUpdateParams): StripeCall {
  return { call: 'update', id, parameters };
}

import type Stripe from 'stripe';
import { cardOf, isDeclined } from './cards';
import { chargeFor, recordPayment } from './charges';
import { subscriptionOf } from './invoice-shape';
import { endSubscription, hasEnded } from './subscription-end';
import type { World } from './world';

const DAY_SECONDS = 86_400;

/**
 * Charges an open invoice to the subscription's card and draws the consequences.
 * @returns whether it is paid
 */
export function attemptPayment(world: World, invoice: Stripe.Invoice): boolean {
  const subscription = world.store.subscriptions.get(subscriptionOf(invoice));
  const card = cardOf(world, subscription);
  if (!card || isDeclined(card)) {
    if (card) chargeFor(world, invoice, card, false);
    fail(world, invoice, subscription);
    return false;
  }
  const charge = chargeFor(world, invoice, card, true);
  recordPayment(world, invoice, charge);
  markPaid(world, invoice);
  return true;
}

/** Marks the invoice as paid and updates its subscription. */
export function markPaid(world: World, invoice: Stripe.Invoice): void {
  const wasCharged = invoice.amount_due > 0;
  const paid: Stripe.Invoice = {
    ...invoice,
    amount_paid: invoice.amount_due,
    amount_remaining: 0,
    attempt_count: invoice.attempt_count + (wasCharged ? 1 : 0),
    attempted: true,
    auto_advance: false,
    next_payment_attempt: null,
    status: 'paid',
    status_transitions: { ...invoice.status_transitions, paid_at: world.now },
  };
  world.store.invoices.put(paid);
  world.emit('invoice.paid', paid);
  world.emit('invoice.payment_succeeded', paid);
  revive(world, paid);
}

/** Paying its latest invoice makes a subscription active again. */
function revive(world: World, invoice: Stripe.Invoice): void {
  const subscription = world.store.subscriptions.get(subscriptionOf(invoice));
  if (subscription.latest_invoice !== invoice.id) return;
  const { status } = subscription;
  if (!['incomplete', 'past_due', 'unpaid', 'paused'].includes(status)) return;
  const active = world.updateSubscription(subscription, { status: 'active' });
  if (status === 'paused') world.emit('customer.subscription.resumed', active);
}

function fail(world: World, invoice: Stripe.Invoice, subscription: Stripe.Subscription): void {
  const attempts = invoice.attempt_count + 1;
  const days = mayBeRetried(subscription) ? world.settings.retryAfterDays[attempts - 1] : undefined;
  const next = days === undefined ? null : world.now + days * DAY_SECONDS;
  const failed: Stripe.Invoice = {
    ...invoice,
    attempt_count: attempts,
    attempted: true,
    next_payment_attempt: next,
  };
  world.store.invoices.put(failed);
  world.emit('invoice.payment_failed', failed);
  if (!mayBeRetried(subscription)) return;
  if (next === null) giveUp(world, subscription);
  else if (subscription.status !== 'unpaid')
    world.updateSubscription(subscription, { status: 'past_due' });
}

/** The first payment of a subscription, and that of one which was paused, is made by a person and never retried. */
function mayBeRetried(subscription: Stripe.Subscription): boolean {
  return !['incomplete', 'paused'].includes(subscription.status) && !hasEnded(subscription);
}

function giveUp(world: World, subscription: Stripe.Subscription): void {
  const { afterRetries } = world.settings;
  if (afterRetries === 'canceled') endSubscription(world, subscription, 'payment_failed');
  else world.updateSubscription(subscription, { status: afterRetries });
}

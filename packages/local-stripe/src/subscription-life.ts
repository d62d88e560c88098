import type Stripe from 'stripe';
import { boundary, periodAt } from './billing-period';
import { cardOf } from './cards';
import { subscriptionOf as subscriptionOfInvoice } from './invoice-shape';
import { collect, draftInvoice, voidInvoice } from './invoicing';
import { periodLine, trialLine } from './proration';
import { assertOneCurrency } from './sale';
import type { SubscriptionData } from './store';
import { invalidRequest } from './stripe-fault';
import { endSubscription } from './subscription-end';
import {
  billedBy,
  itemOf,
  periodOf,
  recurringOf,
  subscriptionOf,
  withPeriod,
} from './subscription-shape';
import type { World } from './world';

const DAY_SECONDS = 86_400;

/** Starts a subscription and has its first invoice paid. It is `incomplete` where that fails. */
export function startSubscription(
  world: World,
  customer: string,
  data: SubscriptionData,
  paymentMethod: string | null,
): Stripe.Subscription {
  const { created, draft } = beginSubscription(world, customer, data, paymentMethod);
  world.updateSubscription(created, { latest_invoice: draft.id });
  collect(world, draft);
  return world.store.subscriptions.get(created.id);
}

/** A subscription with the draft of its first invoice. */
export function beginSubscription(
  world: World,
  customer: string,
  { prices, metadata, trialPeriodDays, trialSettings }: SubscriptionData,
  paymentMethod: string | null,
): { created: Stripe.Subscription; draft: Stripe.Invoice } {
  const priced = prices.map(({ price, quantity }) => ({
    price: world.store.prices.get(price, 'price'),
    quantity,
  }));
  const { price } = priced[0] ?? missingItems();
  assertOneCurrency(world, customer, price.currency);
  const trialEnd = trialPeriodDays === null ? null : world.now + trialPeriodDays * DAY_SECONDS;
  const anchor = trialEnd ?? world.now;
  const end = trialEnd ?? boundary(anchor, recurringOf(price), 1);
  const period = { start: world.now, end };
  const beginning = { customer, prices: priced, period, anchor, trialEnd };
  const rest = { metadata, paymentMethod, trialSettings };
  const created = subscriptionOf({ ...beginning, ...rest }, world.now);
  world.store.subscriptions.put(created);
  world.emit('customer.subscription.created', created);
  return { created, draft: draftFirst(world, created) };
}

function missingItems(): never {
  throw invalidRequest('Missing required param: items.', 'parameter_missing', 'items');
}

function draftFirst(world: World, subscription: Stripe.Subscription): Stripe.Invoice {
  const billed = billedBy(world, subscription);
  const period = periodOf(itemOf(subscription));
  const isTrial = subscription.trial_end !== null;
  const lineOf = isTrial ? trialLine : periodLine;
  const lines = billed.map((each) => lineOf(each, period));
  const gathered = { start: world.now, end: world.now };
  const content = { reason: 'subscription_create', finalizesAt: null, gathered } as const;
  return draftInvoice(world, { subscription, lines, ...content });
}

/** A period has ended: the next one begins with the draft of its invoice, or the subscription ends. */
export function renew(world: World, subscription: Stripe.Subscription): void {
  if (subscription.cancel_at_period_end) return void endSubscription(world, subscription);
  if (subscription.status === 'trialing' && !cardOf(world, subscription))
    if (endTrialWithoutCard(world, subscription)) return;
  const { unpaid, renewed, content } = nextPeriod(world, subscription);
  const draft = draftInvoice(world, { ...content, subscription: renewed });
  if (unpaid) world.store.invoices.put({ ...draft, auto_advance: false });
  world.updateSubscription(subscription, { ...renewed, latest_invoice: draft.id });
}

/** The result of a renewal now. */
export function draftRenewal(world: World, subscription: Stripe.Subscription): Stripe.Invoice {
  const { cancel_at: date } = subscription;
  if (date !== null && date <= itemOf(subscription).current_period_end)
    throw invalidRequest('No upcoming invoices for customer', 'invoice_upcoming_none');
  const { content, renewed } = nextPeriod(world, subscription);
  return draftInvoice(world, { ...content, subscription: renewed });
}

function nextPeriod(world: World, subscription: Stripe.Subscription) {
  const item = itemOf(subscription);
  const gathered = periodOf(item);
  const recurring = recurringOf(item.price);
  const period = periodAt(subscription.billing_cycle_anchor, recurring, gathered.end);
  const next = { start: gathered.end, end: period.end };
  const status = subscription.status === 'trialing' ? 'active' : subscription.status;
  const renewed = { ...subscription, ...withPeriod(subscription, next), status };
  const unpaid = status === 'unpaid';
  const finalizesAt = unpaid ? null : gathered.end + world.settings.draftSeconds;
  const lines = billedBy(world, renewed).map((billed) => periodLine(billed, next));
  const content = { lines, finalizesAt, gathered, reason: 'subscription_cycle' } as const;
  return { unpaid, renewed, content };
}

/** @returns false where the end of a trial is invoiced without a card too */
function endTrialWithoutCard(world: World, subscription: Stripe.Subscription): boolean {
  const behavior = subscription.trial_settings?.end_behavior.missing_payment_method;
  if (behavior === 'cancel') endSubscription(world, subscription);
  if (behavior === 'pause') {
    const paused = world.updateSubscription(subscription, { status: 'paused' });
    world.emit('customer.subscription.paused', paused);
  }
  return behavior === 'cancel' || behavior === 'pause';
}

/**
 * A paused one starts a new cycle now: active at once, and past due where the payment fails;
 * or, if it `waits`, active as soon as its invoice is paid.
 */
export function resumePaused(
  world: World,
  subscription: Stripe.Subscription,
  waits: boolean,
): Stripe.Subscription {
  if (subscription.status !== 'paused')
    throw invalidRequest('This subscription is not paused and cannot be resumed.');
  const start = world.now;
  const end = boundary(start, recurringOf(itemOf(subscription).price), 1);
  const items = withPeriod(subscription, { start, end });
  const moved = { ...subscription, ...items, billing_cycle_anchor: start };
  const lines = billedBy(world, moved).map((billed) => periodLine(billed, { start, end }));
  const gathered = { start, end: start };
  const content = { reason: 'subscription_update', finalizesAt: null, gathered } as const;
  const draft = draftInvoice(world, { subscription: moved, lines, ...content });
  const status = waits ? 'paused' : 'active';
  const changes = { ...moved, status, latest_invoice: draft.id };
  const resumed = world.updateSubscription(subscription, changes);
  if (!waits) world.emit('customer.subscription.resumed', resumed);
  collect(world, draft);
  return world.store.subscriptions.get(subscription.id);
}

/** The first invoice was not paid in time. */
export function expireIncomplete(world: World, subscription: Stripe.Subscription): void {
  for (const invoice of world.store.invoices.all())
    if (subscriptionOfInvoice(invoice) === subscription.id && invoice.status === 'open')
      voidInvoice(world, invoice);
  const expired = { status: 'incomplete_expired', ended_at: world.now } as const;
  world.updateSubscription(subscription, expired);
}

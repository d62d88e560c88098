import type Stripe from 'stripe';
import { boundary, type Period } from './billing-period';
import { draftInvoice } from './invoicing';
import { chargeLine, creditLine, periodLine, trialLine } from './proration';
import { invalidRequest } from './stripe-fault';
import { cancellationOf, type CancellationRequest } from './cancellation';
import { billedBy, itemOf, periodOf, recurringOf, withItem } from './subscription-shape';
import type { World } from './world';

export type ProrationBehavior = 'none' | 'create_prorations' | 'always_invoice';

/** What an update asks for; what is undefined stays. */
export interface Change extends CancellationRequest {
  price?: Stripe.Price;
  quantity?: number;
  behavior: ProrationBehavior;
  prorationDate?: number;
  trialEnd?: number | 'now';
  anchorNow?: boolean;
  /** Fields that have no influence on amounts. */
  fields: Partial<Stripe.Subscription>;
}

export interface Changed {
  subscription: Stripe.Subscription;
  /** A draft; null where the change waits for the next invoice, or costs nothing. */
  invoice: Stripe.Invoice | null;
}

/** How the period and the lines come out. */
interface Outcome {
  period: Period;
  lines: Stripe.InvoiceLineItem[];
  /** Its invoice is written at once, whatever the proration behavior. */
  atOnce: boolean;
  fields: Partial<Stripe.Subscription>;
}

/**
 * Changes a subscription, up to the draft of the invoice that comes of it. An update has the draft paid,
 * a preview shows it and takes everything back: so both say the same.
 */
export function changeSubscription(
  world: World,
  subscription: Stripe.Subscription,
  change: Change,
): Changed {
  const priced = withPrice(subscription, change);
  const { period, lines, atOnce, fields } = computeOutcome(world, subscription, priced, change);
  const moved = { ...priced, ...fields, ...withItem(priced, itemPeriod(period)) };
  const cancellation = cancellationOf(world, moved, change);
  const wanted = { ...moved, ...change.fields, ...cancellation };
  const invoice = billChange(world, wanted, subscription, change, lines, atOnce);
  const latest_invoice = invoice?.id ?? subscription.latest_invoice;
  return {
    subscription: world.updateSubscription(subscription, { ...wanted, latest_invoice }),
    invoice,
  };
}

function withPrice(subscription: Stripe.Subscription, change: Change): Stripe.Subscription {
  const { price, quantity } = itemOf(subscription);
  const changed = { price: change.price ?? price, quantity: change.quantity ?? quantity };
  return { ...subscription, ...withItem(subscription, changed) };
}

function computeOutcome(
  world: World,
  before: Stripe.Subscription,
  after: Stripe.Subscription,
  change: Change,
): Outcome {
  if (change.trialEnd === 'now') return trialEndedNow(world, before, after);
  if (change.trialEnd !== undefined) return trialUntil(world, before, after, change);
  if (before.status === 'trialing') return unchanged(before);
  const at = prorationDate(world, before, change);
  if (change.anchorNow || startsAnew(before, after))
    return newCycle(world, before, after, change, at);
  return sameCycle(world, before, after, change, at);
}

function unchanged(before: Stripe.Subscription): Outcome {
  return { period: periodOf(itemOf(before)), lines: [], atOnce: false, fields: {} };
}

/** Another length of period starts the cycle anew, and so does the first price that is not nothing. */
function startsAnew(before: Stripe.Subscription, after: Stripe.Subscription): boolean {
  const [old, now] = [itemOf(before).price, itemOf(after).price];
  const [was, is] = [recurringOf(old), recurringOf(now)];
  const isOther = was.interval !== is.interval || was.interval_count !== is.interval_count;
  return isOther || (old.unit_amount === 0 && now.unit_amount !== 0);
}

function newCycle(
  world: World,
  before: Stripe.Subscription,
  after: Stripe.Subscription,
  { behavior }: Change,
  at: number,
): Outcome {
  const end = boundary(at, recurringOf(itemOf(after).price), 1);
  const credit = behavior === 'none' ? [] : credits(world, before, at);
  const lines = [...credit, periodLine(billedBy(world, after), { start: at, end })];
  return { period: { start: at, end }, lines, atOnce: true, fields: { billing_cycle_anchor: at } };
}

function sameCycle(
  world: World,
  before: Stripe.Subscription,
  after: Stripe.Subscription,
  { behavior }: Change,
  at: number,
): Outcome {
  const [old, now] = [itemOf(before), itemOf(after)];
  const isSame = old.price.id === now.price.id && old.quantity === now.quantity;
  if (isSame || behavior === 'none') return unchanged(before);
  const period = periodOf(old);
  const charge = chargeLine(billedBy(world, after), at, period);
  return { ...unchanged(before), lines: [...credits(world, before, at), charge] };
}

/** What is left of the running period; nothing was paid for a trial, or for a price of nothing. */
function credits(world: World, before: Stripe.Subscription, at: number): Stripe.InvoiceLineItem[] {
  if (before.status === 'trialing' || itemOf(before).price.unit_amount === 0) return [];
  return [creditLine(billedBy(world, before), at, periodOf(itemOf(before)))];
}

function trialEndedNow(
  world: World,
  before: Stripe.Subscription,
  after: Stripe.Subscription,
): Outcome {
  if (before.status !== 'trialing') return unchanged(before);
  const start = world.now;
  const period = { start, end: boundary(start, recurringOf(itemOf(after).price), 1) };
  const fields = { status: 'active', trial_end: start, billing_cycle_anchor: start };
  return { period, lines: [periodLine(billedBy(world, after), period)], atOnce: true, fields };
}

/** The cycle starts again at the end of the trial. */
function trialUntil(
  world: World,
  before: Stripe.Subscription,
  after: Stripe.Subscription,
  change: Change,
): Outcome {
  const [end, wasTrialing] = [change.trialEnd as number, before.status === 'trialing'];
  if (end <= world.now)
    throw invalidRequest('Invalid timestamp: must be in the future', undefined, 'trial_end');
  const start = wasTrialing ? itemOf(before).current_period_start : world.now;
  const fields = {
    status: 'trialing',
    billing_cycle_anchor: end,
    trial_end: end,
    trial_start: wasTrialing ? before.trial_start : start,
  };
  const at = prorationDate(world, before, change);
  const credit = change.behavior === 'none' ? [] : credits(world, before, at);
  const lines = wasTrialing ? [] : [...credit, trialLine(billedBy(world, after), { start, end })];
  return { period: { start, end }, lines, atOnce: !wasTrialing, fields };
}

function prorationDate(
  { now }: World,
  subscription: Stripe.Subscription,
  { prorationDate: asked }: Change,
): number {
  const { start, end } = periodOf(itemOf(subscription));
  const at = asked ?? Math.min(Math.max(now, start), end);
  if (at >= start && at <= end) return at;
  const message = 'Cannot specify proration_date outside the current period';
  throw invalidRequest(message, undefined, 'proration_date');
}

function billChange(
  world: World,
  subscription: Stripe.Subscription,
  before: Stripe.Subscription,
  { behavior, prorationDate: at }: Change,
  lines: Stripe.InvoiceLineItem[],
  atOnce: boolean,
): Stripe.Invoice | null {
  const { pendingLines } = world.store.hidden(subscription.id);
  const hasLines = lines.length > 0;
  if (!atOnce && (behavior !== 'always_invoice' || !hasLines)) {
    world.store.hide(subscription.id, { pendingLines: [...pendingLines, ...lines] });
    return null;
  }
  const gathered = { start: itemOf(before).current_period_start, end: world.now };
  const reason = 'subscription_update';
  const content = { subscription, lines, reason, finalizesAt: null, gathered } as const;
  return draftInvoice(world, { ...content, prorationDate: at });
}

function itemPeriod({ start, end }: Period): Partial<Stripe.SubscriptionItem> {
  return { current_period_start: start, current_period_end: end };
}

import type Stripe from 'stripe';
import { boundary, type Period } from './billing-period';
import { draftInvoice } from './invoicing';
import { chargeLine, creditLine, periodLine, trialLine } from './proration';
import { invalidRequest } from './stripe-fault';
import { cancellationOf, type CancellationRequest } from './cancellation';
import type { Billed } from './proration';
import {
  billedBy,
  itemOf,
  periodOf,
  recurringOf,
  withItems,
  withPeriod,
  type Item,
} from './subscription-shape';
import type { World } from './world';

export const PRORATION_BEHAVIORS = ['none', 'create_prorations', 'always_invoice'] as const;
export type ProrationBehavior = (typeof PRORATION_BEHAVIORS)[number];

/** What an update asks for; what is undefined stays. */
export interface Change extends CancellationRequest {
  /** All that it is to have. */
  items?: Item[];
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

/** The resulting period and lines. */
interface Outcome {
  period: Period;
  lines: Stripe.InvoiceLineItem[];
  /** Its invoice is written at once, regardless of the proration behavior. */
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
  const data = change.items ?? subscription.items.data;
  const priced = { ...subscription, ...withItems(subscription, data) };
  const { period, lines, atOnce, fields } = computeOutcome(world, subscription, priced, change);
  const moved = { ...priced, ...fields, ...withPeriod(priced, period) };
  const cancellation = cancellationOf(world, moved, change);
  const wanted = { ...moved, ...change.fields, ...cancellation };
  const invoice = billChange(world, wanted, subscription, change, lines, atOnce);
  const latest_invoice = invoice?.id ?? subscription.latest_invoice;
  return {
    subscription: world.updateSubscription(subscription, { ...wanted, latest_invoice }),
    invoice,
  };
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

/** Another length of period restarts the cycle, and so does the first price that is not zero. */
function startsAnew(before: Stripe.Subscription, after: Stripe.Subscription): boolean {
  const [was, is] = [recurringOf(itemOf(before).price), recurringOf(itemOf(after).price)];
  const isOther = was.interval !== is.interval || was.interval_count !== is.interval_count;
  return isOther || (isFree(before) && !isFree(after));
}

function isFree({ items }: Stripe.Subscription): boolean {
  return items.data.every(({ price }) => price.unit_amount === 0);
}

function newCycle(
  world: World,
  before: Stripe.Subscription,
  after: Stripe.Subscription,
  { behavior }: Change,
  at: number,
): Outcome {
  const end = boundary(at, recurringOf(itemOf(after).price), 1);
  const credit = behavior === 'none' ? [] : credits(before, billedBy(world, before), at);
  const charge = billedBy(world, after).map((billed) => periodLine(billed, { start: at, end }));
  const lines = [...credit, ...charge];
  return { period: { start: at, end }, lines, atOnce: true, fields: { billing_cycle_anchor: at } };
}

function sameCycle(
  world: World,
  before: Stripe.Subscription,
  after: Stripe.Subscription,
  { behavior }: Change,
  at: number,
): Outcome {
  if (behavior === 'none') return unchanged(before);
  const [old, now] = [billedBy(world, before), billedBy(world, after)];
  const gone = old.filter((one) => !now.some((other) => isSame(one, other)));
  const come = now.filter((one) => !old.some((other) => isSame(one, other)));
  const charges = come.map((billed) => chargeLine(billed, at, periodOf(itemOf(before))));
  return { ...unchanged(before), lines: [...credits(before, gone, at), ...charges] };
}

function isSame(one: Billed, other: Billed): boolean {
  const isOnePrice = one.price.id === other.price.id && one.quantity === other.quantity;
  return one.item === other.item && isOnePrice;
}

/** What is left of the running period; nothing was paid for a trial, or for a price of nothing. */
function credits(
  before: Stripe.Subscription,
  billed: Billed[],
  at: number,
): Stripe.InvoiceLineItem[] {
  if (before.status === 'trialing') return [];
  return billed
    .filter(({ price }) => price.unit_amount !== 0)
    .map((each) => creditLine(each, at, periodOf(itemOf(before))));
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
  const lines = billedBy(world, after).map((billed) => periodLine(billed, period));
  return { period, lines, atOnce: true, fields };
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
  const credit = change.behavior === 'none' ? [] : credits(before, billedBy(world, before), at);
  const trial = billedBy(world, after).map((billed) => trialLine(billed, { start, end }));
  const lines = wasTrialing ? [] : [...credit, ...trial];
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

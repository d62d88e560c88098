import type Stripe from 'stripe';
import { getCustomer } from './cards';
import { draftOf, subscriptionOf, withBalance, type InvoiceContent } from './invoice-shape';
import { attemptPayment, markPaid } from './payment';
import type { World } from './world';

export type NewInvoice = Omit<InvoiceContent, 'customer' | 'created'>;

/** Writes a draft: the subscription's pending lines first, which are spent by it. Nothing is charged yet. */
export function draftInvoice(world: World, content: NewInvoice): Stripe.Invoice {
  const { subscription } = content;
  const { pendingLines } = world.store.hidden(subscription.id);
  world.store.hide(subscription.id, { pendingLines: [] });
  const customer = getCustomer(world, subscription.customer as string, 'customer');
  const lines = [...pendingLines, ...content.lines];
  const invoice = draftOf({ ...content, lines, customer, created: world.now });
  world.store.invoices.put(invoice);
  world.emit('invoice.created', invoice);
  return invoice;
}

/**
 * Finalizes a draft and has it paid, unless collection is paused.
 * @returns false when a payment has failed
 */
export function collect(world: World, draft: Stripe.Invoice): boolean {
  const { pause_collection: pause } = world.store.subscriptions.get(subscriptionOf(draft));
  if (pause?.behavior === 'keep_as_draft') return keepAsDraft(world, draft);
  const invoice = finalize(world, draft);
  if (pause?.behavior === 'void') return voidInvoice(world, invoice);
  if (pause?.behavior === 'mark_uncollectible') return markUncollectible(world, invoice);
  if (invoice.amount_due > 0) return attemptPayment(world, invoice);
  markPaid(world, invoice);
  return true;
}

function keepAsDraft(world: World, draft: Stripe.Invoice): true {
  world.store.invoices.put({ ...draft, auto_advance: false, automatically_finalizes_at: null });
  return true;
}

function finalize(world: World, draft: Stripe.Invoice): Stripe.Invoice {
  const customer = getCustomer(world, draft.customer as string);
  const invoice = withBalance(draft, customer.balance);
  const spent = settleBalance(world, customer, invoice);
  const finalized: Stripe.Invoice = {
    ...invoice,
    automatically_finalizes_at: null,
    effective_at: world.now,
    ending_balance: spent,
    hosted_invoice_url: `${world.url}/invoice/${draft.id}`,
    number: `${customer.invoice_prefix}-${numberOf(world, customer)}`,
    status: 'open',
    status_transitions: { ...draft.status_transitions, finalized_at: world.now },
  };
  world.store.invoices.put(finalized);
  world.emit('invoice.finalized', finalized);
  return finalized;
}

function settleBalance(
  world: World,
  customer: Stripe.Customer,
  { total, amount_due }: Stripe.Invoice,
) {
  const balance = customer.balance + total - amount_due;
  if (balance !== customer.balance)
    world.update(world.store.customers, customer, { balance }, 'customer.updated');
  return balance;
}

function numberOf({ store }: World, { id }: Stripe.Customer): string {
  const finalized = store.invoices
    .all()
    .filter((row) => row.customer === id && row.number !== null);
  return String(finalized.length + 1).padStart(4, '0');
}

/** It will no longer be paid. */
export function voidInvoice(world: World, invoice: Stripe.Invoice): true {
  const voided = ended(invoice, 'void', { voided_at: world.now });
  world.store.invoices.put(voided);
  world.emit('invoice.voided', voided);
  return true;
}

function markUncollectible(world: World, invoice: Stripe.Invoice): true {
  const given = ended(invoice, 'uncollectible', { marked_uncollectible_at: world.now });
  world.store.invoices.put(given);
  world.emit('invoice.marked_uncollectible', given);
  return true;
}

function ended(
  invoice: Stripe.Invoice,
  status: Stripe.Invoice.Status,
  at: Partial<Stripe.Invoice.StatusTransitions>,
): Stripe.Invoice {
  const status_transitions = { ...invoice.status_transitions, ...at };
  return {
    ...invoice,
    status,
    status_transitions,
    auto_advance: false,
    next_payment_attempt: null,
  };
}

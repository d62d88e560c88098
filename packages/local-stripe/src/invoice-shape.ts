import type Stripe from 'stripe';
import { newId } from './store';

export interface InvoiceContent {
  subscription: Stripe.Subscription;
  customer: Stripe.Customer;
  lines: Stripe.InvoiceLineItem[];
  reason: Stripe.Invoice.BillingReason;
  created: number;
  /** When a draft becomes an invoice by itself; null: it is finalized at once, or never. */
  finalizesAt: number | null;
  /** The period in which its amounts have gathered, which has ended. */
  gathered: { start: number; end: number };
  prorationDate?: number;
}

/** A draft with its amounts. */
export function draftOf(content: InvoiceContent): Stripe.Invoice {
  const { subscription, customer, created, gathered } = content;
  const id = newId('in');
  const lines = content.lines.map((line) => ({ ...line, invoice: id }));
  return withBalance(
    {
      ...EMPTY,
      id,
      automatically_finalizes_at: content.finalizesAt,
      billing_reason: content.reason,
      created,
      currency: subscription.currency,
      customer: customer.id,
      customer_email: customer.email,
      customer_name: customer.name ?? null,
      lines: { object: 'list', data: lines, has_more: false, url: `/v1/invoices/${id}/lines` },
      parent: {
        quote_details: null,
        subscription_details: {
          metadata: subscription.metadata,
          subscription: subscription.id,
          ...(content.prorationDate && { subscription_proration_date: content.prorationDate }),
        },
        type: 'subscription_details',
      },
      period_end: gathered.end,
      period_start: gathered.start,
    },
    customer.balance,
  );
}

/** What is due after the customer's balance, of which a negative one is credit. Never less than nothing. */
export function withBalance(invoice: Stripe.Invoice, balance: number): Stripe.Invoice {
  const total = invoice.lines.data.reduce((sum, { amount }) => sum + amount, 0);
  const due = Math.max(0, total + balance);
  return {
    ...invoice,
    amount_due: due,
    amount_remaining: due,
    starting_balance: balance,
    subtotal: total,
    subtotal_excluding_tax: total,
    total,
    total_excluding_tax: total,
  };
}

/** Of which subscription an invoice is. */
export function subscriptionOf(invoice: Stripe.Invoice): string {
  return (invoice.parent?.subscription_details?.subscription ?? '') as string;
}

const EMPTY: Omit<Stripe.Invoice, 'id' | 'lines'> = {
  object: 'invoice',
  account_country: 'US',
  account_name: 'Local Stripe',
  account_tax_ids: null,
  amount_due: 0,
  amount_overpaid: 0,
  amount_paid: 0,
  amount_remaining: 0,
  amount_shipping: 0,
  application: null,
  attempt_count: 0,
  attempted: false,
  auto_advance: true,
  automatic_tax: {
    disabled_reason: null,
    enabled: false,
    liability: null,
    provider: null,
    status: null,
  },
  automatically_finalizes_at: null,
  billing_reason: null,
  collection_method: 'charge_automatically',
  created: 0,
  currency: 'usd',
  custom_fields: null,
  customer: null,
  customer_account: null,
  customer_address: null,
  customer_email: null,
  customer_name: null,
  customer_phone: null,
  customer_shipping: null,
  customer_tax_exempt: 'none',
  customer_tax_ids: [],
  default_payment_method: null,
  default_source: null,
  default_tax_rates: [],
  description: null,
  discounts: [],
  due_date: null,
  effective_at: null,
  ending_balance: null,
  footer: null,
  from_invoice: null,
  hosted_invoice_url: null,
  invoice_pdf: null,
  issuer: { type: 'self' },
  last_finalization_error: null,
  latest_revision: null,
  livemode: false,
  metadata: {},
  next_payment_attempt: null,
  number: null,
  on_behalf_of: null,
  parent: null,
  payment_settings: {
    default_mandate: null,
    payment_method_options: null,
    payment_method_types: null,
  },
  period_end: 0,
  period_start: 0,
  post_payment_credit_notes_amount: 0,
  pre_payment_credit_notes_amount: 0,
  receipt_number: null,
  rendering: null,
  shipping_cost: null,
  shipping_details: null,
  starting_balance: 0,
  statement_descriptor: null,
  status: 'draft',
  status_transitions: {
    finalized_at: null,
    marked_uncollectible_at: null,
    paid_at: null,
    voided_at: null,
  },
  subtotal: 0,
  subtotal_excluding_tax: 0,
  test_clock: null,
  total: 0,
  total_discount_amounts: [],
  total_excluding_tax: 0,
  total_pretax_credit_amounts: [],
  total_taxes: [],
  webhooks_delivered_at: null,
};

import Stripe from 'stripe';
import type { Period } from './billing-period';
import { newId } from './store';

/** What a line is about. */
export interface Billed {
  subscription: string;
  item: string;
  price: Stripe.Price;
  quantity: number;
  /** What people call it. */
  name: string;
}

/** The share of an amount for what is left of a period, to the minor unit; halves go up. */
export function computeShare(amount: number, at: number, { start, end }: Period): number {
  const [whole, left] = [BigInt(end - start), BigInt(end - at)];
  return Number((2n * BigInt(amount) * left + whole) / (2n * whole));
}

/** Gives back what is left of the period. */
export function creditLine(billed: Billed, at: number, period: Period): Stripe.InvoiceLineItem {
  const amount = -computeShare(fullAmount(billed), at, period);
  const description = `Unused time on ${billed.name} after ${dayOf(at)}`;
  return line(billed, amount, { start: at, end: period.end }, description, true);
}

/** Charges what is left of the period. */
export function chargeLine(billed: Billed, at: number, period: Period): Stripe.InvoiceLineItem {
  const amount = computeShare(fullAmount(billed), at, period);
  const description = `Remaining time on ${billed.name} after ${dayOf(at)}`;
  return line(billed, amount, { start: at, end: period.end }, description, true);
}

/** A whole period. */
export function periodLine(billed: Billed, period: Period): Stripe.InvoiceLineItem {
  const each = `${((billed.price.unit_amount ?? 0) / 100).toFixed(2)} ${billed.price.currency}`;
  const description = `${billed.quantity} × ${billed.name} (at ${each} / ${billed.price.recurring?.interval})`;
  return line(billed, fullAmount(billed), period, description, false);
}

/** A trial costs nothing. */
export function trialLine(billed: Billed, period: Period): Stripe.InvoiceLineItem {
  return line(billed, 0, period, `Trial period for ${billed.name}`, false);
}

function fullAmount({ price, quantity }: Billed): number {
  return (price.unit_amount ?? 0) * quantity;
}

function dayOf(seconds: number): string {
  const day = { day: '2-digit', month: 'short', year: 'numeric', timeZone: 'UTC' } as const;
  return new Date(seconds * 1000).toLocaleDateString('en-GB', day);
}

function line(
  { subscription, item, price, quantity }: Billed,
  amount: number,
  period: Period,
  description: string,
  proration: boolean,
): Stripe.InvoiceLineItem {
  return {
    id: newId('il'),
    object: 'line_item',
    amount,
    currency: price.currency,
    description,
    discount_amounts: [],
    discountable: !proration,
    discounts: [],
    invoice: null,
    livemode: false,
    metadata: {},
    parent: {
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: proration ? newId('ii') : null,
        proration,
        proration_details: { credited_items: null },
        subscription,
        subscription_item: item,
      },
      type: 'subscription_item_details',
    },
    period,
    pretax_credit_amounts: [],
    pricing: {
      price_details: { price: price.id, product: price.product as string },
      type: 'price_details',
      unit_amount_decimal: price.unit_amount_decimal,
    },
    quantity,
    quantity_decimal: Stripe.Decimal.from(quantity),
    subscription,
    subtotal: amount,
    taxes: [],
  };
}

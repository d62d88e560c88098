import type Stripe from 'stripe';
import { invalidRequest } from './stripe-fault';
import type { Store } from './store';

type Fields = Record<string, unknown>;

/** Puts objects in the place of their ids: `latest_invoice`, `data.customer`, `latest_invoice.payments`. */
export function expand(store: Store, answer: object, paths: string[]): object {
  return paths.reduce((object, path) => expandPath(store, object, path.split('.')), answer);
}

function expandPath(store: Store, object: object, [name = '', ...rest]: string[]): object {
  if (Array.isArray(object))
    return object.map((one: object) => expandPath(store, one, [name, ...rest]));
  const value = (object as Fields)[name] ?? included(store, object, name);
  if (value === undefined)
    throw invalidRequest(`This property cannot be expanded (${name}).`, undefined, 'expand');
  const found = typeof value === 'string' ? find(store, value) : value;
  if (found === null || typeof found !== 'object') return object;
  return { ...object, [name]: rest.length > 0 ? expandPath(store, found, rest) : found };
}

/** Ids tell by themselves what they are of: they differ in all tables. */
function find(store: Store, id: string): object | undefined {
  const tables = [
    store.customers,
    store.products,
    store.prices,
    store.paymentMethods,
    store.subscriptions,
    store.invoices,
    store.charges,
  ];
  return tables.map((table) => table.find(id)).find((row) => row !== undefined);
}

/** Fields that are returned only when expanded. */
function included(store: Store, object: object, name: string): object | null | undefined {
  const { id, object: kind } = object as { id?: string; object?: string };
  if (kind === 'invoice' && name === 'payments')
    return listOf(store.invoicePayments.all().filter(({ invoice }) => invoice === id));
  if (kind === 'customer' && name === 'subscriptions')
    return listOf(store.subscriptions.all().filter((row) => isOf(row, id)));
  if (kind === 'charge' && name === 'refunds')
    return listOf(store.refunds.all().filter(({ charge }) => charge === id));
  return name in object ? null : undefined;
}

function isOf({ customer, status }: Stripe.Subscription, id: string | undefined): boolean {
  return customer === id && status !== 'canceled';
}

function listOf(data: object[]): object {
  return { object: 'list', data, has_more: false, url: '' };
}

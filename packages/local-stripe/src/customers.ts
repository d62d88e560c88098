import type Stripe from 'stripe';
import { getCustomer } from './cards';
import { given, mergedMetadata } from './metadata';
import type { Parameters } from './parameters';
import { createdWithin, pageOf, type ApiCall, type Route } from './route';
import { newId } from './store';
import { missing } from './stripe-fault';
import { endSubscription, hasEnded } from './subscription-end';
import type { World } from './world';

export const customerRoutes: Route[] = [
  ['POST', '/v1/customers', createCustomer],
  ['GET', '/v1/customers', listCustomers],
  ['GET', '/v1/customers/:id', ({ world, id }) => world.store.customers.get(id)],
  ['POST', '/v1/customers/:id', updateCustomer],
  ['DELETE', '/v1/customers/:id', deleteCustomer],
  ['GET', '/v1/customers/:id/payment_methods', listPaymentMethods],
  ['GET', '/v1/payment_methods/:id', ({ world, id }) => world.store.paymentMethods.get(id)],
];

function createCustomer({ world, params }: ApiCall): Stripe.Customer {
  const name = params.text('name') ?? null;
  const description = params.text('description') ?? null;
  const email = params.text('email') ?? null;
  return addCustomer(world, { name, description, email, metadata: mergedMetadata(params) });
}

/** Makes a customer: by a call, or at the end of a checkout without one. */
export function addCustomer(world: World, details: Partial<Stripe.Customer>): Stripe.Customer {
  const customer: Stripe.Customer = {
    id: newId('cus'),
    object: 'customer',
    address: null,
    balance: 0,
    created: world.now,
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    email: null,
    invoice_prefix: newId('').slice(1, 9).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode: false,
    metadata: {},
    name: null,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
    ...details,
  };
  world.store.customers.put(customer);
  world.emit('customer.created', customer);
  return customer;
}

function updateCustomer({ world, params, id }: ApiCall): Stripe.Customer {
  const customer = getCustomer(world, id);
  const changes = given({
    name: params.text('name'),
    email: params.text('email'),
    description: params.text('description'),
    metadata: mergedMetadata(params, customer.metadata),
    invoice_settings: readSettings(world, customer, params.child('invoice_settings')),
  });
  world.update(world.store.customers, customer, changes, 'customer.updated');
  return getCustomer(world, id);
}

function readSettings(
  { store }: World,
  { id, invoice_settings }: Stripe.Customer,
  params: Parameters | undefined,
): Stripe.Customer.InvoiceSettings | undefined {
  const method = params?.text('default_payment_method');
  if (method === undefined) return undefined;
  if (method === '') return { ...invoice_settings, default_payment_method: null };
  if (store.paymentMethods.get(method).customer !== id) throw missing('PaymentMethod', method);
  return { ...invoice_settings, default_payment_method: method };
}

function deleteCustomer({ world, id }: ApiCall): Stripe.DeletedCustomer {
  const customer = getCustomer(world, id);
  for (const subscription of world.store.subscriptions.all())
    if (subscription.customer === id && !hasEnded(subscription))
      endSubscription(world, subscription);
  const deleted: Stripe.DeletedCustomer = { id, object: 'customer', deleted: true };
  world.store.customers.put(deleted);
  world.emit('customer.deleted', customer);
  return deleted;
}

function listCustomers(call: ApiCall): object {
  const email = call.params.text('email');
  const isWithin = createdWithin(call);
  const rows = call.world.store.customers
    .all()
    .filter((row) => !row.deleted && isWithin(row) && (email ?? row.email) === row.email);
  return pageOf(call, '/v1/customers', rows);
}

function listPaymentMethods(call: ApiCall): object {
  const { id } = getCustomer(call.world, call.id);
  const type = call.params.text('type') ?? 'card';
  const rows = call.world.store.paymentMethods
    .all()
    .filter((row) => row.customer === id && row.type === type);
  return pageOf(call, `/v1/customers/${id}/payment_methods`, rows);
}

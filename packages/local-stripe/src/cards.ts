import type Stripe from 'stripe';
import { newId } from './store';
import { missing } from './stripe-fault';
import type { World } from './world';

/** One that is charged, and one of which every charge is declined. */
export type Card = 'good' | 'declined';

const LAST_DIGITS: Record<Card, string> = { good: '4242', declined: '0341' };

/** Gives a customer a card, without making it the default. */
export function attachCard(world: World, customer: string, card: Card): Stripe.PaymentMethod {
  const method = cardMethod(world.now, customer, LAST_DIGITS[card]);
  world.store.paymentMethods.put(method);
  world.emit('payment_method.attached', method);
  return method;
}

/** As in the portal: from now on everything is charged to this card. */
export function setCard(world: World, customerId: string, card: Card): Stripe.PaymentMethod {
  const customer = getCustomer(world, customerId);
  const { id } = attachCard(world, customer.id, card);
  const settings = { ...customer.invoice_settings, default_payment_method: id };
  const changes = { invoice_settings: settings };
  world.update(world.store.customers, customer, changes, 'customer.updated');
  for (const subscription of world.store.subscriptions.all())
    if (subscription.customer === customerId && subscription.default_payment_method !== null)
      world.updateSubscription(subscription, { default_payment_method: id });
  return world.store.paymentMethods.get(id);
}

/** What a subscription is charged to. */
export function cardOf(
  { store }: World,
  { default_payment_method: own, customer }: Stripe.Subscription,
): Stripe.PaymentMethod | undefined {
  const row = store.customers.find(customer as string);
  const fallback = row && !row.deleted ? row.invoice_settings.default_payment_method : null;
  return store.paymentMethods.find((own ?? fallback ?? '') as string);
}

export function isDeclined(method: Stripe.PaymentMethod): boolean {
  return method.card?.last4 === LAST_DIGITS.declined;
}

/** @throws 404 resource_missing, of a deleted one too */
export function getCustomer({ store }: World, id: string, param = 'id'): Stripe.Customer {
  const customer = store.customers.find(id);
  if (customer && !customer.deleted) return customer;
  throw missing('customer', id, param);
}

function cardMethod(created: number, customer: string, last4: string): Stripe.PaymentMethod {
  return {
    id: newId('pm'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    card: {
      brand: 'visa',
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
      country: 'US',
      display_brand: 'visa',
      exp_month: 12,
      exp_year: 2040,
      fingerprint: `local${last4}`,
      funding: 'credit',
      generated_from: null,
      last4,
      networks: { available: ['visa'], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created,
    customer,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: 'card',
  };
}

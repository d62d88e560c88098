import type Stripe from 'stripe';
import { attachCard, getCustomer, type Card } from './cards';
import { openSession } from './checkout-shape';
import { addCustomer } from './customers';
import { mergedMetadata } from './metadata';
import type { Parameters } from './parameters';
import { attemptPayment } from './payment';
import { createdWithin, pageOf, type ApiCall, type Route } from './route';
import { assertOneCurrency, readPrices } from './sale';
import type { SubscriptionData } from './store';
import { invalidRequest } from './stripe-fault';
import { startSubscription } from './subscription-life';
import { readTrialSettings } from './subscriptions';
import type { World } from './world';

const DAY_SECONDS = 86_400;
const SHORTEST_SECONDS = 1_800;

export const checkoutRoutes: Route[] = [
  ['POST', '/v1/checkout/sessions', createSession],
  ['GET', '/v1/checkout/sessions', listSessions],
  ['GET', '/v1/checkout/sessions/:id', ({ world, id }) => world.store.sessions.get(id)],
  ['POST', '/v1/checkout/sessions/:id/expire', expireByCall],
];

function createSession({ world, params }: ApiCall): Stripe.Checkout.Session {
  if (params.required('mode') !== 'subscription')
    throw invalidRequest('The local Stripe knows mode=subscription alone.', undefined, 'mode');
  const customer = params.text('customer');
  const data = readSubscriptionData(world, params);
  const { currency } = world.store.prices.get(data.prices[0]?.price ?? '', 'line_items[0][price]');
  if (customer !== undefined) assertOneCurrency(world, customer, currency);
  const session = openSession({
    customer: customer === undefined ? null : getCustomer(world, customer, 'customer').id,
    customer_email: params.text('customer_email') ?? null,
    client_reference_id: params.text('client_reference_id') ?? null,
    metadata: mergedMetadata(params),
    success_url: params.required('success_url'),
    cancel_url: params.text('cancel_url') ?? null,
    payment_method_collection:
      params.oneOf('payment_method_collection', ['always', 'if_required']) ?? 'always',
    created: world.now,
    expires_at: readExpiry(world, params),
    currency,
    amount_total: amountOf(world, data),
    baseUrl: world.url,
  });
  world.store.hide(session.id, { subscriptionData: data });
  return world.store.sessions.put(session);
}

function amountOf({ store }: World, { prices, trialPeriodDays }: SubscriptionData): number {
  if (trialPeriodDays !== null) return 0;
  const amounts = prices.map(
    ({ price, quantity }) => [store.prices.get(price).unit_amount ?? 0, quantity] as const,
  );
  return amounts.reduce((sum, [amount, quantity]) => sum + amount * quantity, 0);
}

function readSubscriptionData(world: World, params: Parameters): SubscriptionData {
  const prices = readPrices(world, params.children('line_items'), 'line_items');
  const data = params.child('subscription_data');
  return {
    prices,
    metadata: data ? mergedMetadata(data) : {},
    trialPeriodDays: data?.wholeNumber('trial_period_days') ?? null,
    trialSettings: readTrialSettings(data?.child('trial_settings')) ?? null,
  };
}

function readExpiry({ now }: World, params: Parameters): number {
  const asked = params.wholeNumber('expires_at') ?? now + DAY_SECONDS;
  if (asked >= now + SHORTEST_SECONDS && asked <= now + DAY_SECONDS) return asked;
  const message = 'The `expires_at` timestamp must be from 30 minutes to 24 hours from now.';
  throw invalidRequest(message, undefined, 'expires_at');
}

function listSessions(call: ApiCall): object {
  const { params, world } = call;
  const [customer, subscription] = [params.text('customer'), params.text('subscription')];
  const status = params.oneOf('status', ['open', 'complete', 'expired']);
  const rows = world.store.sessions
    .all()
    .filter(createdWithin(call))
    .filter((row) => (customer ?? row.customer) === row.customer)
    .filter((row) => (subscription ?? row.subscription) === row.subscription)
    .filter((row) => (status ?? row.status) === row.status);
  return pageOf(call, '/v1/checkout/sessions', rows);
}

function expireByCall({ world, id }: ApiCall): Stripe.Checkout.Session {
  const session = world.store.sessions.get(id);
  if (session.status !== 'open')
    throw invalidRequest(`Only Checkout Sessions with a status in ["open"] can be expired.`);
  return expireSession(world, session);
}

/** It can no longer be paid. */
export function expireSession(
  world: World,
  session: Stripe.Checkout.Session,
): Stripe.Checkout.Session {
  const expired: Stripe.Checkout.Session = { ...session, status: 'expired', url: null };
  world.store.sessions.put(expired);
  world.emit('checkout.session.expired', expired);
  return expired;
}

/**
 * What the customer does on Stripe's page. A declined card leaves an incomplete subscription behind, and the
 * session open for another attempt; `none` is for trials that ask for no card.
 */
export function completeCheckout(
  world: World,
  sessionId: string,
  card: Card | 'none',
): Stripe.Checkout.Session {
  const session = world.store.sessions.get(sessionId);
  if (session.status !== 'open') throw invalidRequest(`The session is ${session.status}.`);
  const { subscriptionData: data } = world.store.hidden(sessionId);
  if (!data) throw invalidRequest('The session has nothing to subscribe to.');
  if (
    card === 'none' &&
    (session.payment_method_collection !== 'if_required' || data.trialPeriodDays === null)
  )
    throw invalidRequest('This session asks for a card.');
  const customer = customerOf(world, session);
  const method = card === 'none' ? null : attachCard(world, customer, card).id;
  const subscription = subscribe(world, session, customer, data, method);
  if (subscription.status === 'incomplete')
    return leaveOpen(world, session, customer, subscription);
  return complete(world, session, subscription);
}

function customerOf(world: World, session: Stripe.Checkout.Session): string {
  const email = session.customer_email ?? 'customer@example.com';
  return (session.customer ?? addCustomer(world, { email }).id) as string;
}

function subscribe(
  world: World,
  { id }: Stripe.Checkout.Session,
  customer: string,
  data: SubscriptionData,
  method: string | null,
): Stripe.Subscription {
  const earlier = world.store.subscriptions.find(
    world.store.hidden(id).attemptedSubscription ?? '',
  );
  if (earlier?.status !== 'incomplete') return startSubscription(world, customer, data, method);
  world.updateSubscription(earlier, { default_payment_method: method });
  attemptPayment(world, world.store.invoices.get(earlier.latest_invoice as string));
  return world.store.subscriptions.get(earlier.id);
}

function leaveOpen(
  { store }: World,
  session: Stripe.Checkout.Session,
  customer: string,
  subscription: Stripe.Subscription,
): Stripe.Checkout.Session {
  store.hide(session.id, { attemptedSubscription: subscription.id });
  return store.sessions.put({ ...session, customer });
}

function complete(
  world: World,
  session: Stripe.Checkout.Session,
  subscription: Stripe.Subscription,
): Stripe.Checkout.Session {
  const { email, name = null } = getCustomer(world, subscription.customer as string);
  const none = { address: null, business_name: null, individual_name: null, phone: null };
  const done: Stripe.Checkout.Session = {
    ...session,
    customer: subscription.customer,
    customer_details: { ...none, email, name, tax_exempt: 'none', tax_ids: [] },
    invoice: subscription.latest_invoice,
    payment_status: subscription.trial_end === null ? 'paid' : 'no_payment_required',
    status: 'complete',
    subscription: subscription.id,
    url: null,
  };
  world.store.sessions.put(done);
  world.emit('checkout.session.completed', done);
  return done;
}

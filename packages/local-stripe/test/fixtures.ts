import Stripe from 'stripe';
import { LocalStripe, type LocalStripeOptions } from '../src/local-stripe';

/** Where the clock of a test starts. */
export const START = new Date('2027-01-31T10:00:00Z');
export const DAY_MS = 86_400_000;
export const API_KEY = 'sk_test_local';
export const WEBHOOK_SECRET = 'whsec_local';

export function startStripe(options: Partial<LocalStripeOptions> = {}): Promise<LocalStripe> {
  const secrets = { apiKey: API_KEY, webhookSecret: WEBHOOK_SECRET };
  return LocalStripe.start({ ...secrets, now: START, ...options });
}

/** Stripe's own client, pointed at it. */
export function clientOf(stripe: LocalStripe, apiKey = API_KEY): Stripe {
  const { hostname, port } = new URL(stripe.url);
  return new Stripe(apiKey, { host: hostname, port, protocol: 'http', maxNetworkRetries: 0 });
}

export async function createPrice(
  client: Stripe,
  amount: number,
  interval: 'day' | 'week' | 'month' | 'year' = 'month',
): Promise<Stripe.Price> {
  const { id } = await client.products.create({ name: `Plan for ${amount}` });
  return client.prices.create({
    product: id,
    currency: 'usd',
    unit_amount: amount,
    recurring: { interval },
  });
}

/** A customer, and a session that waits to be paid. */
export async function openCheckout(
  client: Stripe,
  price: string,
  more: Partial<Stripe.Checkout.SessionCreateParams> = {},
): Promise<Stripe.Checkout.Session> {
  const { id } = await client.customers.create({ email: 'ada@example.com', name: 'Ada' });
  return client.checkout.sessions.create({
    mode: 'subscription',
    customer: id,
    line_items: [{ price, quantity: 1 }],
    success_url: 'http://127.0.0.1/success',
    cancel_url: 'http://127.0.0.1/cancel',
    ...more,
  });
}

/** A subscription that has been paid for, with all that belongs to it. */
export async function subscribe(
  stripe: LocalStripe,
  client: Stripe,
  {
    amount = 1_000,
    interval = 'month' as const,
  }: { amount?: number; interval?: 'month' | 'year' } = {},
  more: Partial<Stripe.Checkout.SessionCreateParams> = {},
) {
  const price = await createPrice(client, amount, interval);
  const session = await openCheckout(client, price.id, more);
  const { subscription: id, customer } = stripe.completeCheckout(session.id, { card: 'good' });
  const subscription = await client.subscriptions.retrieve(id as string);
  return { price, subscription, item: subscription.items.data[0]!, customer: customer as string };
}

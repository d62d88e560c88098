import { DAY_MS, HOUR_MS, type BillingWorld } from './billing';
import type { PaidSubscription } from './paid-subscriptions';

/* Periods that end, with and without a payment. */

/** Until a little after the end of the running period at Stripe, with its invoice and our cron. */
export async function passPeriod(world: BillingWorld, own: PaidSubscription): Promise<void> {
  const now = world.server.clock.at(new Date()).getTime();
  await world.pass(own.periodAtStripe.end.getTime() - now + 1000);
  await world.pass(2 * HOUR_MS);
  await world.renew();
}

/** The card is declined when the next period begins. */
export async function missPayment(world: BillingWorld, own: PaidSubscription): Promise<void> {
  world.stripe.setCard(own.stripeCustomerId, 'declined');
  await passPeriod(world, own);
  expect((await own.read()).status).toBe('past_due');
}

/** A payment is missed, and its seven days of grace pass: the business continues on the free plan. */
export async function outliveGrace(world: BillingWorld, own: PaidSubscription): Promise<void> {
  await missPayment(world, own);
  await world.pass(7 * DAY_MS);
  await world.renew();
  expect(await own.read()).toMatchObject({ status: 'active', plan: { slug: 'free' } });
}

/** What the customer has at Stripe for the next invoices; negative is a credit. */
export function balanceOf({ stripe }: BillingWorld, own: PaidSubscription): number {
  const customer = stripe.state.customers.get(own.stripeCustomerId);
  if (customer.deleted) throw new Error('the customer is there');
  return customer.balance;
}

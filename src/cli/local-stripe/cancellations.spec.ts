import type Stripe from 'stripe';
import { clientOf, startStripe, subscribe } from '../../../test/support/local-stripe-fixtures';
import type { LocalStripe } from './local-stripe';

let stripe: LocalStripe;
let client: Stripe;

beforeEach(async () => {
  stripe = await startStripe({ now: new Date('2027-03-01T00:00:00Z') });
  client = clientOf(stripe);
});
afterEach(() => stripe.close());

const seconds = (text: string) => Date.parse(text) / 1000;

describe('a cancellation', () => {
  it('ends it at once and for good', async () => {
    const { subscription } = await subscribe(stripe, client);
    const canceled = await client.subscriptions.cancel(subscription.id);
    expect(canceled).toMatchObject({
      status: 'canceled',
      ended_at: seconds('2027-03-01T00:00:00Z'),
      cancellation_details: { reason: 'cancellation_requested' },
    });
    await expect(client.subscriptions.cancel(subscription.id)).rejects.toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    });
    const change = client.subscriptions.update(subscription.id, { cancel_at_period_end: true });
    await expect(change).rejects.toMatchObject({ code: 'invalid_canceled_subscription_fields' });
    expect((await client.subscriptions.list()).data).toEqual([]);
    expect((await client.subscriptions.list({ status: 'all' })).data).toHaveLength(1);
  });

  it('gives back what is left, if it is asked to', async () => {
    const { subscription, customer } = await subscribe(stripe, client, { amount: 3_100 });
    stripe.advanceTo(new Date('2027-03-11T00:00:00Z'));
    await client.subscriptions.cancel(subscription.id, { prorate: true, invoice_now: true });
    const read = (await client.customers.retrieve(customer)) as Stripe.Customer;
    expect(read.balance).toBe(-2_100);
  });

  it('leaves the invoice of the last renewal uncollected', async () => {
    const { subscription, customer } = await subscribe(stripe, client);
    stripe.advanceTo(new Date('2027-04-01T00:30:00Z'));
    await client.subscriptions.cancel(subscription.id);
    stripe.advanceTo(new Date('2027-04-09T00:00:00Z'));
    const invoices = await client.invoices.list({ customer });
    expect(invoices.data.map(({ status }) => status)).toEqual(['draft', 'paid']);
  });
});

describe('charges', () => {
  it('are given back in parts, never more than they were', async () => {
    await subscribe(stripe, client);
    const [charge] = stripe.state.charges.all();
    await client.refunds.create({ charge: charge!.id, amount: 300 });
    stripe.refund(charge!.id);
    expect(await client.charges.retrieve(charge!.id, { expand: ['refunds'] })).toMatchObject({
      amount_refunded: 1_000,
      refunded: true,
      refunds: { data: [{ amount: 300 }, { amount: 700 }] },
    });
    await expect(client.refunds.create({ charge: charge!.id })).rejects.toMatchObject({
      code: 'charge_already_refunded',
    });
    const refunded = await client.events.list({ type: 'charge.refunded' });
    expect(refunded.data).toHaveLength(2);
  });

  it('are disputed by banks', async () => {
    await subscribe(stripe, client);
    const [charge] = stripe.state.charges.all();
    const dispute = stripe.dispute(charge!.id);
    expect(await client.disputes.retrieve(dispute.id)).toMatchObject({ charge: charge!.id });
    expect((await client.charges.retrieve(charge!.id)).disputed).toBe(true);
    expect(stripe.events.at(-1)?.type).toBe('charge.dispute.created');
  });
});

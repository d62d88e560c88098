import type Stripe from 'stripe';
import { clientOf, startStripe, subscribe } from '../test/fixtures';
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

describe('a cancellation that waits', () => {
  const END = seconds('2027-04-01T00:00:00Z');
  const LATER = seconds('2027-04-11T00:00:00Z');
  type Asked = Pick<Stripe.SubscriptionUpdateParams, 'cancel_at' | 'cancel_at_period_end'>;
  let id: string;
  const ask = (asked: Asked) => client.subscriptions.update(id, asked);

  beforeEach(async () => {
    id = (await subscribe(stripe, client)).subscription.id;
  });

  it('is asked for in one way a call', async () => {
    const both = ask({ cancel_at_period_end: false, cancel_at: '' });
    await expect(both).rejects.toMatchObject({
      statusCode: 400,
      message: expect.stringContaining('Please pass in only one') as string,
    });
  });

  it('on a date is taken back by its own parameter, and not by the flag', async () => {
    const dated = { cancel_at_period_end: false, cancel_at: LATER };
    expect(await ask({ cancel_at: LATER })).toMatchObject(dated);
    expect(await ask({ cancel_at_period_end: false })).toMatchObject(dated);
    expect(await ask({ cancel_at: '' })).toMatchObject({ cancel_at: null, canceled_at: null });
  });

  it('by the flag is taken back by either', async () => {
    for (const back of [{ cancel_at_period_end: false }, { cancel_at: '' as const }]) {
      const flagged = { cancel_at_period_end: true, cancel_at: END };
      expect(await ask({ cancel_at_period_end: true })).toMatchObject(flagged);
      expect(await ask(back)).toMatchObject({ cancel_at_period_end: false, cancel_at: null });
    }
  });

  it.each(['min_period_end', 'max_period_end'] as const)('by %s has a date', async (name) => {
    expect(await ask({ cancel_at: name })).toMatchObject({
      cancel_at_period_end: false,
      cancel_at: END,
    });
  });

  it.each([END, END - 86_400, LATER])('on the date %d ends it then', async (date) => {
    await ask({ cancel_at: date });
    stripe.advanceTo(new Date('2027-06-01T00:00:00Z'));
    expect(await client.subscriptions.retrieve(id)).toMatchObject({
      status: 'canceled',
      ended_at: date,
    });
  });

  it('is not for a date that has passed', async () => {
    await expect(ask({ cancel_at: END - 40 * 86_400 })).rejects.toMatchObject({
      param: 'cancel_at',
    });
  });

  it('is for its schedule to say, where it has one', async () => {
    stripe.state.subscriptions.put({
      ...stripe.state.subscriptions.get(id),
      schedule: 'sub_sched_1',
    });
    await expect(ask({ cancel_at_period_end: true })).rejects.toMatchObject({
      message: expect.stringContaining('managed by the subscription schedule') as string,
    });
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

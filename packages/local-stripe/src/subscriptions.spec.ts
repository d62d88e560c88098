import type Stripe from 'stripe';
import { clientOf, createPrice, startStripe, subscribe } from '../test/fixtures';
import type { LocalStripe } from './local-stripe';

let stripe: LocalStripe;
let client: Stripe;

beforeEach(async () => {
  stripe = await startStripe({ now: new Date('2027-03-01T00:00:00Z') });
  client = clientOf(stripe);
});
afterEach(() => stripe.close());

const seconds = (text: string) => Date.parse(text) / 1000;
const linesOf = (invoice: Stripe.Invoice) =>
  invoice.lines.data.map(({ amount, parent }) => [
    amount,
    parent?.subscription_item_details?.proration,
  ]);
const latestInvoice = (subscription: Stripe.Subscription) =>
  subscription.latest_invoice as Stripe.Invoice;

describe('an update of the price', () => {
  it('is invoiced at once with always_invoice, to the second', async () => {
    const { subscription, item } = await subscribe(stripe, client, { amount: 3_100 });
    const price = await createPrice(client, 6_200);
    stripe.advanceTo(new Date('2027-03-11T00:00:00Z'));
    const updated = await client.subscriptions.update(subscription.id, {
      items: [{ id: item.id, price: price.id }],
      proration_behavior: 'always_invoice',
      expand: ['latest_invoice'],
    });
    expect(linesOf(latestInvoice(updated))).toEqual([
      [-2_100, true],
      [4_200, true],
    ]);
    expect(updated.latest_invoice).toMatchObject({
      status: 'paid',
      total: 2_100,
      billing_reason: 'subscription_update',
    });
    expect(updated.items.data[0]).toMatchObject({
      price: { id: price.id },
      plan: { id: price.id },
      current_period_end: seconds('2027-04-01T00:00:00Z'),
    });
  });

  it('waits for the next invoice with create_prorations', async () => {
    const { subscription, item, customer } = await subscribe(stripe, client, { amount: 3_100 });
    const price = await createPrice(client, 6_200);
    const update = { items: [{ id: item.id, price: price.id }] };
    const updated = await client.subscriptions.update(subscription.id, {
      ...update,
      proration_date: seconds('2027-03-11T00:00:00Z'),
    });
    expect(updated.latest_invoice).toBe(subscription.latest_invoice);
    stripe.advanceTo(new Date('2027-04-01T01:00:00Z'));
    const [invoice] = (await client.invoices.list({ customer })).data;
    expect(linesOf(invoice!)).toEqual([
      [-2_100, true],
      [4_200, true],
      [6_200, false],
    ]);
    expect(invoice).toMatchObject({ total: 8_300, status: 'paid' });
  });

  it('costs nothing now with none', async () => {
    const { subscription, item, customer } = await subscribe(stripe, client);
    const price = await createPrice(client, 9_900);
    await client.subscriptions.update(subscription.id, {
      items: [{ id: item.id, price: price.id }],
      proration_behavior: 'none',
    });
    expect((await client.invoices.list({ customer })).data).toHaveLength(1);
    stripe.advanceTo(new Date('2027-04-01T01:00:00Z'));
    const [invoice] = (await client.invoices.list({ customer })).data;
    expect(linesOf(invoice!)).toEqual([[9_900, false]]);
  });

  it('restarts the cycle where the interval changes', async () => {
    const { subscription, item } = await subscribe(stripe, client, { amount: 3_100 });
    const yearly = await createPrice(client, 30_000, 'year');
    const at = seconds('2027-03-11T00:00:00Z');
    stripe.advanceTo(new Date(at * 1000));
    const updated = await client.subscriptions.update(subscription.id, {
      items: [{ id: item.id, price: yearly.id }],
      expand: ['latest_invoice'],
    });
    expect(linesOf(latestInvoice(updated))).toEqual([
      [-2_100, true],
      [30_000, false],
    ]);
    expect(updated).toMatchObject({
      billing_cycle_anchor: at,
      items: { data: [{ current_period_start: at, current_period_end: seconds('2028-03-11') }] },
    });
  });

  it('gives nothing back for the old interval with none', async () => {
    const { subscription, item } = await subscribe(stripe, client, { amount: 3_100 });
    const yearly = await createPrice(client, 30_000, 'year');
    const updated = await client.subscriptions.update(subscription.id, {
      items: [{ id: item.id, price: yearly.id }],
      proration_behavior: 'none',
      expand: ['latest_invoice'],
    });
    expect(linesOf(latestInvoice(updated))).toEqual([[30_000, false]]);
  });

  it('to a cheaper one leaves a credit that the next invoice spends', async () => {
    const { subscription, item, customer } = await subscribe(stripe, client, { amount: 6_200 });
    const price = await createPrice(client, 3_100);
    stripe.advanceTo(new Date('2027-03-11T00:00:00Z'));
    const updated = await client.subscriptions.update(subscription.id, {
      items: [{ id: item.id, price: price.id }],
      proration_behavior: 'always_invoice',
      expand: ['latest_invoice'],
    });
    expect(updated.latest_invoice).toMatchObject({ total: -2_100, amount_due: 0, status: 'paid' });
    expect((await client.customers.retrieve(customer)) as Stripe.Customer).toMatchObject({
      balance: -2_100,
    });
    stripe.advanceTo(new Date('2027-04-01T01:00:00Z'));
    const [invoice] = (await client.invoices.list({ customer })).data;
    expect(invoice).toMatchObject({ total: 3_100, amount_paid: 1_000, ending_balance: 0 });
  });

  it('with error_if_incomplete and a declined card is 402, and nothing has happened', async () => {
    const { subscription, item, customer } = await subscribe(stripe, client);
    const price = await createPrice(client, 9_900);
    stripe.setCard(customer, 'declined');
    const before = await client.subscriptions.retrieve(subscription.id);
    const [events, charges] = [stripe.events.length, stripe.state.charges.all().length];
    const update = client.subscriptions.update(subscription.id, {
      items: [{ id: item.id, price: price.id }],
      proration_behavior: 'always_invoice',
      payment_behavior: 'error_if_incomplete',
    });
    await expect(update).rejects.toMatchObject({
      type: 'StripeCardError',
      statusCode: 402,
      code: 'card_declined',
    });
    expect(await client.subscriptions.retrieve(subscription.id)).toEqual(before);
    expect(stripe.events).toHaveLength(events);
    expect(stripe.state.charges.all()).toHaveLength(charges);
  });

  it('with allow_incomplete and a declined card is made, and past due', async () => {
    const { subscription, item, customer } = await subscribe(stripe, client);
    const price = await createPrice(client, 9_900);
    stripe.setCard(customer, 'declined');
    const updated = await client.subscriptions.update(subscription.id, {
      items: [{ id: item.id, price: price.id }],
      proration_behavior: 'always_invoice',
    });
    expect(updated.status).toBe('past_due');
    stripe.setCard(customer, 'good');
    expect(stripe.payOpenInvoice(customer)).toBe(true);
    expect((await client.subscriptions.retrieve(subscription.id)).status).toBe('active');
  });

  it('refuses a moment outside the period', async () => {
    const { subscription, item } = await subscribe(stripe, client);
    const price = await createPrice(client, 9_900);
    const update = client.subscriptions.update(subscription.id, {
      items: [{ id: item.id, price: price.id }],
      proration_date: seconds('2027-02-28T00:00:00Z'),
    });
    await expect(update).rejects.toMatchObject({ param: 'proration_date' });
  });
});

describe('an update of the cycle', () => {
  it('by trial_end moves it without cost, and back by now', async () => {
    const { subscription } = await subscribe(stripe, client);
    const end = seconds('2027-05-20T00:00:00Z');
    const moved = await client.subscriptions.update(subscription.id, {
      trial_end: end,
      proration_behavior: 'none',
    });
    expect(moved).toMatchObject({
      status: 'trialing',
      billing_cycle_anchor: end,
      items: { data: [{ current_period_end: end }] },
    });
    stripe.advanceTo(new Date('2027-04-10T00:00:00Z'));
    const ended = await client.subscriptions.update(subscription.id, { trial_end: 'now' });
    expect(ended).toMatchObject({
      status: 'active',
      items: { data: [{ current_period_end: seconds('2027-05-10T00:00:00Z') }] },
    });
    expect(stripe.state.charges.all().map(({ amount }) => amount)).toEqual([1_000, 1_000]);
  });

  it('by billing_cycle_anchor=now pays a period from now on', async () => {
    const { subscription } = await subscribe(stripe, client, { amount: 3_100 });
    stripe.advanceTo(new Date('2027-03-11T00:00:00Z'));
    const updated = await client.subscriptions.update(subscription.id, {
      billing_cycle_anchor: { type: 'now' },
      expand: ['latest_invoice'],
    });
    expect(linesOf(latestInvoice(updated))).toEqual([
      [-2_100, true],
      [3_100, false],
    ]);
    expect(updated.items.data[0]?.current_period_end).toBe(seconds('2027-04-11T00:00:00Z'));
  });
});

describe('an update of anything else', () => {
  it('merges metadata, and says what was different', async () => {
    const metadata = { kept: '1', gone: '2' };
    const { subscription } = await subscribe(
      stripe,
      client,
      {},
      { subscription_data: { metadata } },
    );
    const change = { gone: '', added: '3' };
    const updated = await client.subscriptions.update(subscription.id, { metadata: change });
    expect(updated.metadata).toEqual({ kept: '1', added: '3' });
    expect(stripe.events.at(-1)?.data.previous_attributes).toEqual({
      metadata: { gone: '2', added: null },
    });
    const events = stripe.events.length;
    await client.subscriptions.update(subscription.id, { metadata: change });
    expect(stripe.events).toHaveLength(events);
  });

  it('takes cancel_at_period_end back, and ends with the period where it is not', async () => {
    const { subscription } = await subscribe(stripe, client);
    const set = (cancel_at_period_end: boolean) =>
      client.subscriptions.update(subscription.id, { cancel_at_period_end });
    expect(await set(true)).toMatchObject({ cancel_at: seconds('2027-04-01T00:00:00Z') });
    expect(await set(false)).toMatchObject({ cancel_at: null, canceled_at: null });
    await set(true);
    stripe.advanceTo(new Date('2027-05-01T00:00:00Z'));
    expect(await client.subscriptions.retrieve(subscription.id)).toMatchObject({
      status: 'canceled',
      ended_at: seconds('2027-04-01T00:00:00Z'),
    });
    expect(stripe.events.at(-1)?.type).toBe('customer.subscription.deleted');
  });

  it('pauses collection: what is due is voided, until it is resumed', async () => {
    const { subscription, customer } = await subscribe(stripe, client);
    const pause = (pause_collection: Stripe.SubscriptionUpdateParams['pause_collection']) =>
      client.subscriptions.update(subscription.id, { pause_collection });
    expect((await pause({ behavior: 'void' })).pause_collection).toEqual({
      behavior: 'void',
      resumes_at: null,
    });
    stripe.advanceTo(new Date('2027-04-02T00:00:00Z'));
    expect((await pause('')).pause_collection).toBeNull();
    stripe.advanceTo(new Date('2027-05-02T00:00:00Z'));
    const invoices = await client.invoices.list({ customer });
    expect(invoices.data.map(({ status }) => status)).toEqual(['paid', 'void', 'paid']);
    expect(stripe.events.map(({ type }) => type)).toContain('invoice.voided');
  });

  it.each(['keep_as_draft', 'mark_uncollectible'] as const)('or by %s', async (behavior) => {
    const { subscription, customer } = await subscribe(stripe, client);
    const pause_collection = { behavior };
    await client.subscriptions.update(subscription.id, { pause_collection });
    stripe.advanceTo(new Date('2027-04-02T00:00:00Z'));
    const [invoice] = (await client.invoices.list({ customer })).data;
    expect(invoice?.status).toBe(behavior === 'keep_as_draft' ? 'draft' : 'uncollectible');
  });

  it('refuses what this server does not know, so that nothing goes unnoticed', async () => {
    const { subscription } = await subscribe(stripe, client);
    const update = client.subscriptions.update(subscription.id, { days_until_due: 3 });
    await expect(update).rejects.toMatchObject({
      statusCode: 400,
      code: 'parameter_unknown',
      param: 'days_until_due',
    });
  });
});

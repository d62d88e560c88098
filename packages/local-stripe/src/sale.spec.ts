import type Stripe from 'stripe';
import { clientOf, createPrice, openCheckout, startStripe, subscribe } from '../test/fixtures';
import type { LocalStripe } from './local-stripe';

// What Stripe refuses to sell, in its words.

let stripe: LocalStripe;
let client: Stripe;

beforeEach(async () => {
  stripe = await startStripe({ now: new Date('2027-03-01T00:00:00Z') });
  client = clientOf(stripe);
});
afterEach(() => stripe.close());

const REFUSALS: [string, () => Promise<Stripe.Price>, RegExp][] = [
  ['an archived price', archivedPrice, /inactive\. This field only accepts active prices/],
  ['a price of an archived product', priceOfArchivedProduct, /its product is not active/],
  ['a price that is due once', priceOnce, /set to `type=one_time` but this field only accepts/],
];

async function archivedPrice(): Promise<Stripe.Price> {
  const { id } = await createPrice(client, 2_000);
  return client.prices.update(id, { active: false });
}

async function priceOfArchivedProduct(): Promise<Stripe.Price> {
  const price = await createPrice(client, 2_000);
  await client.products.update(price.product as string, { active: false });
  return price;
}

async function priceOnce(): Promise<Stripe.Price> {
  const { id: product } = await client.products.create({ name: 'A visit' });
  return client.prices.create({ product, currency: 'usd', unit_amount: 2_000 });
}

async function euroPrice(amount = 2_000): Promise<Stripe.Price> {
  const { id: product } = await client.products.create({ name: 'Plan in euros' });
  const recurring = { interval: 'month' } as const;
  return client.prices.create({ product, currency: 'eur', unit_amount: amount, recurring });
}

const refusal = (message: RegExp) => ({
  statusCode: 400,
  message: expect.stringMatching(message) as string,
});

describe.each(REFUSALS)('%s', (_, make, message) => {
  it('is not sold at a checkout', async () => {
    const { id } = await make();
    await expect(openCheckout(client, id)).rejects.toMatchObject(refusal(message));
  });

  it('begins no subscription, by hand or in a preview', async () => {
    const [{ id: price }, customer] = [await make(), await client.customers.create()];
    const asked = { customer: customer.id, items: [{ price }] };
    await expect(client.subscriptions.create(asked)).rejects.toMatchObject(refusal(message));
    const preview = { customer: customer.id, subscription_details: { items: [{ price }] } };
    await expect(client.invoices.createPreview(preview)).rejects.toMatchObject(refusal(message));
  });

  it('takes no place on a subscription', async () => {
    const { subscription, item } = await subscribe(stripe, client);
    const { id: price } = await make();
    const { id } = subscription;
    for (const items of [[{ id: item.id, price }], [{ price }]])
      await expect(client.subscriptions.update(id, { items })).rejects.toMatchObject(
        refusal(message),
      );
    const added = client.subscriptionItems.create({ subscription: id, price });
    await expect(added).rejects.toMatchObject(refusal(message));
    expect(await client.subscriptions.retrieve(id)).toEqual(subscription);
  });
});

it('a price that is archived under its subscriber stays, renews and takes updates', async () => {
  const { subscription, item, price, customer } = await subscribe(stripe, client);
  await client.prices.update(price.id, { active: false });
  const items = [{ id: item.id, price: price.id, quantity: 2 }];
  const updated = await client.subscriptions.update(subscription.id, {
    items,
    proration_behavior: 'none',
  });
  expect(updated.items.data).toMatchObject([{ price: { id: price.id }, quantity: 2 }]);
  stripe.advanceTo(new Date('2027-04-01T02:00:00Z'));
  const [invoice] = (await client.invoices.list({ customer })).data;
  expect(invoice).toMatchObject({ status: 'paid', total: 2_000 });
});

describe('a customer who pays in one currency', () => {
  const CURRENCIES = /You cannot combine currencies on a single customer.*currency usd/;

  it('buys nothing in another, at a checkout or by hand, until all has ended', async () => {
    const { subscription, customer } = await subscribe(stripe, client);
    const { id: price } = await euroPrice();
    const card = subscription.default_payment_method as string;
    const asked = { customer, items: [{ price }], default_payment_method: card };
    const byHand = () => client.subscriptions.create(asked);
    await expect(openCheckout(client, price, { customer })).rejects.toMatchObject(
      refusal(CURRENCIES),
    );
    await expect(byHand()).rejects.toMatchObject(refusal(CURRENCIES));
    await client.subscriptions.cancel(subscription.id);
    expect(await byHand()).toMatchObject({ status: 'active', currency: 'eur' });
  });

  it('cannot pay on a page that was opened before', async () => {
    const { id: customer } = await client.customers.create();
    const [euros, dollars] = [await euroPrice(), await createPrice(client, 1_000)];
    const page = await openCheckout(client, euros.id, { customer });
    const other = await openCheckout(client, dollars.id, { customer });
    stripe.completeCheckout(other.id, { card: 'good' });
    expect(() => stripe.completeCheckout(page.id, { card: 'good' })).toThrow(CURRENCIES);
  });

  it('keeps its currency when the price changes, or an item is added', async () => {
    const { subscription, item } = await subscribe(stripe, client);
    const { id: price } = await euroPrice();
    const message = /only supports `eur`\. This doesn't match the expected currency: `usd`/;
    for (const items of [[{ id: item.id, price }], [{ price }]])
      await expect(client.subscriptions.update(subscription.id, { items })).rejects.toMatchObject(
        refusal(message),
      );
    const preview = client.invoices.createPreview({
      subscription: subscription.id,
      subscription_details: { items: [{ id: item.id, price }] },
    });
    await expect(preview).rejects.toMatchObject(refusal(message));
  });
});

describe('a second item', () => {
  const lines = ({ lines: { data } }: Stripe.Invoice) => data.map(({ amount }) => amount);

  it('is charged for the rest of the period, renewed with the first, and credited when it goes', async () => {
    const { subscription, customer } = await subscribe(stripe, client, { amount: 3_100 });
    stripe.advanceTo(new Date('2027-03-11T00:00:00Z'));
    const added = await client.subscriptionItems.create({
      subscription: subscription.id,
      price: (await createPrice(client, 6_200)).id,
      proration_behavior: 'always_invoice',
    });
    stripe.advanceTo(new Date('2027-04-01T02:00:00Z'));
    const renewed = await client.subscriptions.retrieve(subscription.id);
    expect(renewed.items.data.map(({ current_period_end: end }) => end)).toEqual(
      [1, 2].map(() => Date.parse('2027-05-01') / 1000),
    );
    await client.subscriptionItems.del(added.id, { proration_behavior: 'always_invoice' });
    const invoices = (await client.invoices.list({ customer })).data.reverse();
    expect(invoices.map(lines)).toEqual([[3_100], [4_200], [3_100, 6_200], [expect.any(Number)]]);
    expect(lines(invoices[3]!)[0]).toBeLessThan(-6_100);
  });

  it('is left alone by a change of the first', async () => {
    const { subscription, item } = await subscribe(stripe, client);
    const [second, other] = [await createPrice(client, 500), await createPrice(client, 2_000)];
    await client.subscriptions.update(subscription.id, { items: [{ price: second.id }] });
    const { items } = await client.subscriptions.update(subscription.id, {
      items: [{ id: item.id, price: other.id }],
    });
    expect(items.data.map(({ price }) => price.id)).toEqual([other.id, second.id]);
  });

  it('cannot have the price of the first, nor can the last one go', async () => {
    const { subscription, item, price } = await subscribe(stripe, client);
    const twice = client.subscriptionItems.create({
      subscription: subscription.id,
      price: price.id,
    });
    await expect(twice).rejects.toMatchObject(refusal(/multiple subscription items with the same/));
    await expect(client.subscriptionItems.del(item.id)).rejects.toMatchObject(
      refusal(/must have at least one/),
    );
  });
});

describe('a subscription made by hand', () => {
  it('bills several items, and is incomplete without a card', async () => {
    const { id: customer } = await client.customers.create();
    const prices = [await createPrice(client, 1_000), await createPrice(client, 500)];
    const items = prices.map(({ id: price }) => ({ price }));
    const made = await client.subscriptions.create({
      customer,
      items,
      expand: ['latest_invoice'],
    });
    expect(made).toMatchObject({ status: 'incomplete', metadata: {} });
    expect(made.latest_invoice).toMatchObject({ total: 1_500, status: 'open' });
  });

  it('needs a customer and an item', async () => {
    const { id: customer } = await client.customers.create();
    for (const asked of [{ items: [] }, { customer }])
      await expect(
        client.subscriptions.create(asked as Stripe.SubscriptionCreateParams),
      ).rejects.toMatchObject({ statusCode: 400, code: 'parameter_missing' });
  });
});

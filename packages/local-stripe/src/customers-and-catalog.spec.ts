import type Stripe from 'stripe';
import { clientOf, createPrice, startStripe, subscribe } from '../test/fixtures';
import type { LocalStripe } from './local-stripe';

let stripe: LocalStripe;
let client: Stripe;

beforeAll(async () => {
  stripe = await startStripe();
  client = clientOf(stripe);
});
afterAll(() => stripe.close());

describe('customers', () => {
  it('are made, read, changed and listed', async () => {
    const made = await client.customers.create({
      email: 'a@b.c',
      metadata: { kept: '1', gone: '2' },
    });
    await client.customers.update(made.id, { name: 'Ada', metadata: { gone: '', added: '3' } });
    const read = (await client.customers.retrieve(made.id)) as Stripe.Customer;
    expect(read).toMatchObject({
      email: 'a@b.c',
      name: 'Ada',
      metadata: { kept: '1', added: '3' },
    });
    expect(read.metadata).not.toHaveProperty('gone');
    const listed = await client.customers.list({ email: 'a@b.c' });
    expect(listed.data.map(({ id }) => id)).toEqual([made.id]);
    const updated = stripe.events.findLast(({ type }) => type === 'customer.updated');
    expect(updated?.data.previous_attributes).toEqual({
      name: null,
      metadata: { gone: '2', added: null },
    });
  });

  it('choose the card that is charged, of their own', async () => {
    const [one, other] = [await client.customers.create(), await client.customers.create()];
    const card = stripe.setCard(one.id, 'good');
    stripe.setCard(one.id, 'declined');
    const invoice_settings = { default_payment_method: card.id };
    await client.customers.update(one.id, { invoice_settings });
    const read = (await client.customers.retrieve(one.id)) as Stripe.Customer;
    expect(read.invoice_settings.default_payment_method).toBe(card.id);
    const listed = await client.customers.listPaymentMethods(one.id, { type: 'card' });
    expect(listed.data.map((method) => method.card?.last4)).toEqual(['0341', '4242']);
    expect((await client.paymentMethods.retrieve(card.id)).card?.brand).toBe('visa');
    await expect(client.customers.update(other.id, { invoice_settings })).rejects.toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    });
  });

  it('are deleted with their subscriptions, and remembered as deleted', async () => {
    const { customer, subscription } = await subscribe(stripe, client);
    expect(await client.customers.del(customer)).toMatchObject({ deleted: true });
    expect(await client.customers.retrieve(customer)).toEqual(
      expect.objectContaining({ id: customer, object: 'customer', deleted: true }),
    );
    expect((await client.subscriptions.retrieve(subscription.id)).status).toBe('canceled');
    await expect(client.customers.update(customer, { name: 'x' })).rejects.toMatchObject({
      statusCode: 404,
    });
    const types = stripe.events.slice(-2).map(({ type }) => type);
    expect(types).toEqual(['customer.subscription.deleted', 'customer.deleted']);
  });
});

describe('products and prices', () => {
  it('products may have an id of the caller, once', async () => {
    const product = await client.products.create({ id: 'prod_pro', name: 'Pro' });
    expect(product.id).toBe('prod_pro');
    await expect(client.products.create({ id: 'prod_pro', name: 'Pro' })).rejects.toMatchObject({
      statusCode: 400,
      code: 'resource_already_exists',
    });
    await client.products.update('prod_pro', { active: false });
    const inactive = await client.products.list({ active: false });
    expect(inactive.data.map(({ id }) => id)).toEqual(['prod_pro']);
  });

  it('prices are found by product, lookup key and whether they are active', async () => {
    const { id: product } = await client.products.create({ name: 'Pro' });
    const price = await client.prices.create({
      product,
      currency: 'EUR',
      unit_amount: 1_999,
      lookup_key: 'pro_v1',
      recurring: { interval: 'month', interval_count: 3 },
    });
    expect(price).toMatchObject({
      currency: 'eur',
      type: 'recurring',
      recurring: { interval_count: 3 },
    });
    expect(String(price.unit_amount_decimal)).toBe('1999');
    const ids = async (params: Stripe.PriceListParams) =>
      (await client.prices.list(params)).data.map(({ id }) => id);
    expect(await ids({ product })).toEqual([price.id]);
    expect(await ids({ lookup_keys: ['pro_v1', 'pro_v2'] })).toEqual([price.id]);
    await client.prices.update(price.id, { active: false });
    expect(await ids({ product, active: true })).toEqual([]);
  });

  it('a price needs an amount, a currency and a product', async () => {
    const create = (params: object) => client.prices.create(params as Stripe.PriceCreateParams);
    await expect(create({ currency: 'usd' })).rejects.toMatchObject({ param: 'unit_amount' });
    await expect(create({ unit_amount: 1 })).rejects.toMatchObject({ param: 'currency' });
    const unknown = create({ unit_amount: 1, currency: 'usd', product: 'prod_none' });
    await expect(unknown).rejects.toMatchObject({ statusCode: 404, param: 'product' });
  });

  it('lists come newest first, a page at a time', async () => {
    const { product } = await createPrice(client, 1);
    const create = (unit_amount: number) =>
      client.prices.create({ product: product as string, currency: 'usd', unit_amount });
    for (const amount of [2, 3, 4, 5]) await create(amount);
    const first = await client.prices.list({ product: product as string, limit: 2 });
    expect(first).toMatchObject({ has_more: true, data: [{ unit_amount: 5 }, { unit_amount: 4 }] });
    const amounts: (number | null)[] = [];
    for await (const price of client.prices.list({ product: product as string, limit: 2 }))
      amounts.push(price.unit_amount);
    expect(amounts).toEqual([5, 4, 3, 2, 1]);
  });
});

import Stripe from 'stripe';
import { API_KEY, clientOf, createPrice, startStripe } from '../test/fixtures';
import type { LocalStripe } from './local-stripe';

let stripe: LocalStripe;
let client: Stripe;

beforeEach(async () => {
  stripe = await startStripe();
  client = clientOf(stripe);
});
afterEach(() => stripe.close());

const customers = () => stripe.state.customers.all();

describe('the door', () => {
  it('opens to the right key alone', async () => {
    const stranger = clientOf(stripe, 'sk_test_other');
    await expect(stranger.customers.list()).rejects.toMatchObject({
      type: 'StripeAuthenticationError',
      statusCode: 401,
    });
  });

  it('knows neither other paths nor other ids', async () => {
    await expect(client.coupons.list()).rejects.toMatchObject({ statusCode: 404 });
    await expect(client.subscriptions.retrieve('sub_none')).rejects.toMatchObject({
      type: 'StripeInvalidRequestError',
      statusCode: 404,
      code: 'resource_missing',
      message: "No such subscription: 'sub_none'",
    });
  });

  it('speaks the version of the installed client, and no other', async () => {
    expect((await client.customers.list()).lastResponse.apiVersion).toBe(Stripe.API_VERSION);
    const old = client.customers.list({}, { apiVersion: '2020-08-27' });
    await expect(old).rejects.toMatchObject({ statusCode: 400 });
  });

  it('gives every call an id, and writes it down', async () => {
    const { lastResponse } = await client.customers.create(
      { metadata: { business: '1' } },
      { idempotencyKey: 'key-1' },
    );
    expect(stripe.requests).toEqual([
      {
        id: lastResponse.requestId,
        method: 'POST',
        path: '/v1/customers',
        params: { 'metadata[business]': '1' },
        idempotencyKey: 'key-1',
      },
    ]);
    expect(stripe.events[0]?.request).toEqual({
      id: lastResponse.requestId,
      idempotency_key: 'key-1',
    });
  });

  it('refuses to expand what is no reference', async () => {
    const { id } = await client.customers.create();
    await expect(client.customers.retrieve(id, { expand: ['nothing'] })).rejects.toMatchObject({
      param: 'expand',
    });
  });

  it('expands in lists too', async () => {
    const { product } = await createPrice(client, 1);
    const [price] = (await client.prices.list({ expand: ['data.product'] })).data;
    expect(price?.product).toMatchObject({ id: product, object: 'product' });
  });
});

describe('an idempotency key', () => {
  const create = (name: string, idempotencyKey: string) =>
    client.customers.create({ name }, { idempotencyKey });

  it('gets the first answer again, and nothing is done twice', async () => {
    const [first, again] = [await create('Ada', 'a'), await create('Ada', 'a')];
    expect(again.id).toBe(first.id);
    expect(again.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect(customers()).toHaveLength(1);
  });

  it('is refused with other parameters', async () => {
    await create('Ada', 'a');
    await expect(create('Grace', 'a')).rejects.toMatchObject({
      type: 'StripeIdempotencyError',
      statusCode: 400,
    });
  });

  it('is free again after a call that was refused', async () => {
    const bad = client.prices.create({ currency: 'usd' }, { idempotencyKey: 'a' });
    await expect(bad).rejects.toMatchObject({ statusCode: 400 });
    expect((await create('Ada', 'a')).name).toBe('Ada');
  });

  it('is in use while its call hangs, and free when the caller has gone', async () => {
    stripe.failNext(1, 'hang');
    const impatient = client.customers.create(
      { name: 'Ada' },
      { idempotencyKey: 'a', timeout: 300 },
    );
    const gaveUp = expect(impatient).rejects.toMatchObject({ type: 'StripeConnectionError' });
    while (stripe.requests.length === 0) await new Promise(setImmediate);
    await expect(create('Ada', 'a')).rejects.toMatchObject({
      statusCode: 409,
      code: 'idempotency_key_in_use',
    });
    await gaveUp;
    expect(customers()).toHaveLength(0);
  });
});

describe('a fault that was ordered', () => {
  it('comes as often as it was, with its status', async () => {
    stripe.failNext(2, { status: 503, code: 'lock_timeout' });
    for (const _ of [1, 2])
      await expect(client.customers.create()).rejects.toMatchObject({
        statusCode: 503,
        code: 'lock_timeout',
      });
    await client.customers.create();
    expect(customers()).toHaveLength(1);
  });

  // Stripe's client sends a call once more by itself where the connection was cut, regardless of `maxNetworkRetries`.
  it('cuts the connection before anything is done', async () => {
    stripe.failNext(2, 'reset');
    await expect(client.customers.create()).rejects.toMatchObject({
      type: 'StripeConnectionError',
    });
    expect(customers()).toHaveLength(0);
  });

  it.each([
    [2, { afterEffect: true }],
    [1, { afterEffect: true, status: 500 }],
  ] as const)(
    'loses the answer alone (%i × %j): the same key finds what was done',
    async (times, fault) => {
      stripe.failNext(times, fault);
      const create = () => client.customers.create({ name: 'Ada' }, { idempotencyKey: 'a' });
      await expect(create()).rejects.toBeInstanceOf(Stripe.errors.StripeError);
      expect(customers()).toHaveLength(1);
      expect((await create()).id).toBe(customers()[0]?.id);
      expect(customers()).toHaveLength(1);
    },
  );

  it('may be for some calls alone', async () => {
    stripe.failNext(1, { status: 500 }, ({ path }) => path === '/v1/products');
    await client.customers.create();
    await expect(client.products.create({ name: 'Pro' })).rejects.toMatchObject({
      statusCode: 500,
    });
    stripe.failNext(1, 'hang');
    stripe.stopFailing();
    await client.customers.create();
  });

  it('is overcome by a client that tries again', async () => {
    const { hostname, port } = new URL(stripe.url);
    const patient = new Stripe(API_KEY, {
      host: hostname,
      port,
      protocol: 'http',
      maxNetworkRetries: 2,
    });
    stripe.failNext(2, { afterEffect: true });
    await patient.customers.create({ name: 'Ada' });
    expect(customers()).toHaveLength(1);
    expect(stripe.requests).toHaveLength(3);
  });
});

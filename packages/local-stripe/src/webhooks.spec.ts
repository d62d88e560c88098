import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import {
  clientOf,
  createPrice,
  openCheckout,
  startStripe,
  subscribe,
  WEBHOOK_SECRET,
} from '../test/fixtures';
import type { LocalStripe } from './local-stripe';

interface Received {
  body: string;
  header: string;
}

let stripe: LocalStripe;
let client: Stripe;
let receiver: Server;
let url: string;
let received: Received[];
/** The next answers; 200 when there is none. */
let statuses: number[];

beforeEach(async () => {
  [received, statuses] = [[], []];
  stripe = await startStripe({ retryDeliveryAfterMs: [1, 1] });
  client = clientOf(stripe);
  receiver = createServer((request, response) => {
    const header = request.headers['stripe-signature'] as string;
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      received.push({ body, header });
      response.writeHead(statuses.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/webhooks`;
});
afterEach(async () => {
  await stripe.close();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

const check = ({ body, header }: Received) =>
  Stripe.webhooks.constructEvent(body, header, WEBHOOK_SECRET);
const idsReceived = () => received.map((one) => check(one).id);
const idsMade = () => stripe.events.map(({ id }) => id);

describe('deliveries', () => {
  it('arrive in order, signed as Stripe signs', async () => {
    stripe.deliverTo(url);
    await subscribe(stripe, client);
    await stripe.settled();
    expect(idsReceived()).toEqual(idsMade());
    const [{ body, header }] = received as [Received];
    const wrong = () => Stripe.webhooks.constructEvent(body, header, 'whsec_other');
    expect(wrong).toThrow(Stripe.errors.StripeSignatureVerificationError);
    const changed = () => check({ body: body.replace('product', 'produkt'), header });
    expect(changed).toThrow(Stripe.errors.StripeSignatureVerificationError);
  });

  it('come at once where that is asked for: none waits for the answer to another', async () => {
    const session = await openCheckout(client, (await createPrice(client, 3000)).id);
    const before = idsMade().length;
    stripe.deliverTo(url, 'at_once');
    statuses = [500];
    stripe.completeCheckout(session.id, { card: 'good' });
    await stripe.settled();
    const [first, second] = idsReceived();
    expect(second).not.toBe(first); // which is tried again a millisecond later
    expect(idsReceived().filter((id) => id === first)).toHaveLength(2);
    expect(new Set(idsReceived())).toEqual(new Set(idsMade().slice(before)));
  });

  it('are of the types that the endpoint asked for', async () => {
    await stripe.close();
    stripe = await startStripe({ enabledEvents: ['invoice.paid', 'customer.deleted'] });
    stripe.deliverTo(url);
    await subscribe(stripe, clientOf(stripe));
    await stripe.settled();
    expect(received.map((one) => check(one).type)).toEqual(['invoice.paid']);
  });

  it('hold the object as it was, not as it is', async () => {
    stripe.deliverTo(url);
    const { subscription } = await subscribe(stripe, client);
    await client.subscriptions.cancel(subscription.id);
    await stripe.settled();
    const created = received
      .map(check)
      .find(({ type }) => type === 'customer.subscription.created');
    expect(created?.data.object).toMatchObject({ id: subscription.id, status: 'incomplete' });
    expect(created).toMatchObject({ object: 'event', api_version: Stripe.API_VERSION });
  });

  it('are tried again until they are taken, and given up in the end', async () => {
    stripe.deliverTo(url);
    statuses = [500, 404, 200, 500, 500, 500];
    await client.customers.create();
    await client.customers.create();
    await stripe.settled();
    const [first, second] = idsMade();
    expect(idsReceived()).toEqual([first, first, first, second, second, second]);
    expect(stripe.webhooks.undelivered.map(({ event }) => event.id)).toEqual([second]);
  });

  it('come twice, or not at all', async () => {
    stripe.deliverTo(url, 'duplicated');
    await client.customers.create();
    await stripe.settled();
    stripe.webhooks.mode = 'dropped';
    await client.customers.create();
    await stripe.settled();
    const [first] = idsMade();
    expect(idsReceived()).toEqual([first, first]);
  });

  it('are shuffled by a seed, the same way for the same seed', async () => {
    const orders: number[][] = [];
    for (const seed of [7, 7, 8]) {
      received = [];
      const before = stripe.events.length;
      stripe.webhooks.mode = 'dropped';
      const { subscription } = await subscribe(stripe, client);
      stripe.deliverTo(url, { shuffled: seed });
      const made = stripe.events.length;
      stripe.advanceBy(200 * 86_400_000);
      await stripe.settled();
      const ids = idsMade().slice(made);
      orders.push(idsReceived().map((id) => ids.indexOf(id)));
      expect(orders.at(-1)?.toSorted((one, other) => one - other)).toEqual(ids.map((_, n) => n));
      expect(before).toBeLessThan(made);
      await client.subscriptions.cancel(subscription.id);
      await stripe.settled();
    }
    expect(orders[0]).toEqual(orders[1]);
    expect(orders[0]).not.toEqual(orders[2]);
  });

  it('are held for the test, which sends them as it likes', async () => {
    stripe.deliverTo(url, 'held');
    await client.customers.create({ name: 'Ada' });
    await client.products.create({ name: 'Pro' });
    await stripe.settled();
    expect(received).toEqual([]);
    const held = stripe.takeHeld();
    expect(held.map(({ event }) => event.type)).toEqual(['customer.created', 'product.created']);
    expect(held.map((delivery) => check(delivery).id)).toEqual(idsMade());
    expect(stripe.takeHeld()).toEqual([]);
  });

  it('bear the time of the local clock where that is asked for', async () => {
    const local = await startStripe({ signedBy: 'local', now: new Date('2020-01-01T00:00:00Z') });
    local.webhooks.mode = 'held';
    await clientOf(local).customers.create();
    const [delivery] = local.takeHeld();
    expect(delivery?.header).toContain(`t=${Date.UTC(2020, 0, 1) / 1000},`);
    expect(() => check(delivery!)).toThrow('tolerance');
    await local.close();
  });
});

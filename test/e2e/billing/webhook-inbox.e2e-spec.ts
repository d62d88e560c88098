import type { InboxEventResponse } from '../../../src/modules/billing/dto/inbox';
import { MAXIMUM_TRIES } from '../../../src/modules/billing/records/inbox-event';
import { BillingWorld } from '../../support/billing';
import type { Customer } from '../../support/customers';
import { dumpDatabase, dumpHolds } from '../../support/database-dump';
import { createPrice } from '../../../packages/local-stripe/test/fixtures';
import { expectProblem } from '../../support/problems';
import { OwnSubscription } from '../../support/life-cycle';
import { addStaff, type StaffMember } from '../../support/staff';
import { until } from '../../support/until';
import {
  clientAt,
  deliver,
  deliverAll,
  eventOf,
  holdEvents,
  makeJobsDue,
  readInbox,
  sign,
  subscriptionAt,
  type StoredEvent,
} from '../../support/webhooks';

// What becomes of an event that is stored: its effect, once; or why it has none.

let world: BillingWorld;
let staff: StaffMember;
let customer: Customer;
let own: OwnSubscription;

beforeAll(async () => {
  world = await BillingWorld.start();
  staff = await addStaff(world.server);
});

afterAll(() => world.stop());

beforeEach(async () => {
  world.stripe.takeHeld();
  world.stripe.deliverTo(`${world.server.url}/v1/webhooks/stripe`, 'in_order');
  customer = await world.subscribe();
  own = new OwnSubscription(world.server, customer);
  holdEvents(world);
});

afterEach(() => world.stripe.stopFailing());

/** At Stripe, past us: the subscription will end with its period. */
async function cancelAtStripe(): Promise<void> {
  const { id } = await subscriptionAt(world, customer);
  await clientAt(world).subscriptions.update(id, { cancel_at_period_end: true });
}

async function list(query = ''): Promise<{ data: InboxEventResponse[]; next: string | null }> {
  const answer = await world.server.get(`/v1/staff/webhook-inbox${query}`, staff.token);
  expect(answer.status).toBe(200);
  const page = answer.body as { data: InboxEventResponse[]; nextCursor: string | null };
  return { data: page.data, next: page.nextCursor };
}

const retry = (id: string) => world.server.post(`/v1/staff/webhook-inbox/${id}/retry`, staff.token);

async function read(id: string): Promise<StoredEvent> {
  return (await readInbox(world.server.database, [id]))[0]!;
}

/** Lets the queue try until the event has been tried so often, so that it fails once for each. */
async function untilTried(id: string, tries: number): Promise<void> {
  await until(`${id} was tried ${tries} times`, async () => {
    await makeJobsDue(world.server.database);
    return (await read(id)).tries >= tries;
  });
}

describe('an event', () => {
  it('has one effect, though it comes 21 times, 20 of them at once', async () => {
    const before = (await own.history()).length;
    await cancelAtStripe();
    const [delivery, ...others] = world.stripe.takeHeld();
    expect(others).toEqual([]);
    await deliverAll(world.server, [delivery!]);
    await Promise.all(Array.from({ length: 20 }, () => deliver(world.server, delivery!)));
    await world.settle();

    expect(await own.read()).toMatchObject({ status: 'active', cancelAtPeriodEnd: true });
    expect((await own.history()).length).toBe(before + 1);
    expect(await read(delivery!.event.id)).toMatchObject({ deliveries: 21, outcome: 'applied' });
  });

  it('of an unknown customer is ignored', async () => {
    const event = eventOf('cus_of_another_account');
    await deliverAll(world.server, [sign(world.server, event)]);
    await world.settle();
    expect(await read(String(event.id))).toMatchObject({ outcome: 'ignored', tries: 0 });
  });

  it('that claims our business changes nothing: the customer says whose it is', async () => {
    const before = [await own.read(), await own.history()];
    const client = clientAt(world);
    const { id } = await client.customers.create({
      metadata: { business_id: customer.business.id },
    });
    const { object } = await foreignSubscription(id);
    const metadata = { business_id: customer.business.id };
    const types = [
      'customer.subscription.created',
      'customer.subscription.deleted',
      'invoice.paid',
    ];
    for (const type of types) {
      const data = { object: { ...object, metadata, client_reference_id: customer.business.id } };
      await deliverAll(world.server, [sign(world.server, eventOf(id, { type, data }))]);
    }
    await world.settle();
    expect([await own.read(), await own.history()]).toEqual(before);
  });

  it('of another customer reads that one alone', async () => {
    world.stripe.deliverTo(`${world.server.url}/v1/webhooks/stripe`, 'in_order');
    const other = await world.subscribe();
    holdEvents(world);
    const before = [await own.read(), await own.history()];
    const asked = world.stripe.requests.length;
    const { id } = await subscriptionAt(world, customer);
    // It names our subscription, and another customer: what Stripe says of that customer counts.
    const data = {
      object: { id, customer: await world.stripeCustomer(other), status: 'canceled' },
    };
    const type = 'customer.subscription.deleted';
    await deliverAll(world.server, [sign(world.server, eventOf('', { type, data }))]);
    await world.settle();
    const mine = await world.stripeCustomer(customer);
    const reads = world.stripe.requests.slice(asked);
    expect(
      reads.filter(({ path, params }) => path.includes(mine) || params.customer === mine),
    ).toEqual([]);
    expect([await own.read(), await own.history()]).toEqual(before);
  });

  it('leaves nothing of names, cards and addresses behind', async () => {
    const id = await world.stripeCustomer(customer);
    const secrets = [
      'Zaphod Beeblebrox',
      'zaphod@heartofgold.example',
      '4000056655665556',
      'Sirius 42',
    ];
    const [name, email, last4, line1] = secrets;
    const person = { name, email, address: { line1 }, card: { last4 } };
    for (const kind of ['customer', 'subscription', 'invoice', 'charge', 'checkout.session']) {
      const object = {
        id: kind === 'customer' ? id : 'x_1',
        object: kind,
        customer: { id, ...person },
      };
      const type = kind === 'customer' ? 'customer.deleted' : 'invoice.paid';
      const data = { object: { ...object, ...person, billing_details: person } };
      await deliverAll(world.server, [sign(world.server, eventOf(id, { type, data }))]);
    }
    await world.settle();
    const dump = await dumpDatabase(world.server.database);
    expect(secrets.filter((secret) => dumpHolds(dump, secret))).toEqual([]);
  });
});

/** Paid for by a customer that was not created here, at a price of no plan. */
async function foreignSubscription(customerId: string): Promise<{ object: object }> {
  const client = clientAt(world);
  const price = await createPrice(client, 900);
  const { id } = await client.checkout.sessions.create({
    mode: 'subscription',
    customer: customerId,
    line_items: [{ price: price.id, quantity: 1 }],
    success_url: 'http://127.0.0.1/',
  });
  const { subscription } = world.stripe.completeCheckout(id, { card: 'good' });
  return { object: world.stripe.state.subscriptions.get(subscription as string) };
}

describe('an event whose effect fails', () => {
  it('stays unhandled with the reason while Stripe is away, and has its effect when it is back', async () => {
    await cancelAtStripe();
    const [delivery] = world.stripe.takeHeld();
    world.stripe.failNext(1_000, { status: 500 });
    await deliverAll(world.server, [delivery!]);
    await untilTried(delivery!.event.id, 1);
    const { data } = await list('?state=waiting');
    expect(data).toMatchObject([
      {
        id: delivery!.event.id,
        handledAt: null,
        lastError: expect.stringMatching(/is unavailable/) as string,
      },
    ]);
    expect((await own.read()).cancelAtPeriodEnd).toBe(false);

    world.stripe.stopFailing();
    await makeJobsDue(world.server.database);
    await world.settle();
    expect((await own.read()).cancelAtPeriodEnd).toBe(true);
    expect(await read(delivery!.event.id)).toMatchObject({ outcome: 'applied', lastError: null });
  });

  it('at a price of no plan has failed after its tries; staff retry it when the price is known', async () => {
    const price = await createPrice(clientAt(world), 4_200);
    const { id, items } = await subscriptionAt(world, customer);
    await clientAt(world).subscriptions.update(id, {
      items: [{ id: items.data[0]!.id, price: price.id }],
      proration_behavior: 'none',
    });
    const delivery = world.stripe.takeHeld().find(({ event }) => event.type.endsWith('updated'))!;
    const { id: eventId } = delivery.event;
    await deliverAll(world.server, [delivery]);
    await untilTried(eventId, MAXIMUM_TRIES);
    const { data } = await list('?state=failed');
    expect(data).toMatchObject([
      { id: eventId, state: 'failed', tries: MAXIMUM_TRIES, handledAt: null },
    ]);
    expect(data[0]!.lastError).toContain(price.id);
    expect(await own.read()).toMatchObject({ status: 'active', plan: { slug: 'pro' } });
    await expectMetrics({ waiting: 0, failed: 1 });

    await world.server.database.query(
      `INSERT INTO stripe_prices (id, plan_id, plan_version, created_at)
       SELECT $1, id, version, now() FROM plans WHERE slug = 'pro'`,
      [price.id],
    );
    const retried = await retry(eventId);
    expect([retried.status, retried.body]).toMatchObject([
      200,
      { id: eventId, state: 'waiting', tries: 0 },
    ]);
    await world.settle();
    expect(await read(eventId)).toMatchObject({ outcome: 'applied' });
    await expectMetrics({ waiting: 0, failed: 0 });
    expectProblem(await retry(eventId), 409, 'webhook_event_handled');
  });

  it('is seen by staff too where Stripe has to be asked whose charge was disputed', async () => {
    const customerId = await world.stripeCustomer(customer);
    const charge = world.stripe.state.charges.all().find((row) => row.customer === customerId)!;
    world.stripe.dispute(charge.id);
    const [delivery] = world.stripe.takeHeld();
    world.stripe.failNext(1_000, { status: 500 }, ({ path }) => path.includes('/charges/'));
    await deliverAll(world.server, [delivery!]);
    await untilTried(delivery!.event.id, 1);
    expect((await read(delivery!.event.id)).lastError).toMatch(/is unavailable/);

    world.stripe.stopFailing();
    await makeJobsDue(world.server.database);
    await world.settle();
    expect(await read(delivery!.event.id)).toMatchObject({ customerId, outcome: 'applied' });
  });
});

async function expectMetrics({
  waiting,
  failed,
}: {
  waiting: number;
  failed: number;
}): Promise<void> {
  const lines = [
    `webhook_inbox_events{state="waiting"} ${waiting}`,
    `webhook_inbox_events{state="failed"} ${failed}`,
  ];
  await until(`the metrics say ${lines.join(', ')}`, async () => {
    const { text } = await world.server.get('/metrics');
    return lines.every((line) => text.includes(line));
  });
}

describe('GET /v1/staff/webhook-inbox', () => {
  it('has all events page by page, the newest first', async () => {
    const ids: string[] = [];
    let query = '?limit=2';
    for (let isMore = true; isMore;) {
      const { data, next } = await list(query);
      ids.push(...data.map(({ id }) => id));
      query = `?limit=2&cursor=${next}`;
      isMore = next !== null;
    }
    const stored = (await readInbox(world.server.database)).map(({ id }) => id);
    expect(ids).toEqual(stored.reverse());
    expect(ids.length).toBeGreaterThan(2);
  });

  it('has those of one state', async () => {
    for (const state of ['applied', 'ignored'] as const) {
      const { data } = await list(`?state=${state}&limit=100`);
      expect(data.length).toBeGreaterThan(0);
      expect(new Set(data.map((event) => event.state))).toEqual(new Set([state]));
    }
    const answer = await world.server.get('/v1/staff/webhook-inbox?state=lost', staff.token);
    expectProblem(answer, 422, 'validation_failed');
  });

  it('is for staff alone', async () => {
    for (const token of [undefined, customer.token, customer.key]) {
      const answer = await world.server.get('/v1/staff/webhook-inbox', token);
      expect([401, 403]).toContain(answer.status);
      const retried = await world.server.post('/v1/staff/webhook-inbox/evt_1/retry', token);
      expect([401, 403]).toContain(retried.status);
    }
  });

  it('cannot retry what never came', async () => {
    expectProblem(await retry('evt_never_came'), 404, 'webhook_event_not_found');
    expectProblem(await retry('%00'), 404, 'webhook_event_not_found');
  });
});

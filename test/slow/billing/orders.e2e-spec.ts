import type Stripe from 'stripe';
import type { Delivery } from '@tenantry/local-stripe';
import { RequestContext } from '../../../src/common/request-context';
import { SyncService, type CustomerSnapshot } from '../../../src/modules/billing/sync/sync.service';
import { Database } from '../../../src/platform/database/database';
import { BillingWorld, DAY_MS, HOUR_MS } from '../../support/billing';
import { signUp, type Customer } from '../../support/customers';
import { readClosedPeriods } from '../../support/subscriptions';
import { clientAt, deliverAll, holdEvents, subscriptionAt } from '../../support/webhooks';

// Events in any order lead to the same state: an event only triggers a reconciliation with Stripe.

let world: BillingWorld;
let customer: Customer;

beforeAll(async () => {
  world = await BillingWorld.start({ sessionIdleHours: 100_000, sessionAbsoluteDays: 3650 });
});

afterAll(() => world.stop());

beforeEach(async () => {
  holdEvents(world);
  world.stripe.takeHeld();
  customer = await signUp(world.server);
});

function permutationsOf<T>(list: readonly T[]): T[][] {
  if (list.length === 0) return [[]];
  return list.flatMap((first, index) =>
    permutationsOf([...list.slice(0, index), ...list.slice(index + 1)]).map((rest) => [
      first,
      ...rest,
    ]),
  );
}

/** Those that have happened since the last time, of these types: the last of each. */
function take(types: readonly string[]): Delivery[] {
  const held = world.stripe.takeHeld();
  return types.map((type) => {
    const found = held.filter(({ event }) => event.type === type).at(-1);
    if (!found) throw new Error(`nothing held is ${type}: ${held.map(typeOf).join(', ')}`);
    return found;
  });
}

function typeOf({ event }: { event: Stripe.Event }): string {
  return event.type;
}

/** Sends them in an order; after some of them all effects are waited for, so that the rest comes late. */
async function send(deliveries: Delivery[], pauses: number): Promise<void> {
  for (const [index, delivery] of deliveries.entries()) {
    await deliverAll(world.server, [delivery]);
    if ((pauses >> index) % 2 === 1) await world.settle();
  }
  await world.settle();
}

async function checkOut(): Promise<void> {
  const opened = await world.openCheckout(customer);
  world.stripe.completeCheckout((opened.body as { id: string }).id, { card: 'good' });
}

interface State {
  status: string;
  plan: string | null;
  cancelAtPeriodEnd: boolean;
  isAtStripe: boolean;
  closed: number;
}

async function read(): Promise<State> {
  const { status, plan, cancelAtPeriodEnd } = await world.subscription(customer);
  const [row] = await world.server.database.query<{ id: string | null; current: number }>(
    `SELECT max(stripe_subscription_id) FILTER (WHERE is_current) AS id, (count(*) FILTER (WHERE is_current))::integer AS current
     FROM subscriptions WHERE business_id = $1`,
    [customer.business.id],
  );
  expect(row!.current).toBe(1);
  const isAtStripe = row!.id === (await subscriptionAt(world, customer)).id;
  const { length: closed } = await readClosedPeriods(world.server.database, customer.business.id);
  return { status, plan: plan.slug, cancelAtPeriodEnd, isAtStripe, closed };
}

const FIRST = [
  'checkout.session.completed',
  'customer.subscription.created',
  'invoice.paid',
  'customer.subscription.updated',
] as const;

describe('the four events of a checkout', () => {
  const orders = permutationsOf(FIRST).map((order, index) => ({ index, order: order.join(', ') }));

  it('have 24 orders', () => expect(orders).toHaveLength(24));

  it.each(orders)('$index: $order', async ({ index, order }) => {
    await checkOut();
    await send(take(order.split(', ')), index % 8);
    expect(await read()).toEqual({
      ...{ status: 'active', plan: 'pro', cancelAtPeriodEnd: false, isAtStripe: true },
      closed: 1, // what ran of the free plan
    });
  });
});

const RECOVERY = [
  'invoice.payment_failed',
  'customer.subscription.updated', // past_due
  'invoice.paid',
  'customer.subscription.updated', // active
] as const;

describe('the four events of a payment that failed and was made', () => {
  const orders = permutationsOf([0, 1, 2, 3]).map((order) => ({ order }));

  it.each(orders)('$order', async ({ order }) => {
    await checkOut();
    await deliverAll(world.server, world.stripe.takeHeld());
    await world.settle();
    const customerId = await world.stripeCustomer(customer);
    world.stripe.setCard(customerId, 'declined');
    const { items } = await subscriptionAt(world, customer);
    const periodEndMs = items.data[0]!.current_period_end * 1000;
    await world.pass(periodEndMs - world.stripe.clock.now.getTime() + 90 * 60_000);
    const failed = take(RECOVERY.slice(0, 2));
    world.stripe.setCard(customerId, 'good');
    world.stripe.payOpenInvoice(customerId);
    const paid = take(RECOVERY.slice(2));
    const events = [...failed, ...paid];
    await send(
      order.map((index) => events[index]!),
      order[0]! + 2 * order[1]!,
    );
    expect(await read()).toEqual({
      ...{ status: 'active', plan: 'pro', cancelAtPeriodEnd: false, isAtStripe: true },
      closed: 2,
    });
  });
});

describe('the events of an end', () => {
  const ends = [
    'charge.refunded',
    'charge.dispute.created',
    'customer.subscription.deleted',
    'customer.deleted',
  ] as const;
  const orders = permutationsOf(ends).map((order, index) => ({ index, order: order.join(', ') }));

  it.each(orders)('$index: $order', async ({ index, order }) => {
    await checkOut();
    await deliverAll(world.server, world.stripe.takeHeld());
    await world.settle();
    await world.pass(3 * DAY_MS + HOUR_MS);
    const customerId = await world.stripeCustomer(customer);
    const charge = world.stripe.state.charges.all().find((row) => row.customer === customerId)!;
    world.stripe.refund(charge.id, 100);
    world.stripe.dispute(charge.id);
    await clientAt(world).customers.del(customerId); // its subscription goes with it
    await send(take(order.split(', ')), index % 8);
    expect(await read()).toMatchObject({ status: 'canceled', plan: 'pro', closed: 2 });
    const [account] = await world.server.database.query<{ deleted: boolean }>(
      'SELECT deleted_at IS NOT NULL AS deleted FROM billing_accounts WHERE business_id = $1',
      [customer.business.id],
    );
    expect(account!.deleted).toBe(true);
  });
});

describe('the events of a pause', () => {
  it.each(permutationsOf([0, 1, 2]).map((order) => ({ order })))('$order', async ({ order }) => {
    await checkOut();
    await deliverAll(world.server, world.stripe.takeHeld());
    await world.settle();
    const { id } = await subscriptionAt(world, customer);
    const client = clientAt(world);
    await client.subscriptions.update(id, { pause_collection: { behavior: 'void' } });
    await client.subscriptions.update(id, { pause_collection: '' });
    await client.subscriptions.update(id, { cancel_at_period_end: true });
    const events = world.stripe.takeHeld();
    await send(
      order.map((index) => events[index]!),
      order[0]!,
    );
    expect(await read()).toMatchObject({
      ...{ status: 'active', plan: 'pro', cancelAtPeriodEnd: true, isAtStripe: true },
    });
  });
});

it('an answer of Stripe’s that came late does not take back what a newer one has brought', async () => {
  await checkOut();
  await deliverAll(world.server, world.stripe.takeHeld());
  await world.settle();
  const job = RequestContext.job('test.look');
  const sync = world.server.app.get(SyncService);
  const apply = (seen: CustomerSnapshot) =>
    world.server.app
      .get(Database)
      .platform(job, 'as a job does', (tx) =>
        sync.apply(tx.with({ businessId: seen.round.businessId }), seen),
      );
  const customerId = await world.stripeCustomer(customer);
  const late = await sync.fetch(job, customerId);
  const { id } = await subscriptionAt(world, customer);
  await clientAt(world).subscriptions.update(id, { cancel_at_period_end: true });
  const newer = await sync.fetch(job, customerId);
  await apply(newer!);
  await apply(late!);
  expect(await read()).toMatchObject({ status: 'active', cancelAtPeriodEnd: true });
});

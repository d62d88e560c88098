import { RequestContext } from '../../../src/common/request-context';
import { VerificationService } from '../../../src/modules/billing/sync/verification.service';
import { BillingWorld } from '../../support/billing';
import type { Customer } from '../../support/customers';
import { createPrice } from '../../../packages/local-stripe/test/fixtures';
import { until } from '../../support/until';
import { clientAt, subscriptionAt, WEBHOOK_PATH } from '../../support/webhooks';

// Every night all subscriptions at Stripe are compared with the local ones, independently of events.

const JOB = RequestContext.job('test.verify');

let world: BillingWorld;
let customer: Customer;
let verification: VerificationService;

beforeAll(async () => {
  world = await BillingWorld.start();
  verification = world.server.app.get(VerificationService);
});

afterAll(() => world.stop());

beforeEach(async () => {
  customer = await world.subscribe();
});

afterEach(async () => {
  world.stripe.deliverTo(world.server.url + WEBHOOK_PATH, 'in_order');
  await clientAt(world).customers.del(await world.stripeCustomer(customer));
  await world.settle();
});

async function change(sql: string): Promise<void> {
  const { id } = customer.business;
  await world.server.database.query(
    `UPDATE subscriptions SET ${sql} WHERE business_id = $1 AND is_current`,
    [id],
  );
}

async function counted(): Promise<number> {
  const [row] = await world.server.database.query<{ differences: number }>(
    'SELECT differences FROM billing_verifications ORDER BY id DESC LIMIT 1',
  );
  return row!.differences;
}

const local = () => expect.objectContaining({ businessId: customer.business.id }) as object;

describe('VerificationService.verify', () => {
  it('finds nothing where all is as it is at Stripe', async () => {
    const { compared, differences } = await verification.verify(JOB);
    expect([compared > 0, differences, await counted()]).toEqual([true, [], 0]);
  });

  it.each([
    [
      `status = 'past_due', past_due_since = now(), runs_until = now() + interval '9 years'`,
      /status: past_due → active/,
    ],
    [`plan_id = (SELECT id FROM plans WHERE slug = 'pro-yearly')`, /planId: \S+ → \S+/],
    [
      `period_end = period_end - interval '1 day', anchor = anchor - interval '1 day'`,
      /periodEnd: \S+Z → \S+Z/,
    ],
    ['cancel_at_period_end = true, canceled_at = now()', /cancelAtPeriodEnd: true → false/],
    ['auto_renew = false', /autoRenew: false → true/],
  ])('finds, counts and repairs: %s', async (sql, detail) => {
    const before = await world.subscription(customer);
    await change(sql);
    const { differences } = await verification.verify(JOB);
    expect(differences).toEqual([
      {
        ...{ businessId: customer.business.id, customerId: await world.stripeCustomer(customer) },
        stripeSubscriptionId: (await subscriptionAt(world, customer)).id,
        detail: expect.stringMatching(detail) as string,
      },
    ]);
    expect(await counted()).toBe(1);
    await expectGauge(1);

    expect((await verification.verify(JOB, true)).differences).toEqual([]);
    expect(await world.subscription(customer)).toEqual(before);
    expect(await counted()).toBe(0);
    await expectGauge(0);
  });

  it('finds what was lost on the way', async () => {
    world.stripe.deliverTo(world.server.url + WEBHOOK_PATH, 'dropped');
    const { id } = await subscriptionAt(world, customer);
    await clientAt(world).subscriptions.cancel(id);
    expect((await verification.verify(JOB)).differences).toEqual([local()]);
    expect((await verification.verify(JOB, true)).differences).toEqual([]);
    expect((await world.subscription(customer)).status).toBe('canceled');
  });

  it('reports a second subscription that a customer is charged for, and cannot repair it', async () => {
    const { items, customer: customerId } = await subscriptionAt(world, customer);
    const followed = (await subscriptionAt(world, customer)).id;
    const { id } = await clientAt(world).checkout.sessions.create({
      mode: 'subscription',
      customer: customerId as string,
      line_items: [{ price: items.data[0]!.price.id, quantity: 1 }],
      success_url: 'http://127.0.0.1/',
    });
    const { subscription } = world.stripe.completeCheckout(id, { card: 'good' });
    await world.settle();
    for (const repair of [false, true])
      expect((await verification.verify(JOB, repair)).differences).toMatchObject([
        {
          stripeSubscriptionId: subscription,
          detail: expect.stringMatching(/duplicate/) as string,
        },
      ]);
    expect(subscription).not.toBe(followed);
  });

  it('reports a price of no plan, and compares all others nevertheless', async () => {
    const price = await createPrice(clientAt(world), 7_700);
    const { id, items } = await subscriptionAt(world, customer);
    world.stripe.deliverTo(world.server.url + WEBHOOK_PATH, 'dropped');
    await clientAt(world).subscriptions.update(id, {
      items: [{ id: items.data[0]!.id, price: price.id }],
      proration_behavior: 'none',
    });
    for (const repair of [false, true]) {
      const { differences } = await verification.verify(JOB, repair);
      expect(differences).toMatchObject([
        { businessId: customer.business.id, detail: expect.stringContaining(price.id) as string },
      ]);
    }
  });

  it('takes no notice of what belongs to something else that uses the Stripe account', async () => {
    const client = clientAt(world);
    const { items } = await subscriptionAt(world, customer);
    const { id: other } = await client.customers.create({ email: 'other@example.com' });
    const { id } = await client.checkout.sessions.create({
      mode: 'subscription',
      customer: other,
      line_items: [{ price: items.data[0]!.price.id, quantity: 1 }],
      success_url: 'http://127.0.0.1/',
    });
    world.stripe.completeCheckout(id, { card: 'good' });
    await world.settle();
    expect((await verification.verify(JOB)).differences).toEqual([]);
  });

  it('tells how many it has compared, and fails as a whole where Stripe is away', async () => {
    const told: number[] = [];
    const { compared } = await verification.verify(JOB, false, (count) => told.push(count));
    expect(told).toEqual(Array.from({ length: compared }, (_, index) => index + 1));
    world.stripe.failNext(10, { status: 500 });
    await expect(verification.verify(JOB)).rejects.toMatchObject({
      code: 'payment_provider_unavailable',
    });
    world.stripe.stopFailing();
  });
});

async function expectGauge(differences: number): Promise<void> {
  await until(`the metrics say ${differences}`, async () => {
    const { text } = await world.server.get('/metrics');
    return text.includes(`\nbilling_differences ${differences}\n`);
  });
}

describe('the schedule', () => {
  const count = async (): Promise<number> => {
    const rows = await world.server.database.query(
      `SELECT FROM graphile_worker.jobs WHERE task_identifier = 'billing.verify'`,
    );
    return rows.length;
  };

  it('asks for one verification, however many processes have the role', async () => {
    const { server } = world;
    const before = await verifications();
    const context = RequestContext.job('billing.verify');
    await Promise.all([verification.schedule(context), verification.schedule(context)]);
    await until('it has been verified', async () => (await verifications()) > before);
    await until('no job is left', async () => (await count()) === 0);
    expect((await verifications()) - before).toBeLessThanOrEqual(2); // the second may come after the first
    expect(server.clock.offsetMs).toBeGreaterThanOrEqual(0);
  });

  async function verifications(): Promise<number> {
    const [row] = await world.server.database.query<{ count: number }>(
      'SELECT count(*)::integer AS count FROM billing_verifications',
    );
    return row!.count;
  }
});

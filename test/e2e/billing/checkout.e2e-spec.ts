import { signUp, type Customer } from '../../support/customers';
import { BillingWorld } from '../../support/billing';

// A plan is paid for on a page of Stripe's. The local Stripe speaks Stripe's protocol; nothing of ours is replaced.

let world: BillingWorld;

beforeAll(async () => {
  world = await BillingWorld.start();
});

afterAll(async () => {
  await world.stop();
});

describe('POST /v1/billing/checkout-sessions', () => {
  let customer: Customer;

  beforeEach(async () => {
    customer = await signUp(world.server);
  });

  it('leads to a page; the subscription begins when it is paid', async () => {
    const { status, body } = await world.openCheckout(customer);
    expect([status, body]).toEqual([
      201,
      { id: expect.stringMatching(/^cs_/) as string, url: expect.stringMatching(/^http/) as string },
    ]);
    expect((await world.subscription(customer)).plan.slug).toBe('free');

    world.stripe.completeCheckout((body as { id: string }).id, { card: 'good' });
    await world.settle();
    expect(await world.subscription(customer)).toMatchObject({
      status: 'active',
      plan: { slug: 'pro' },
      currentPeriod: { ordinal: 1 },
    });
  });

  it('gives no access while the first payment is missing', async () => {
    const { body } = await world.openCheckout(customer);
    world.stripe.completeCheckout((body as { id: string }).id, { card: 'declined' });
    await world.settle();
    expect(await world.subscription(customer)).toMatchObject({
      status: 'active',
      plan: { slug: 'free' },
    });
  });
});

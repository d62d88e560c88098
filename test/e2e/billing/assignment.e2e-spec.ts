import type { Response } from 'supertest';
import type { PlanResponse } from '../../../src/modules/plans/dto/plan.response';
import { DAY_MS, HOUR_MS, type BillingWorld } from '../../support/billing';
import { makePaidPlan, PaidSubscription, startPaidWorld } from '../../support/paid-subscriptions';
import { expectFaults, expectProblem } from '../../support/problems';
import { storeRecordings } from '../../product/support/recordings';
import { addStaff, askToAssign, makePlan, REASON, type StaffMember } from '../../support/staff';

// Staff give a plan to a business that Stripe charges: they have to say what becomes of what it pays for.

let world: BillingWorld;
let staff: StaffMember;
let pro: PlanResponse;
let large: PlanResponse;
let beta: PlanResponse;
let own: PaidSubscription;

beforeAll(async () => {
  world = await startPaidWorld();
});

afterAll(async () => {
  await world.stop();
});

beforeEach(async () => {
  world.stripe.webhooks.mode = 'in_order';
  staff = await addStaff(world.server);
  pro = await makePaidPlan(world, staff, 3000);
  large = await makePaidPlan(world, staff, 9000);
  beta = await makePlan(world.server, staff, { public: false });
  own = await PaidSubscription.begin(world, pro);
});
afterEach(() => world.endSubscriptions());

async function assign(body: object): Promise<Response> {
  const member = await addStaff(world.server); // sessions of staff end while tests let time pass
  return askToAssign(world.server, member, own.customer, { reason: REASON, ...body });
}

async function passPeriod(): Promise<void> {
  const now = world.server.clock.at(new Date()).getTime();
  await world.pass(own.periodAtStripe.end.getTime() - now + 1000);
  await world.pass(2 * HOUR_MS);
  await world.renew();
}

describe('PUT /v1/staff/businesses/{id}/subscription', () => {
  it('is refused without saying what becomes of the subscription at Stripe', async () => {
    const [mark, before] = [own.mark(), await own.read()];
    expectProblem(await assign({ planId: beta.id }), 409, 'stripe_subscription_exists');
    expectFaults(await assign({ planId: beta.id, stripe: 'forget' }), '/stripe');
    expect(await own.read()).toEqual(before);
    expect(own.writesSince(mark)).toEqual([]);
  });

  it('knows no plan that is archived or made up, and asks Stripe for nothing then', async () => {
    const archived = await makePlan(world.server, staff);
    await world.server.post(`/v1/staff/plans/${archived.id}/archive`, staff.token).expect(200);
    for (const stripe of ['cancel', 'keep']) {
      const [unknown, old] = [own.customer.business.id, archived.id];
      expectProblem(await assign({ planId: unknown, stripe }), 404, 'plan_not_found');
      expectProblem(await assign({ planId: old, stripe }), 409, 'plan_archived');
    }
    expect(own.atStripe.status).toBe('active');
    await own.expectFollowing();
  });
});

describe('an assignment that cancels', () => {
  it('ends the subscription at Stripe with a credit for the rest', async () => {
    await storeRecordings(world.server, own.customer, 4);
    await world.pass(10 * DAY_MS);
    const charged = own.charged;
    const assigned = await assign({ planId: beta.id, stripe: 'cancel' });
    expect(assigned).toMatchObject({
      status: 200,
      body: { status: 'active', plan: { id: beta.id }, usage: { recordings: { used: 4 } } },
    });
    expect(own.atStripe.status).toBe('canceled');
    expect(own.charged).toBe(charged);
    const rest = own.invoices.at(-1)!.total;
    expect(rest).toBeLessThan(0);
    expect(rest).toBeGreaterThan(-3000);
    const customer = world.stripe.state.customers.get(own.stripeCustomerId);
    expect(customer).toMatchObject({ balance: rest });
    expect((await own.history())[0]).toMatchObject({ planId: beta.id, reason: REASON });
  });

  it('is not undone by news that come late', async () => {
    world.stripe.webhooks.mode = 'held';
    await assign({ planId: beta.id, stripe: 'cancel' });
    const assigned = await own.read();
    world.stripe.webhooks.mode = 'in_order';
    for (const { body, header } of world.stripe.takeHeld())
      await world.server
        .send('post', '/v1/webhooks/stripe')
        .set({ 'content-type': 'application/json', 'stripe-signature': header })
        .send(body)
        .expect(200);
    await world.settle();
    expect(await own.read()).toEqual(assigned);
    await world.pass(40 * DAY_MS);
    await world.renew();
    expect(await own.read()).toMatchObject({ status: 'active', plan: { id: beta.id } });
  });

  it('lets the business buy again', async () => {
    await assign({ planId: beta.id, stripe: 'cancel' });
    await world.pay(own.customer, large.slug);
    expect(await own.read()).toMatchObject({ status: 'active', plan: { id: large.id } });
    expect(own.allAtStripe.map(({ status }) => status)).toEqual(['canceled', 'active']);
  });
});

describe('an assignment that keeps', () => {
  it('changes the plan, and nothing at Stripe, whose periods go on', async () => {
    const [mark, before] = [own.mark(), await own.read()];
    const assigned = await assign({ planId: beta.id, stripe: 'keep' });
    expect(assigned).toMatchObject({
      status: 200,
      body: { plan: { id: beta.id }, currentPeriod: before.currentPeriod },
    });
    expect(own.writesSince(mark)).toEqual([]);
    await world.settle();
    expect(await own.read()).toEqual(assigned.body);

    const charged = own.charged;
    await passPeriod();
    expect(await own.read()).toMatchObject({
      status: 'active',
      plan: { id: beta.id },
      currentPeriod: { ordinal: 2, start: before.currentPeriod.end },
    });
    expect(own.charged - charged).toBe(3000);
    await own.expectFollowing();
  });

  it("is taken back by the owner's own change", async () => {
    await assign({ planId: beta.id, stripe: 'keep' });
    expect(await own.act('change', { planId: large.id, when: 'now' })).toMatchObject({
      plan: { id: large.id },
      scheduledPlan: null,
    });
    expect(own.priceAtStripe).toBe(9000);
    await passPeriod();
    expect((await own.read()).plan.id).toBe(large.id);
  });

  it("lets the owner's next plan wait for the end of what is charged for", async () => {
    await assign({ planId: beta.id, stripe: 'keep' });
    const charged = own.charged;
    const fortnightly = await makePaidPlan(world, staff, 700, {
      interval: { unit: 'day', count: 15 },
    });
    await own.act('change', { planId: fortnightly.id, when: 'period_end' });
    expect(own.charged).toBe(charged);
    await own.expectFollowing();
    await passPeriod();
    expect(await own.read()).toMatchObject({ plan: { id: fortnightly.id }, status: 'active' });
    expect(own.charged - charged).toBe(700);
  });

  it('is taken back by the end of what Stripe charges for', async () => {
    await assign({ planId: beta.id, stripe: 'keep' });
    expect((await own.act('cancel', { when: 'now' })).status).toBe('canceled');
    await world.settle();
    expect((await own.read()).status).toBe('canceled');
  });

  it('outlives a payment that fails and comes later', async () => {
    await assign({ planId: beta.id, stripe: 'keep' });
    world.stripe.setCard(own.stripeCustomerId, 'declined');
    await passPeriod();
    expect(await own.read()).toMatchObject({ status: 'past_due', plan: { id: beta.id } });
    world.stripe.setCard(own.stripeCustomerId, 'good');
    world.stripe.payOpenInvoice(own.stripeCustomerId);
    await world.settle();
    expect(await own.read()).toMatchObject({ status: 'active', plan: { id: beta.id } });
  });
});

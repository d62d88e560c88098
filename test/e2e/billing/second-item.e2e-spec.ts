import type Stripe from 'stripe';
import { RequestContext } from '../../../src/common/request-context';
import { VerificationService } from '../../../src/modules/billing/sync/verification.service';
import type { PlanResponse } from '../../../src/modules/plans/dto/plan.response';
import { type BillingWorld } from '../../support/billing';
import { createPrice } from '../../../packages/local-stripe/test/fixtures';
import { passPeriod } from '../../support/missed-payments';
import {
  makePaidPlan,
  PaidSubscription,
  startPaidWorld,
  stripePriceOf,
} from '../../support/paid-subscriptions';
import { expectProblem } from '../../support/problems';
import { addStaff } from '../../support/staff';
import { clientAt, makeJobsDue } from '../../support/webhooks';

// Staff add something to a subscription at Stripe's dashboard that is charged with the plan.

const ADDED = 500;

let world: BillingWorld;
let pro: PlanResponse;
let large: PlanResponse;
let yearly: PlanResponse;
let own: PaidSubscription;

beforeAll(async () => {
  world = await startPaidWorld();
  const staff = await addStaff(world.server);
  pro = await makePaidPlan(world, staff, 3000);
  large = await makePaidPlan(world, staff, 9000);
  yearly = await makePaidPlan(world, staff, 30_000, { interval: { unit: 'year', count: 1 } });
  await PaidSubscription.begin(world, large); // so that its price is at Stripe
});

afterAll(async () => {
  await world.stop();
});

beforeEach(async () => {
  own = await PaidSubscription.begin(world, pro);
});
afterEach(() => world.endSubscriptions());

async function add(price: string): Promise<Stripe.SubscriptionItem> {
  const item = { subscription: own.atStripe.id, price, proration_behavior: 'none' } as const;
  const added = await clientAt(world).subscriptionItems.create(item);
  await world.stripe.settled();
  return added;
}

async function addForeign(): Promise<void> {
  await add((await createPrice(clientAt(world), ADDED)).id);
  await world.settle();
}

async function differences(): Promise<string[]> {
  const report = await world.server.app
    .get(VerificationService)
    .verify(RequestContext.job('test.verify'));
  return report.differences.map(({ detail }) => detail);
}

const pricesAtStripe = () => own.atStripe.items.data.map(({ price }) => price.unit_amount);

it('of something else, the plan stays, and the next invoice that is shown is the one that comes', async () => {
  await addForeign();
  expect(await own.read()).toMatchObject({ status: 'active', plan: { id: pro.id } });
  const billing = await world.server.get('/v1/billing', own.customer.token);
  expect(billing.body).toMatchObject({ nextInvoice: { amount: { amount: 3000 + ADDED } } });
  const { charged } = own;
  await passPeriod(world, own);
  expect(own.charged - charged).toBe(3000 + ADDED);
  expect(await own.read()).toMatchObject({ status: 'active', currentPeriod: { ordinal: 2 } });
  expect(await differences()).toEqual([]);
});

it('of something else, a change of plan leaves it and costs what the preview says', async () => {
  await addForeign();
  const body = { planId: large.id, when: 'now' };
  const { charged } = own;
  const preview = await own.preview(body);
  expect(await own.act('change', body)).toMatchObject({ plan: { id: large.id } });
  expect([pricesAtStripe(), own.charged - charged]).toEqual([
    [9000, ADDED],
    preview.proration.due.amount,
  ]);
});

it('of something else, it is paused, resumed and canceled with the plan', async () => {
  await addForeign();
  expect(await own.act('pause')).toMatchObject({ status: 'paused' });
  expect(await own.act('resume')).toMatchObject({ status: 'active' });
  await own.act('cancel', { when: 'now' });
  expect(own.atStripe.status).toBe('canceled');
});

it('of something else, what Stripe refuses to change is refused, and nothing is different', async () => {
  await addForeign();
  const [before, charged] = [await own.read(), own.charged];
  const answer = await own.ask('change', { planId: yearly.id, when: 'now' });
  expectProblem(answer, 409, 'payment_provider_refused');
  expect([await own.read(), own.charged]).toEqual([before, charged]);
});

it('of another plan, staff are told, commands wait, and all is well when it is taken off', async () => {
  const { id } = await add(await stripePriceOf(world, large));
  const told = `${own.atStripe.id} at Stripe has the prices of two plans, which is not known here`;
  expect(await differences()).toEqual([told]);
  const change = { planId: large.id, when: 'now' };
  expectProblem(await own.ask('change', change), 409, 'payment_provider_state_unknown');
  expect(await own.read()).toMatchObject({ status: 'active', plan: { id: pro.id } });

  await clientAt(world).subscriptionItems.del(id, { proration_behavior: 'none' });
  await makeJobsDue(world.server.database);
  await world.settle();
  expect(await differences()).toEqual([]);
  expect(await own.act('change', change)).toMatchObject({ plan: { id: large.id } });
});

it('that is left when the plan is taken off gives nothing new, and staff are told', async () => {
  await addForeign();
  const [plan] = own.atStripe.items.data;
  await clientAt(world).subscriptionItems.del(plan!.id, { proration_behavior: 'none' });
  await world.stripe.settled();
  expect(await differences()).toEqual([
    expect.stringMatching(/has the price price_\w+, which belongs to no plan/),
  ]);
  await clientAt(world).subscriptions.cancel(own.atStripe.id);
  await makeJobsDue(world.server.database);
  await world.settle();
  expect(await own.read()).toMatchObject({ status: 'canceled' });
});

import type { PlanResponse } from '../../../src/modules/plans/dto/plan.response';
import { type BillingWorld } from '../../support/billing';
import { createPrice } from '../../../packages/local-stripe/test/fixtures';
import { makePaidPlan, PaidSubscription, startPaidWorld } from '../../support/paid-subscriptions';
import { expectProblem } from '../../support/problems';
import { addStaff } from '../../support/staff';
import { clientAt } from '../../support/webhooks';

// A subscription at Stripe has a price that was created there by hand: it belongs to no plan.

let world: BillingWorld;
let pro: PlanResponse;
let large: PlanResponse;
let own: PaidSubscription;

beforeAll(async () => {
  world = await startPaidWorld();
  const staff = await addStaff(world.server);
  pro = await makePaidPlan(world, staff, 3000);
  large = await makePaidPlan(world, staff, 9000);
});

afterAll(async () => {
  await world.stop();
});

beforeEach(async () => {
  world.stripe.webhooks.mode = 'in_order';
  own = await PaidSubscription.begin(world, pro);
  world.stripe.webhooks.mode = 'dropped'; // its event would stay unhandled
  const client = clientAt(world);
  const { id: price } = await createPrice(client, 7_700);
  await client.subscriptions.update(own.atStripe.id, {
    items: [{ id: own.atStripe.items.data[0]!.id, price }],
    proration_behavior: 'none',
  });
});

it.each([
  ['cancel', () => ({ when: 'now' })],
  ['cancel', () => ({ when: 'period_end' })],
  ['pause', () => ({})],
  ['preview-change', () => ({ planId: large.id, when: 'now' })],
  ['change', () => ({ planId: large.id, when: 'now' })],
])('POST /v1/subscription/%s is done or refused, and never a 5xx', async (action, body) => {
  const [mark, charged] = [own.mark(), own.charged];
  const answer = await own.ask(action, body());
  if (answer.status === 200) return;
  expectProblem(answer, 409, 'payment_provider_refused');
  expect([own.writesSince(mark), own.charged]).toEqual([[], charged]);
  expect((await own.read()).status).toBe('active');
});

import type { PlanResponse } from '../../../src/modules/plans/dto/plan.response';
import type { BillingWorld } from '../../support/billing';
import { balanceOf, missPayment } from '../../support/missed-payments';
import { makePaidPlan, PaidSubscription, startPaidWorld } from '../../support/paid-subscriptions';
import { expectProblem } from '../../support/problems';
import { addStaff, askToAssign, makePlan, REASON } from '../../support/staff';

// An unpaid period leaves nothing to credit.

let world: BillingWorld;
let pro: PlanResponse;
let small: PlanResponse;
let large: PlanResponse;
let yearly: PlanResponse;
let own: PaidSubscription;

beforeAll(async () => {
  world = await startPaidWorld();
  const staff = await addStaff(world.server);
  pro = await makePaidPlan(world, staff, 3000);
  small = await makePaidPlan(world, staff, 1000);
  large = await makePaidPlan(world, staff, 9000);
  yearly = await makePaidPlan(world, staff, 12_000, { interval: { unit: 'year', count: 1 } });
});

afterAll(async () => {
  await world.stop();
});

beforeEach(async () => {
  own = await PaidSubscription.begin(world, pro);
  await missPayment(world, own);
});

afterEach(() => {
  expect(balanceOf(world, own)).toBe(0);
  expect(own.invoices.filter(({ total }) => total < 0)).toEqual([]);
});

it.each([
  ['dearer', () => large],
  ['cheaper', () => small],
  ['of another interval', () => yearly],
])('a change now to a plan that is %s is refused, and so is its preview', async (_, plan) => {
  const [before, mark] = [await own.read(), own.mark()];
  for (const action of ['preview-change', 'change'])
    expectProblem(await own.ask(action, { planId: plan().id, when: 'now' }), 409, 'invalid_state');
  world.stripe.setCard(own.stripeCustomerId, 'good'); // a card that would do changes nothing
  for (const action of ['preview-change', 'change'])
    expectProblem(await own.ask(action, { planId: plan().id, when: 'now' }), 409, 'invalid_state');
  expect(own.writesSince(mark)).toEqual([]);
  expect(await own.read()).toEqual(before);
});

it('comes through once the invoice is paid', async () => {
  world.stripe.setCard(own.stripeCustomerId, 'good');
  world.stripe.payOpenInvoice(own.stripeCustomerId);
  await world.settle();
  const changed = await own.act('change', { planId: large.id, when: 'now' });
  expect(changed).toMatchObject({ status: 'active', plan: { id: large.id } });
});

it('an assignment by staff that cancels credits nothing', async () => {
  const staff = await addStaff(world.server);
  const beta = await makePlan(world.server, staff, { public: false });
  const charged = own.charged;
  const body = { planId: beta.id, reason: REASON, stripe: 'cancel' };
  const assigned = await askToAssign(world.server, staff, own.customer, body);
  expect(assigned).toMatchObject({
    status: 200,
    body: { status: 'active', plan: { id: beta.id } },
  });
  expect([own.atStripe.status, own.charged]).toEqual(['canceled', charged]);
});

import { RequestContext } from '../../../src/common/request-context';
import { VerificationService } from '../../../src/modules/billing/sync/verification.service';
import type { PlanResponse } from '../../../src/modules/plans/dto/plan.response';
import { DAY_MS, type BillingWorld } from '../../support/billing';
import { outliveGrace, passPeriod } from '../../support/missed-payments';
import { makePaidPlan, PaidSubscription, startPaidWorld } from '../../support/paid-subscriptions';
import { addStaff } from '../../support/staff';

// Out of grace, the local subscription continues without Stripe, and the one there still waits for its payment. It must never be
// charged beside another one, nor for a business that has left.

/** Later than every further try of Stripe's at the old invoice. */
const TRIED_AGAIN_MS = 16 * DAY_MS;

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
  own = await PaidSubscription.begin(world, pro);
  await outliveGrace(world, own);
  expect(own.atStripe.status).toBe('past_due');
});
afterEach(() => world.endSubscriptions());

const statuses = () => own.allAtStripe.map(({ status }) => status);

async function expectNoDifference(): Promise<void> {
  const context = RequestContext.job('test.verify');
  const { differences } = await world.server.app.get(VerificationService).verify(context);
  expect(differences).toEqual([]);
}

it('another checkout ends the old one: a card that is good later pays for one alone', async () => {
  await world.pay(own.customer, large.slug);
  expect(statuses()).toEqual(['canceled', 'active']);
  await expectNoDifference();

  const charged = own.charged;
  world.stripe.setCard(own.stripeCustomerId, 'good');
  await world.pass(TRIED_AGAIN_MS);
  expect([statuses(), own.charged]).toEqual([['canceled', 'active'], charged]);

  await passPeriod(world, own);
  expect(own.charged - charged).toBe(9000);
  expect(await own.read()).toMatchObject({ status: 'active', plan: { id: large.id } });
  await own.expectFollowing();
  await expectNoDifference();
});

it('a local cancellation ends the old one: a card that works later is not charged', async () => {
  const charged = own.charged;
  expect((await own.act('cancel', { when: 'now' })).status).toBe('canceled');
  await world.settle();
  expect(statuses()).toEqual(['canceled']);
  world.stripe.setCard(own.stripeCustomerId, 'good');
  await world.pass(TRIED_AGAIN_MS);
  expect([statuses(), own.charged]).toEqual([['canceled'], charged]);
  expect((await own.read()).status).toBe('canceled');
  await expectNoDifference();
});

it('a page that is open closes when the old one recovers', async () => {
  const opened = await world.openCheckout(own.customer, large.slug);
  const { id } = opened.body as { id: string };
  const page = () => world.stripe.state.sessions.get(id).status;
  expect([opened.status, page()]).toEqual([201, 'open']);

  world.stripe.setCard(own.stripeCustomerId, 'good');
  world.stripe.payOpenInvoice(own.stripeCustomerId);
  await world.settle();
  expect(await own.read()).toMatchObject({ status: 'active', plan: { id: pro.id } });
  expect(page()).toBe('expired');
  expect(() => world.stripe.completeCheckout(id, { card: 'good' })).toThrow(/expired/);
  expect(statuses()).toEqual(['active']);
  await expectNoDifference();
});

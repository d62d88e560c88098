import { RequestContext } from '../../../src/common/request-context';
import { VerificationService } from '../../../src/modules/billing/sync/verification.service';
import type { PlanResponse } from '../../../src/modules/plans/dto/plan.response';
import { DAY_MS, HOUR_MS, type BillingWorld } from '../../support/billing';
import { makePaidPlan, PaidSubscription, startPaidWorld } from '../../support/paid-subscriptions';
import { addStaff } from '../../support/staff';
import { clientAt } from '../../support/webhooks';

// From when the grace of a plan counts, and what happens without news of a failed payment.

const GRACE_DAYS = 6;

let world: BillingWorld;
let pro: PlanResponse;
let largePriceId: string;
let own: PaidSubscription;

beforeAll(async () => {
  world = await startPaidWorld();
  const staff = await addStaff(world.server);
  pro = await makePaidPlan(world, staff, 3000, { graceDays: GRACE_DAYS });
  const large = await makePaidPlan(world, staff, 9000, { graceDays: GRACE_DAYS });
  const buyer = await PaidSubscription.begin(world, large);
  largePriceId = buyer.atStripe.items.data[0]!.price.id;
});

afterAll(async () => {
  await world.stop();
});

beforeEach(async () => {
  world.stripe.webhooks.mode = 'in_order';
  own = await PaidSubscription.begin(world, pro);
});
afterEach(() => world.endSubscriptions());

/** The price is changed at Stripe by hand, in the middle of the period, and its invoice is not paid. */
async function failInMiddle(): Promise<void> {
  await world.pass(10 * DAY_MS);
  world.stripe.setCard(own.stripeCustomerId, 'declined');
  await clientAt(world).subscriptions.update(own.atStripe.id, {
    items: [{ id: own.atStripe.items.data[0]!.id, price: largePriceId }],
    proration_behavior: 'always_invoice',
    payment_behavior: 'allow_incomplete',
  });
  await world.settle();
  expect(own.atStripe.status).toBe('past_due');
}

/** Still within the grace a little before its end, and without Stripe a little after. */
async function expectGraceOf(days: number): Promise<void> {
  await world.renew();
  expect((await own.read()).status).toBe('past_due');
  await world.pass(days * DAY_MS - HOUR_MS);
  await world.renew();
  expect((await own.read()).status).toBe('past_due');
  await world.pass(2 * HOUR_MS);
  await world.renew();
  expect(await own.read()).toMatchObject({ status: 'active', plan: { slug: 'free' } });
}

it('an invoice that fails in the middle of a period leaves the whole grace from then on', async () => {
  await failInMiddle();
  await expectGraceOf(GRACE_DAYS);
});

describe('the nightly verification', () => {
  const verify = () =>
    world.server.app.get(VerificationService).handle(RequestContext.job('billing.verify'));

  beforeEach(() => {
    world.stripe.webhooks.mode = 'dropped';
  });

  it('makes up for the news of a payment that failed, with the whole grace', async () => {
    await failInMiddle();
    expect((await own.read()).status).toBe('active');
    await verify();
    await expectGraceOf(GRACE_DAYS);
  });

  it('makes up for the news of one that failed at the end of a period', async () => {
    world.stripe.setCard(own.stripeCustomerId, 'declined');
    const now = world.server.clock.at(new Date()).getTime();
    await world.pass(own.periodAtStripe.end.getTime() - now + 1.5 * HOUR_MS);
    expect((await own.read()).status).toBe('active');
    await verify();
    const { start } = own.periodAtStripe;
    expect(await own.read()).toMatchObject({
      status: 'past_due',
      currentPeriod: { ordinal: 2, start: start.toISOString() },
    });
  });
});

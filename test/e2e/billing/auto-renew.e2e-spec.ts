import type { PlanResponse } from '../../../src/modules/plans/dto/plan.response';
import type { BillingWorld } from '../../support/billing';
import { passPeriod } from '../../support/missed-payments';
import { makePaidPlan, PaidSubscription, startPaidWorld } from '../../support/paid-subscriptions';
import { addStaff } from '../../support/staff';

// Renewal that is switched off and a cancellation are two things; Stripe has one flag for both.

let world: BillingWorld;
let pro: PlanResponse;
let own: PaidSubscription;

beforeAll(async () => {
  world = await startPaidWorld();
  pro = await makePaidPlan(world, await addStaff(world.server), 3000);
});

afterAll(async () => {
  await world.stop();
});

beforeEach(async () => {
  own = await PaidSubscription.begin(world, pro);
});
afterEach(() => world.endSubscriptions());

async function expectBoth(expected: {
  autoRenew: boolean;
  cancelAtPeriodEnd: boolean;
}): Promise<void> {
  await world.settle();
  expect(await own.read()).toMatchObject({ status: 'active', ...expected });
  const ends = !expected.autoRenew || expected.cancelAtPeriodEnd;
  expect(own.atStripe.cancel_at_period_end).toBe(ends);
}

it('a cancellation that is taken back leaves renewal switched off', async () => {
  await own.update({ autoRenew: false });
  await own.act('cancel', { when: 'period_end' });
  await expectBoth({ autoRenew: false, cancelAtPeriodEnd: true });
  await own.act('uncancel');
  await expectBoth({ autoRenew: false, cancelAtPeriodEnd: false });

  const charged = own.charged;
  await passPeriod(world, own);
  expect([(await own.read()).status, own.charged]).toEqual(['expired', charged]);
});

it('renewal that is switched off and on leaves a cancellation', async () => {
  await own.act('cancel', { when: 'period_end' });
  await own.update({ autoRenew: false });
  await expectBoth({ autoRenew: false, cancelAtPeriodEnd: true });
  await own.update({ autoRenew: true });
  await expectBoth({ autoRenew: true, cancelAtPeriodEnd: true });

  const charged = own.charged;
  await passPeriod(world, own);
  expect([(await own.read()).status, own.charged]).toEqual(['canceled', charged]);
});

it('both are taken back one after the other', async () => {
  await own.act('cancel', { when: 'period_end' });
  await own.update({ autoRenew: false });
  await own.act('uncancel');
  await expectBoth({ autoRenew: false, cancelAtPeriodEnd: false });
  await own.update({ autoRenew: true });
  await expectBoth({ autoRenew: true, cancelAtPeriodEnd: false });
});

import { RequestContext } from '../../../src/common/request-context';
import { UnseenPeriodsCron } from '../../../src/modules/billing/sync/unseen-periods.cron';
import type { PlanResponse } from '../../../src/modules/plans/dto/plan.response';
import { DAY_MS, type BillingWorld } from '../../support/billing';
import { makePaidPlan, PaidSubscription, startPaidWorld } from '../../support/paid-subscriptions';
import { expectProblem } from '../../support/problems';
import { addStaff } from '../../support/staff';
import { clientAt } from '../../support/webhooks';

// At Stripe a subscription ends by a flag, with its period, or on a date: the portal sets the date in flexible billing
// mode, staff set any date, a schedule sets its own.

let world: BillingWorld;
let free: PlanResponse;
let pro: PlanResponse;
let large: PlanResponse;
let own: PaidSubscription;

beforeAll(async () => {
  world = await startPaidWorld();
  const staff = await addStaff(world.server);
  free = await makePaidPlan(world, staff, 0);
  pro = await makePaidPlan(world, staff, 3000);
  large = await makePaidPlan(world, staff, 9000);
});

afterAll(async () => {
  await world.stop();
});

beforeEach(async () => {
  world.stripe.webhooks.mode = 'in_order';
  own = await PaidSubscription.begin(world, pro);
});
afterEach(() => world.endSubscriptions());

/** In the portal, which tells by an event. */
async function inPortal(action: 'end' | 'keep'): Promise<void> {
  world.stripe.cancelInPortal(own.stripeCustomerId, action);
  await world.settle();
}

/** By staff at Stripe's dashboard. @returns the date */
async function endOn(days: number): Promise<string> {
  const seconds = Math.floor(own.periodAtStripe.start.getTime() / 1000) + days * 86_400;
  await clientAt(world).subscriptions.update(own.atStripe.id, { cancel_at: seconds });
  await world.settle();
  return new Date(seconds * 1000).toISOString();
}

const NOT_CANCELED = { cancelAtPeriodEnd: false, cancelAt: null, canceledAt: null };

/** Beyond all dates of these tests. */
async function pass(days: number): Promise<void> {
  await world.pass(days * DAY_MS);
  await world.renew();
}

it('a cancellation in the portal is shown, and taken back for good', async () => {
  const before = await own.read();
  await inPortal('end');
  expect(own.atStripe).toMatchObject({ cancel_at_period_end: false });
  expect(await own.read()).toMatchObject({
    cancelAtPeriodEnd: true,
    cancelAt: before.currentPeriod.end,
  });
  expect(await own.act('uncancel')).toEqual(before);
  expect(own.atStripe).toMatchObject({ cancel_at: null, canceled_at: null });
  await pass(35);
  expect(await own.read()).toMatchObject({ status: 'active', currentPeriod: { ordinal: 2 } });
});

it('one that is left ends it with the period', async () => {
  await inPortal('end');
  const charged = own.charged;
  await pass(35);
  expect(await own.read()).toMatchObject({ status: 'canceled', cancelAt: null });
  expect(own.charged).toBe(charged);
});

it('what was canceled here is taken back in the portal too', async () => {
  await own.act('cancel', { when: 'period_end' });
  await inPortal('keep');
  expect(await own.read()).toMatchObject(NOT_CANCELED);
});

it('renewal that was switched off here, or a free plan that waits, is over when the portal says so', async () => {
  await own.update({ autoRenew: false });
  await inPortal('keep');
  expect(await own.read()).toMatchObject({ ...NOT_CANCELED, autoRenew: true });
  await own.act('change', { planId: free.id, when: 'period_end' });
  await inPortal('keep');
  expect(await own.read()).toMatchObject({ ...NOT_CANCELED, scheduledPlan: null });
});

it('a date before the end of the period is shown, and ends it then', async () => {
  const cancelAt = await endOn(10);
  expect(await own.read()).toMatchObject({ status: 'active', cancelAtPeriodEnd: true, cancelAt });
  await pass(11);
  expect(await own.read()).toMatchObject({
    ...{ status: 'canceled', cancelAtPeriodEnd: false, cancelAt: null, endedAt: cancelAt },
    currentPeriod: { end: cancelAt },
  });
});

it('a date whose news is lost ends it all the same', async () => {
  const cancelAt = await endOn(10);
  world.stripe.webhooks.mode = 'dropped';
  await world.pass(11 * DAY_MS);
  await world.server.app.get(UnseenPeriodsCron).enqueueAll(RequestContext.job('cron'));
  await world.settle();
  expect(await own.read()).toMatchObject({ status: 'canceled', endedAt: cancelAt });
});

it('a date in a later period is shown, taken back, and else ends it then', async () => {
  const cancelAt = await endOn(40);
  expect(await own.read()).toMatchObject({ cancelAtPeriodEnd: false, cancelAt });
  expect(await own.act('uncancel')).toMatchObject(NOT_CANCELED);
  expectProblem(await own.ask('uncancel'), 409, 'invalid_state');

  await endOn(40);
  await pass(35);
  expect(await own.read()).toMatchObject({ status: 'active', cancelAtPeriodEnd: true, cancelAt });
  await pass(6);
  expect(await own.read()).toMatchObject({ status: 'canceled', endedAt: cancelAt });
});

it('a change of plan keeps a date in a later period', async () => {
  const cancelAt = await endOn(40);
  const waiting = await own.act('change', { planId: large.id, when: 'period_end' });
  expect(waiting).toMatchObject({ scheduledPlan: { id: large.id }, cancelAt });
  expect(await own.act('change', { planId: pro.id, when: 'now' })).toMatchObject({ cancelAt });
  const changed = await own.act('change', { planId: large.id, when: 'now' });
  expect(changed).toMatchObject({ plan: { id: large.id }, cancelAt });
});

it('the end that a schedule has set is shown, and left to it', async () => {
  const cancelAt = await endOn(10);
  world.stripe.state.subscriptions.put({ ...own.atStripe, schedule: 'sub_sched_1' });
  const mark = own.mark();
  expectProblem(await own.ask('uncancel'), 409, 'invalid_state');
  expect(own.writesSince(mark)).toEqual([]);
  expect(await own.read()).toMatchObject({ cancelAtPeriodEnd: true, cancelAt });
});

it('a billing page in the moment after a cancellation has no next invoice', async () => {
  world.stripe.webhooks.mode = 'dropped';
  world.stripe.cancelInPortal(own.stripeCustomerId, 'end');
  const answer = await world.server.get('/v1/billing', own.customer.token);
  expect(answer).toMatchObject({ status: 200, body: { nextInvoice: null } });
});

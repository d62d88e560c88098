import type { PlanResponse } from '../../../src/modules/plans/dto/plan.response';
import { DAY_MS, type BillingWorld } from '../../support/billing';
import { passPeriod } from '../../support/missed-payments';
import {
  makePaidPlan,
  PaidSubscription,
  startPaidWorld,
  USD,
} from '../../support/paid-subscriptions';
import { addStaff, askToAssign, REASON, type StaffMember } from '../../support/staff';

// A change that waits is called off: at Stripe the price goes back to the one that the running period was paid at, also
// where the plan has changed meanwhile.

let world: BillingWorld;
let staff: StaffMember;
let small: PlanResponse;
let pro: PlanResponse;
let large: PlanResponse;
let own: PaidSubscription;

beforeAll(async () => {
  world = await startPaidWorld();
});

afterAll(async () => {
  await world.stop();
});

beforeEach(async () => {
  staff = await addStaff(world.server);
  small = await makePaidPlan(world, staff, 1000);
  pro = await makePaidPlan(world, staff, 3000);
  large = await makePaidPlan(world, staff, 9000);
});
afterEach(() => world.endSubscriptions());

const recurring = () => own.atStripe.items.data[0]!.price.recurring;

describe.each([
  ['a new price', { price: USD(4000) }],
  ['another interval', { price: USD(8000), interval: { unit: 'month', count: 3 } }],
])('after %s of the running plan, a downgrade that is called off', (_, changes) => {
  beforeEach(async () => {
    own = await PaidSubscription.begin(world, pro);
    await world.pass(10 * DAY_MS);
    await own.act('change', { planId: small.id, when: 'period_end' });
    staff = await addStaff(world.server); // time has passed: sessions of staff are short
    await world.server.patch(`/v1/staff/plans/${pro.id}`, staff.token, changes).expect(200);
  });

  it('leaves the price that was paid, and charges nothing', async () => {
    const [charged, invoices, period] = [own.charged, own.invoices.length, own.periodAtStripe];
    const kept = await own.act('change', { planId: pro.id });
    expect(kept).toMatchObject({ plan: { id: pro.id }, scheduledPlan: null, status: 'active' });
    expect([own.priceAtStripe, own.periodAtStripe]).toEqual([3000, period]);
    expect(recurring()).toMatchObject({ interval: 'month', interval_count: 1 });
    await world.settle();
    expect([own.charged, own.invoices.length]).toEqual([charged, invoices]);
    expect(await own.read()).toEqual(kept);
    await own.expectFollowing();
  });

  it('leaves an upgrade the credit of what was paid', async () => {
    await own.act('change', { planId: pro.id });
    const { proration } = await own.preview({ planId: large.id, when: 'now' });
    expect(proration.charge.amount).toBeCloseTo(-3 * proration.credit.amount, -1);
    await own.act('change', { planId: large.id, when: 'now' });
    expect(own.invoices.at(-1)!.total).toBe(proration.due.amount);
  });
});

it('beside a plan that staff gave, the price is again that of what was bought', async () => {
  own = await PaidSubscription.begin(world, small);
  const body = { planId: large.id, reason: REASON, stripe: 'keep' };
  expect((await askToAssign(world.server, staff, own.customer, body)).status).toBe(200);
  const charged = own.charged;
  expect(await own.act('change', { planId: pro.id, when: 'period_end' })).toMatchObject({
    plan: { id: large.id },
    scheduledPlan: { id: pro.id },
  });
  expect(own.priceAtStripe).toBe(3000);

  expect(await own.act('change', { planId: large.id })).toMatchObject({
    plan: { id: large.id },
    scheduledPlan: null,
  });
  expect([own.priceAtStripe, own.charged]).toEqual([1000, charged]);
  await world.settle();
  expect(await own.read()).toMatchObject({ plan: { id: large.id }, scheduledPlan: null });

  await passPeriod(world, own);
  expect(await own.read()).toMatchObject({ status: 'active', plan: { id: large.id } });
  expect(own.charged - charged).toBe(1000);
});

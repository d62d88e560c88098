import { RequestContext } from '../../../src/common/request-context';
import { NewVersionsCron } from '../../../src/modules/billing/commands/new-versions.cron';
import type { PlanResponse } from '../../../src/modules/plans/dto/plan.response';
import { BillingWorld, DAY_MS, HOUR_MS } from '../../support/billing';
import { signUp, type Customer } from '../../support/customers';
import { addStaff, makePlan, type StaffMember } from '../../support/staff';
import { clientAt, subscriptionAt, WEBHOOK_PATH } from '../../support/webhooks';

// A new price of a plan comes with the next period, also where Stripe sets the periods.

let world: BillingWorld;
let staff: StaffMember;

beforeAll(async () => {
  world = await BillingWorld.start({ sessionIdleHours: 100_000, sessionAbsoluteDays: 3_650 }); // months pass here
});

beforeEach(async () => {
  staff = await addStaff(world.server);
});
afterEach(() => world.endSubscriptions());

afterAll(() => world.stop());

const usd = (amount: number) => ({ amount, currency: 'usd' });

async function raise(plan: PlanResponse, changes: object): Promise<void> {
  const path = `/v1/staff/plans/${plan.id}`;
  const { status, text } = await world.server.patch(path, staff.token, changes);
  if (status !== 200) throw new Error(`editing a plan answered ${status}: ${text}`);
}

const moveAll = () => world.server.app.get(NewVersionsCron).moveAll(RequestContext.job('test'));
const priceOf = async (customer: Customer) =>
  (await world.subscription(customer)).plan.price.amount;

async function invoicesOf(customer: Customer): Promise<number[]> {
  const id = await world.stripeCustomer(customer);
  const invoices = world.stripe.state.invoices.all().filter((each) => each.customer === id);
  return invoices.filter(({ total }) => total > 0).map(({ total }) => total);
}

describe.each([
  ['the same interval', {}],
  ['another interval', { interval: { unit: 'month', count: 3 } }],
])('a new price with %s', (_, interval) => {
  it('is charged from the next period on, and not before', async () => {
    const plan = await makePlan(world.server, staff, {
      price: usd(1_000),
      interval: { unit: 'month', count: 1 },
    });
    const customer = await world.subscribe(plan.slug);
    await raise(plan, { price: usd(1_500), ...interval });
    expect(await moveAll()).toBe(0);

    await world.pass(20 * DAY_MS);
    const { currentPeriod } = await world.subscription(customer);
    await world.pass(
      new Date(currentPeriod.end).getTime() - world.stripe.clock.now.getTime() - 12 * HOUR_MS,
    );
    expect(await moveAll()).toBe(1);
    expect(await priceOf(customer)).toBe(1_000);
    expect(await invoicesOf(customer)).toEqual([1_000]);
    const before = world.stripe.requests.filter(({ method }) => method === 'POST').length;
    await moveAll();
    expect(world.stripe.requests.filter(({ method }) => method === 'POST').length).toBe(before);

    await world.pass(DAY_MS);
    expect(await priceOf(customer)).toBe(1_500);
    expect(await invoicesOf(customer)).toEqual([1_000, 1_500]);
  });
});

describe('a subscription that was canceled at Stripe, of which we have not heard,', () => {
  afterEach(() => world.stripe.deliverTo(world.server.url + WEBHOOK_PATH, 'in_order'));

  it.each([
    ['a new price', { price: usd(1_500) }],
    ['another interval', { price: usd(4_000), interval: { unit: 'month', count: 3 } }],
  ])('ends with its period, also when %s waits', async (_, changes) => {
    const monthly = { interval: { unit: 'month', count: 1 } };
    const plan = await makePlan(world.server, staff, { price: usd(1_000), ...monthly });
    const customer = await world.subscribe(plan.slug);
    await raise(plan, changes);
    const { currentPeriod } = await world.subscription(customer);
    const leftMs = Date.parse(currentPeriod.end) - world.stripe.clock.now.getTime();
    await world.pass(leftMs - 12 * HOUR_MS);

    world.stripe.deliverTo(world.server.url + WEBHOOK_PATH, 'dropped');
    const { id } = await subscriptionAt(world, customer);
    await clientAt(world).subscriptions.update(id, { cancel_at_period_end: true });
    expect((await world.subscription(customer)).cancelAtPeriodEnd).toBe(false);
    expect(await moveAll()).toBe(1);
    expect((await subscriptionAt(world, customer)).cancel_at_period_end).toBe(true);

    world.stripe.deliverTo(world.server.url + WEBHOOK_PATH, 'in_order');
    await world.pass(DAY_MS);
    expect((await world.subscription(customer)).status).toBe('canceled');
    expect(await invoicesOf(customer)).toEqual([1_000]);
  });
});

it('a new price is paid by those who buy later; who has paid keeps the old one for the period', async () => {
  const interval = { unit: 'month', count: 1 };
  const plan = await makePlan(world.server, staff, { price: usd(2_000), interval });
  const customer = await world.subscribe(plan.slug);
  await raise(plan, { price: usd(2_500) });
  const later = await signUp(world.server);
  const opened = await world.openCheckout(later, plan.slug);
  const { id } = opened.body as { id: string };
  expect(world.stripe.state.sessions.get(id).amount_total).toBe(2_500);
  expect(await priceOf(customer)).toBe(2_000);
});

import type { PlanResponse } from '../../../src/modules/plans/dto/plan.response';
import { DAY_MS, HOUR_MS, type BillingWorld } from '../../support/billing';
import { signUp } from '../../support/customers';
import { makePaidPlan, PaidSubscription, startPaidWorld } from '../../support/paid-subscriptions';
import { expectProblem } from '../../support/problems';
import { race } from '../../support/race';
import { storeRecordings } from '../../product/support/recordings';
import { addStaff, makePlan } from '../../support/staff';

// Changes of plan where Stripe charges for it: Stripe is called first, then the local subscription is reconciled.

let world: BillingWorld;
let small: PlanResponse;
let pro: PlanResponse;
let large: PlanResponse;
let yearly: PlanResponse;
let euro: PlanResponse;
let narrow: PlanResponse;
let own: PaidSubscription;

beforeAll(async () => {
  world = await startPaidWorld();
  const staff = await addStaff(world.server);
  small = await makePaidPlan(world, staff, 1000);
  pro = await makePaidPlan(world, staff, 3000);
  large = await makePaidPlan(world, staff, 9000);
  yearly = await makePaidPlan(world, staff, 12_000, { interval: { unit: 'year', count: 1 } });
  euro = await makePaidPlan(world, staff, 9900, { price: { amount: 9900, currency: 'eur' } });
  narrow = await makePlan(world.server, staff, {
    limits: { recordings: 10, applications: 1, seats: 0 },
  });
});

afterAll(async () => {
  await world.stop();
});

beforeEach(async () => {
  world.stripe.webhooks.mode = 'in_order';
  own = await PaidSubscription.begin(world, pro);
});
afterEach(() => world.endSubscriptions());

/** Until a little after the end of the running period, with its invoice and the cron. */
async function passPeriod(): Promise<void> {
  const { currentPeriod } = await own.read();
  const now = world.server.clock.at(new Date()).getTime();
  await world.pass(Date.parse(currentPeriod.end) - now + 1000);
  await world.pass(2 * HOUR_MS);
  await world.renew();
}

describe('an upgrade now', () => {
  it('is charged by Stripe before it is written here, for the rest of the period', async () => {
    await world.pass(10 * DAY_MS);
    await storeRecordings(world.server, own.customer, 3);
    const [before, mark, charged] = [await own.read(), own.mark(), own.charged];
    const changed = await own.act('change', { planId: large.id });
    expect(changed).toMatchObject({
      status: 'active',
      plan: { id: large.id },
      currentPeriod: before.currentPeriod,
      usage: { recordings: { used: 3 } },
    });
    expect(own.writesSince(mark)).toHaveLength(1);
    expect(own.priceAtStripe).toBe(9000);
    expect(own.charged - charged).toBe(own.invoices.at(-1)!.amount_paid);
    await world.settle();
    expect(await own.read()).toEqual(changed);
    await passPeriod();
    expect(own.invoices.at(-1)!.total).toBe(9000);
    await own.expectFollowing();
  });

  it('to another interval begins a period', async () => {
    await world.pass(10 * DAY_MS);
    const { currentPeriod } = await own.read();
    const changed = await own.act('change', { planId: yearly.id, when: 'now' });
    expect(changed.currentPeriod.ordinal).toBe(currentPeriod.ordinal + 1);
    expect(changed.plan.id).toBe(yearly.id);
    await own.expectFollowing();
  });

  it('changes nothing where the card is declined', async () => {
    const before = await own.read();
    const [charged, price] = [own.charged, own.priceAtStripe];
    world.stripe.setCard(own.stripeCustomerId, 'declined');
    const refused = await own.ask('change', { planId: large.id });
    const problem = expectProblem(refused, 402, 'payment_failed') as { declineCode?: string };
    expect(problem.declineCode).toMatch(/\w/);
    await world.settle();
    expect([await own.read(), own.charged, own.priceAtStripe]).toEqual([before, charged, price]);
    expect((await own.operations()).map(({ outcome }) => outcome)).toEqual(['refused']);

    world.stripe.setCard(own.stripeCustomerId, 'good');
    expect((await own.act('change', { planId: large.id })).plan.id).toBe(large.id);
  });

  it('is one change and one invoice, however often it is clicked', async () => {
    const invoices = own.invoices.length;
    const answers = await race(10, () => own.ask('change', { planId: large.id }));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(own.invoices).toHaveLength(invoices + 1);
    await own.act('change', { planId: large.id });
    expect(own.invoices).toHaveLength(invoices + 1);
    expect((await own.operations()).every(({ outcome }) => outcome === 'done')).toBe(true);
  });

  it('gives the first answer again to an Idempotency-Key', async () => {
    const send = () =>
      world.server
        .post('/v1/subscription/change', own.customer.token, { planId: large.id })
        .set('idempotency-key', '"change"');
    const first = await send();
    await own.act('change', { planId: pro.id, when: 'now' });
    const mark = own.mark();
    const again = await send();
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(own.writesSince(mark)).toEqual([]);
  });

  it('keeps an end that was asked for', async () => {
    await own.act('cancel', { when: 'period_end' });
    const changed = await own.act('change', { planId: large.id });
    expect(changed).toMatchObject({ cancelAtPeriodEnd: true, plan: { id: large.id } });
    await passPeriod();
    expect(await own.read()).toMatchObject({ status: 'canceled' });
  });

  it('in a trial costs nothing', async () => {
    const staff = await addStaff(world.server);
    const tried = await makePaidPlan(world, staff, 2000, { trialDays: 14 });
    own = await PaidSubscription.begin(world, tried);
    await world.pass(3 * DAY_MS);
    const { proration } = await own.preview({ planId: large.id });
    expect(proration.due.amount).toBe(0);
    expect(await own.act('change', { planId: large.id })).toMatchObject({
      status: 'trialing',
      plan: { id: large.id },
    });
    expect(own.charged).toBe(0);
    await passPeriod();
    expect([own.charged, (await own.read()).status]).toEqual([9000, 'active']);
  });
});

describe('a change that is refused', () => {
  it.each([
    ['of another currency', () => euro, 'currency_mismatch'],
    ['that is too small', () => narrow, 'usage_exceeds_plan'],
  ])('to a plan %s asks nothing of Stripe', async (_, plan, code) => {
    const [mark, before] = [own.mark(), await own.read()];
    for (const when of ['now', 'period_end'])
      expectProblem(await own.ask('change', { planId: plan().id, when }), 409, code);
    expect(own.writesSince(mark)).toEqual([]);
    expect(await own.read()).toEqual(before);
  });

  it('to no plan at all asks nothing of Stripe', async () => {
    const mark = own.mark();
    const refused = await own.ask('change', { planId: own.customer.business.id });
    expectProblem(refused, 404, 'plan_not_found');
    expect(own.writesSince(mark)).toEqual([]);
  });

  it('to the own plan has no effect', async () => {
    const [mark, before] = [own.mark(), await own.read()];
    expect(await own.act('change', { planId: pro.id })).toEqual(before);
    expect(own.writesSince(mark)).toEqual([]);
  });

  it('to a plan that does not renew would be charged for again', async () => {
    const staff = await addStaff(world.server);
    const once = await makePaidPlan(world, staff, 5000, { renews: false });
    expectProblem(await own.ask('change', { planId: once.id }), 409, 'invalid_state');
    const opened = await world.openCheckout(await signUp(world.server), once.slug);
    expectProblem(opened, 409, 'invalid_state');
  });
});

describe('a downgrade', () => {
  it('waits for the end of the period, and costs nothing before', async () => {
    await world.pass(10 * DAY_MS);
    const charged = own.charged;
    const changed = await own.act('change', { planId: small.id });
    expect(changed).toMatchObject({ plan: { id: pro.id }, scheduledPlan: { id: small.id } });
    expect([own.charged, own.priceAtStripe]).toEqual([charged, 1000]);
    await world.settle();
    expect(await own.read()).toEqual(changed);
    await passPeriod();
    expect(await own.read()).toMatchObject({ plan: { id: small.id }, scheduledPlan: null });
    expect(own.charged - charged).toBe(1000);
    await own.expectFollowing();
  });

  it('to another interval waits too', async () => {
    await world.pass(10 * DAY_MS);
    const [before, charged] = [await own.read(), own.charged];
    const changed = await own.act('change', { planId: yearly.id });
    expect(changed).toMatchObject({
      plan: { id: pro.id },
      scheduledPlan: { id: yearly.id },
      currentPeriod: before.currentPeriod,
    });
    expect(own.charged).toBe(charged);
    await passPeriod();
    expect(await own.read()).toMatchObject({
      status: 'active',
      plan: { id: yearly.id },
      currentPeriod: { ordinal: before.currentPeriod.ordinal + 1, start: before.currentPeriod.end },
    });
    expect(own.charged - charged).toBe(12_000);
    await own.expectFollowing();
  });

  it.each([
    ['', () => small],
    [' to another interval', () => yearly],
  ])('%s is called off by the own plan', async (_, plan) => {
    await world.pass(10 * DAY_MS);
    const before = await own.read();
    await own.act('change', { planId: plan().id, when: 'period_end' });
    expect(await own.act('change', { planId: pro.id })).toEqual(before);
    expect(own.priceAtStripe).toBe(3000);
    const charged = own.charged;
    await passPeriod();
    expect(await own.read()).toMatchObject({ plan: { id: pro.id }, status: 'active' });
    expect(own.charged - charged).toBe(3000);
    await own.expectFollowing();
  });

  it('gives way to another one', async () => {
    await own.act('change', { planId: yearly.id, when: 'period_end' });
    const changed = await own.act('change', { planId: small.id, when: 'period_end' });
    expect(changed.scheduledPlan!.id).toBe(small.id);
    await passPeriod();
    expect((await own.read()).plan.id).toBe(small.id);
    await own.expectFollowing();
  });

  it('has to be called off before an upgrade: Stripe would set off the wrong price', async () => {
    await world.pass(DAY_MS);
    for (const plan of [small, yearly]) {
      await own.act('change', { planId: plan.id, when: 'period_end' });
      for (const action of ['preview-change', 'change'])
        expectProblem(await own.ask(action, { planId: large.id }), 409, 'invalid_state');
    }
  });

  it('called off leaves an upgrade its full credit', async () => {
    await world.pass(10 * DAY_MS);
    await own.act('change', { planId: small.id });
    await own.act('change', { planId: pro.id });
    const { proration } = await own.preview({ planId: large.id });
    expect(proration.charge.amount).toBeCloseTo(-3 * proration.credit.amount, -1);
    await own.act('change', { planId: large.id });
    expect(own.invoices.at(-1)!.total).toBe(proration.due.amount);
  });

  it.each(['period_end', 'now'])('gives no free plan when canceled (%s)', async (when) => {
    await own.act('change', { planId: small.id });
    const canceled = await own.act('cancel', { when });
    expect(canceled).toMatchObject({ plan: { id: pro.id }, scheduledPlan: null });
    await passPeriod();
    expect(await own.read()).toMatchObject({ status: 'canceled', plan: { id: pro.id } });
  });

  it('gives no free plan when it is canceled long after', async () => {
    await own.act('change', { planId: small.id });
    await passPeriod();
    expect((await own.act('cancel', { when: 'now' })).status).toBe('canceled');
  });

  it('is called off by a cancellation, and stays so when that is taken back', async () => {
    await own.act('change', { planId: small.id });
    await own.act('cancel', { when: 'period_end' });
    expect(await own.act('uncancel')).toMatchObject({ plan: { id: pro.id }, scheduledPlan: null });
    await passPeriod();
    expect((await own.read()).plan.id).toBe(pro.id);
  });

  it('is called off when renewal is switched off, and stays so when it is switched on', async () => {
    await own.act('change', { planId: small.id });
    for (const autoRenew of [false, true])
      expect(await own.update({ autoRenew })).toMatchObject({
        plan: { id: pro.id },
        scheduledPlan: null,
        autoRenew,
      });
  });

  it.each([
    ['', () => small],
    [' to another interval', () => yearly],
  ])('%s waits on over a pause', async (_, plan) => {
    await own.act('change', { planId: plan().id, when: 'period_end' });
    await own.act('pause');
    await world.pass(5 * DAY_MS);
    expect(await own.act('resume')).toMatchObject({
      plan: { id: pro.id },
      scheduledPlan: { id: plan().id },
    });
    await passPeriod();
    expect((await own.read()).plan.id).toBe(plan().id);
    await own.expectFollowing();
  });
});

describe('a change to the free plan', () => {
  let free: { planId: string };
  beforeEach(async () => {
    free = { planId: await world.planId('free') };
  });

  it('waits for the end, and then Stripe charges no more', async () => {
    const charged = own.charged;
    const changed = await own.act('change', free);
    expect(changed).toMatchObject({
      plan: { id: pro.id },
      scheduledPlan: { slug: 'free' },
      cancelAtPeriodEnd: false,
    });
    await passPeriod();
    expect(await own.read()).toMatchObject({ status: 'active', plan: { slug: 'free' } });
    expect([own.charged, own.atStripe.status]).toEqual([charged, 'canceled']);
  });

  it('is called off by the own plan', async () => {
    await own.act('change', free);
    expect(await own.act('change', { planId: pro.id })).toMatchObject({ scheduledPlan: null });
    await passPeriod();
    expect(await own.read()).toMatchObject({ status: 'active', plan: { id: pro.id } });
  });

  it('now ends the subscription at Stripe', async () => {
    await storeRecordings(world.server, own.customer, 4);
    const { proration } = await own.preview({ ...free, when: 'now' });
    expect([proration.credit.amount, proration.due.amount]).toEqual([0, 0]);
    const changed = await own.act('change', { ...free, when: 'now' });
    expect(changed).toMatchObject({
      status: 'active',
      plan: { slug: 'free' },
      usage: { recordings: { used: 4 } },
    });
    expect(own.atStripe.status).toBe('canceled');
    await world.settle();
    expect(await own.read()).toEqual(changed);
  });

  it('gives way to a cancellation', async () => {
    await own.act('change', free);
    expect((await own.act('cancel', { when: 'now' })).status).toBe('canceled');
  });

  it('gives way to an upgrade', async () => {
    await own.act('change', free);
    const changed = await own.act('change', { planId: large.id });
    expect(changed).toMatchObject({ plan: { id: large.id }, scheduledPlan: null });
    await passPeriod();
    expect(await own.read()).toMatchObject({ plan: { id: large.id }, status: 'active' });
  });

  it('may be followed by another checkout', async () => {
    await own.act('change', { ...free, when: 'now' });
    await world.pay(own.customer, small.slug);
    expect(await own.read()).toMatchObject({ plan: { id: small.id }, status: 'active' });
    expect(own.allAtStripe.map(({ status }) => status)).toEqual(['canceled', 'active']);
  });
});

import { RequestContext } from '../../../src/common/request-context';
import { EndsService } from '../../../src/modules/billing/commands/ends.service';
import type { PlanResponse } from '../../../src/modules/plans/dto/plan.response';
import type { StaffBusinessResponse } from '../../../src/modules/staff/dto/staff.responses';
import { DAY_MS, type BillingWorld } from '../../support/billing';
import { signUp, type Customer } from '../../support/customers';
import { OwnSubscription } from '../../support/life-cycle';
import { outliveGrace, passPeriod } from '../../support/missed-payments';
import {
  makePaidPlan,
  PaidSubscription,
  startPaidWorld,
  USD,
} from '../../support/paid-subscriptions';
import { expectProblem } from '../../support/problems';
import { addStaff, makePlan, type StaffMember } from '../../support/staff';
import { clientAt } from '../../support/webhooks';

// What staff decide about a business or a plan is done to the subscriptions of it, at Stripe too.

let world: BillingWorld;
let staff: StaffMember;

beforeAll(async () => {
  world = await startPaidWorld();
});
beforeEach(async () => {
  staff = await addStaff(world.server); // time passes here: sessions of staff are short
});
afterEach(() => world.endSubscriptions());
afterAll(() => world.stop());

async function edit(plan: PlanResponse, changes: object): Promise<void> {
  await world.server.patch(`/v1/staff/plans/${plan.id}`, staff.token, changes).expect(200);
  await world.settle();
}

async function archive({ id }: PlanResponse): Promise<void> {
  await world.server.post(`/v1/staff/plans/${id}/archive`, staff.token, {}).expect(200);
  await world.settle();
}

async function turn(customer: Customer, to: 'deactivate' | 'activate') {
  const path = `/v1/staff/businesses/${customer.business.id}/${to}`;
  const answer = await world.server.post(path, staff.token, {}).expect(200);
  await world.settle();
  return (answer.body as StaffBusinessResponse).stripe;
}

async function mailsOf({ business }: Customer, template: string): Promise<number> {
  const [row] = await world.server.database.query<{ count: number }>(
    'SELECT count(*)::integer AS count FROM mails WHERE subject_id = $1 AND template = $2',
    [business.id, template],
  );
  return row!.count;
}

const review = () => world.server.app.get(EndsService).reviewAll(RequestContext.job('test.review'));

describe('a deactivated business', () => {
  let own: PaidSubscription;

  beforeEach(async () => {
    own = await PaidSubscription.begin(world, await makePaidPlan(world, staff, 3000));
  });

  it('is not charged again: the answer says until when it is paid, and then it expires', async () => {
    const { currentPeriod } = await own.read();
    expect(await turn(own.customer, 'deactivate')).toEqual({
      ...{ subscriptionId: own.atStripe.id, paidUntil: currentPeriod.end, renews: false },
    });
    expect(own.atStripe.cancel_at_period_end).toBe(true);
    expect(await own.read()).toMatchObject({
      ...{ endReason: 'business_deactivated', cancelAtPeriodEnd: false, autoRenew: true },
    });
    await passPeriod(world, own);
    expect([own.charged, own.atStripe.status]).toEqual([3000, 'canceled']);
    expect((await own.read()).status).toBe('expired');
  });

  it('is renewed again once it is activated', async () => {
    await turn(own.customer, 'deactivate');
    expect(await turn(own.customer, 'activate')).toMatchObject({ renews: true });
    expect(own.atStripe.cancel_at_period_end).toBe(false);
    expect(await own.read()).toMatchObject({ endReason: null, status: 'active' });
    await passPeriod(world, own);
    expect(own.charged).toBe(6000);
  });

  it('that had canceled before stays canceled once it is activated', async () => {
    await own.act('cancel', { when: 'period_end' });
    await turn(own.customer, 'deactivate');
    expect(await turn(own.customer, 'activate')).toMatchObject({ renews: false });
    expect(own.atStripe.cancel_at_period_end).toBe(true);
    expect(await own.read()).toMatchObject({ cancelAtPeriodEnd: true, endReason: null });
  });

  it('is set to end again after it was renewed in the portal', async () => {
    await turn(own.customer, 'deactivate');
    await clientAt(world).subscriptions.update(own.atStripe.id, { cancel_at_period_end: false });
    await world.settle();
    expect((await own.read()).endReason).toBeNull();
    await review();
    await world.settle();
    expect(own.atStripe.cancel_at_period_end).toBe(true);
  });

  it('is told so later where Stripe was away', async () => {
    world.stripe.failNext(20, { status: 500 });
    const path = `/v1/staff/businesses/${own.customer.business.id}/deactivate`;
    await world.server.post(path, staff.token, {}).expect(200);
    world.stripe.stopFailing();
    await review();
    await world.settle();
    expect(own.atStripe.cancel_at_period_end).toBe(true);
  });

  it('lets its owner read the subscription, invoices and the portal, and begin nothing', async () => {
    await turn(own.customer, 'deactivate');
    const { token } = own.customer;
    for (const path of [
      ...['/v1/billing', '/v1/billing/invoices', '/v1/subscription'],
      ...['/v1/subscription/periods', '/v1/subscription/history'],
    ])
      expect([path, (await world.server.get(path, token)).status]).toEqual([path, 200]);
    expect((await world.server.post('/v1/billing/portal-sessions', token, {})).status).toBe(201);
    expect((await world.server.get('/v1/billing', token)).body).toMatchObject({
      nextInvoice: null,
    });
    const code = 'business_deactivated';
    expectProblem(await world.openCheckout(own.customer), 403, code);
    expectProblem(await own.ask('uncancel'), 403, code);
    expectProblem(await world.server.get('/v1/team-members', token), 403, code);
  });

  it('is not charged for what waits for a payment after its grace', async () => {
    await outliveGrace(world, own);
    staff = await addStaff(world.server);
    expect(await turn(own.customer, 'deactivate')).toBeNull();
    expect(own.atStripe.status).toBe('canceled');
  });

  it('cannot be paid for on a page that was open', async () => {
    const customer = await signUp(world.server);
    const { id } = (await world.openCheckout(customer)).body as { id: string };
    await turn(customer, 'deactivate');
    expect((await clientAt(world).checkout.sessions.retrieve(id)).status).toBe('expired');
  });
});

describe('a plan that people pay for', () => {
  it('keeps its currency', async () => {
    const plan = await makePaidPlan(world, staff, 3000);
    const own = await PaidSubscription.begin(world, plan);
    const other = { price: { amount: 3000, currency: 'eur' } };
    const path = `/v1/staff/plans/${plan.id}`;
    expectProblem(await world.server.patch(path, staff.token, other), 409, 'plan_currency_fixed');
    await edit(plan, { price: { amount: 0, currency: 'eur' } });
    expectProblem(await world.server.patch(path, staff.token, other), 409, 'plan_currency_fixed');
    await edit(plan, { price: USD(4000) });
    const direct = world.server.database.query(
      `INSERT INTO plan_versions SELECT plan_id, 99, 1, 'eur', interval_unit, interval_count, now()
       FROM plan_versions WHERE plan_id = $1 LIMIT 1`,
      [plan.id],
    );
    await expect(direct).rejects.toMatchObject({ constraint: 'ck_plan_versions_currency' });
    await own.act('cancel', { when: 'now' });
    await edit(plan, other);
  });

  it('keeps it for those who are about to pay: on a page that is open, or from the next period', async () => {
    const [paged, asked] = [
      await makePaidPlan(world, staff, 3000),
      await makePaidPlan(world, staff, 3000),
    ];
    await world.openCheckout(await signUp(world.server), paged.slug);
    const own = await PaidSubscription.begin(world, await makePaidPlan(world, staff, 5000));
    await own.act('change', { planId: asked.id, when: 'period_end' });
    const other = { price: { amount: 3000, currency: 'eur' } };
    for (const { id } of [paged, asked]) {
      const answer = await world.server.patch(`/v1/staff/plans/${id}`, staff.token, other);
      expectProblem(answer, 409, 'plan_currency_fixed');
    }
  });

  it('and has become free is charged no more, and continues', async () => {
    const plan = await makePaidPlan(world, staff, 3000);
    const own = await PaidSubscription.begin(world, plan);
    await edit(plan, { price: USD(0) });
    expect(own.atStripe.cancel_at_period_end).toBe(true);
    expect(await own.read()).toMatchObject({ endReason: 'plan_free', scheduledPlan: null });
    await passPeriod(world, own);
    expect(own.charged).toBe(3000);
    expect(await own.read()).toMatchObject({
      ...{ status: 'active', plan: { id: plan.id, price: USD(0) }, paymentProvider: 'manual' },
    });
  });

  it('and costs something again before the period ends is charged on', async () => {
    const plan = await makePaidPlan(world, staff, 3000);
    const own = await PaidSubscription.begin(world, plan);
    await edit(plan, { price: USD(0) });
    await edit(plan, { price: USD(3000) });
    expect(own.atStripe.cancel_at_period_end).toBe(false);
    expect(await own.read()).toMatchObject({ endReason: null });
  });

  it('and does not renew any more ends with the period, and renews where that is taken back', async () => {
    const plan = await makePaidPlan(world, staff, 3000);
    const [own, kept] = [
      await PaidSubscription.begin(world, plan),
      await PaidSubscription.begin(world, plan),
    ];
    await edit(plan, { renews: false });
    expect(await own.read()).toMatchObject({ endReason: 'plan_not_renewed', autoRenew: true });
    await edit(plan, { renews: true });
    expect(kept.atStripe.cancel_at_period_end).toBe(false);
    await edit(plan, { renews: false });
    await passPeriod(world, own);
    expect([own.charged, (await own.read()).status]).toEqual([3000, 'expired']);
  });

  it('and does not renew: a trial of it continues into its first period, which is the last', async () => {
    const plan = await makePaidPlan(world, staff, 3000, { trialDays: 5 });
    const own = await PaidSubscription.begin(world, plan);
    await edit(plan, { renews: false });
    expect((await own.read()).endReason).toBeNull();
    await world.pass(6 * DAY_MS);
    await review();
    await world.settle();
    expect([own.charged, (await own.read()).endReason]).toEqual([3000, 'plan_not_renewed']);
  });
});

describe('a plan that waits for the end of a period, and is archived,', () => {
  it.each<[what: string, make: () => Promise<PlanResponse>]>([
    ['that costs something', () => makePaidPlan(world, staff, 1000)],
    ['that is free', () => makePlan(world.server, staff)],
  ])(
    '%s, is not given at Stripe: the change is called off, and the owners are told',
    async (_, make) => {
      const own = await PaidSubscription.begin(world, await makePaidPlan(world, staff, 3000));
      const next = await make();
      await own.act('change', { planId: next.id, when: 'period_end' });
      await archive(next);
      expect(await own.read()).toMatchObject({ scheduledPlan: null, cancelAtPeriodEnd: false });
      expect([own.priceAtStripe, own.atStripe.cancel_at_period_end]).toEqual([3000, false]);
      const [last, before] = await own.history();
      expect(last).toMatchObject({ scheduledPlanId: null, cause: { kind: 'job' } });
      expect(before).toMatchObject({ scheduledPlanId: next.id });
      expect(await mailsOf(own.customer, 'change-called-off')).toBe(1);
      await passPeriod(world, own);
      expect([own.charged, (await own.read()).plan.price.amount]).toEqual([6000, 3000]);
    },
  );

  it('is not given where this installation sets the periods, and the owners are told once', async () => {
    const customer = await signUp(world.server);
    const own = new OwnSubscription(world.server, customer);
    const [plan, next] = [await makePlan(world.server, staff), await makePlan(world.server, staff)];
    await own.act('change', { planId: plan.id, when: 'now' });
    await own.act('change', { planId: next.id, when: 'period_end' });
    await archive(next);
    expect(await own.read()).toMatchObject({ plan: { id: plan.id }, scheduledPlan: null });
    await review();
    await world.settle();
    expect(await mailsOf(customer, 'change-called-off')).toBe(1);
  });
});

describe('a free plan that is given a price', () => {
  it('is kept to the end of the period, with a notice; then the default plan follows', async () => {
    const customer = await signUp(world.server);
    const own = new OwnSubscription(world.server, customer);
    const plan = await makePlan(world.server, staff);
    await own.act('change', { planId: plan.id, when: 'now' });
    await edit(plan, { price: USD(1500) });
    expect(await own.read()).toMatchObject({ plan: { id: plan.id, price: USD(0) } });
    await review();
    expect(await mailsOf(customer, 'plan-gets-price')).toBe(1);
    await edit(plan, { price: USD(1600) });
    expect(await mailsOf(customer, 'plan-gets-price')).toBe(2);
    await world.pass(16 * DAY_MS);
    await world.renew();
    expect(await own.read()).toMatchObject({ status: 'active', plan: { slug: 'free' } });
  });

  it('is kept by those who pay for it before', async () => {
    const customer = await signUp(world.server);
    const own = new OwnSubscription(world.server, customer);
    const plan = await makePlan(world.server, staff);
    await own.act('change', { planId: plan.id, when: 'now' });
    await edit(plan, { price: USD(1500) });
    await world.pay(customer, plan.slug);
    expect(await own.read()).toMatchObject({ plan: { id: plan.id, price: USD(1500) } });
  });
});

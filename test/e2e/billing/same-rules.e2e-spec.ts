import type { PlanResponse } from '../../../src/modules/plans/dto/plan.response';
import { DAY_MS, type BillingWorld } from '../../support/billing';
import { signUp } from '../../support/customers';
import { OwnSubscription } from '../../support/life-cycle';
import { passPeriod } from '../../support/missed-payments';
import { expectProblem } from '../../support/problems';
import {
  makePaidPlan,
  PaidSubscription,
  startPaidWorld,
  USD,
} from '../../support/paid-subscriptions';
import { addStaff, makePlan, type StaffMember } from '../../support/staff';

// The same rules with and without Stripe, and a preview that refuses what the change refuses.

let world: BillingWorld;
let staff: StaffMember;

beforeAll(async () => {
  world = await startPaidWorld();
  staff = await addStaff(world.server);
});

afterAll(() => world.stop());

interface Begun {
  own: OwnSubscription;
  plan: PlanResponse;
  other: PlanResponse;
}

const beginUnpaid = async (): Promise<Begun> => {
  const [plan, other] = [await makePlan(world.server, staff), await makePlan(world.server, staff)];
  const own = new OwnSubscription(world.server, await signUp(world.server));
  await own.act('change', { planId: plan.id, when: 'now' });
  return { own, plan, other };
};

const beginPaid = async (): Promise<Begun> => {
  const plan = await makePaidPlan(world, staff, 3000);
  const other = await makePaidPlan(world, staff, 1000);
  return { own: await PaidSubscription.begin(world, plan), plan, other };
};

const beginPaidBesideFree = async (): Promise<Begun> => {
  const plan = await makePaidPlan(world, staff, 3000);
  return {
    own: await PaidSubscription.begin(world, plan),
    plan,
    other: await makePlan(world.server, staff),
  };
};

describe.each<[who: string, begin: () => Promise<Begun>]>([
  ['this installation', beginUnpaid],
  ['Stripe, and the plan that waits costs something', beginPaid],
  ['Stripe, and the plan that waits is free', beginPaidBesideFree],
])('where %s sets the periods, a change that waits', (_, begin) => {
  afterEach(() => world.endSubscriptions());

  it.each<[what: string, off: Step, on: Step]>([
    [
      'a cancellation',
      (own) => own.act('cancel', { when: 'period_end' }),
      (own) => own.act('uncancel'),
    ],
    [
      'switching renewal off',
      (own) => own.update({ autoRenew: false }),
      (own) => own.update({ autoRenew: true }),
    ],
  ])('is called off by %s, and stays so when that is taken back', async (__, off, on) => {
    const { own, plan, other } = await begin();
    expect(await own.act('change', { planId: other.id, when: 'period_end' })).toMatchObject({
      scheduledPlan: { id: other.id },
    });
    expect(await off(own)).toMatchObject({ scheduledPlan: null });
    const back = { plan: { id: plan.id }, scheduledPlan: null, cancelAtPeriodEnd: false };
    expect(await on(own)).toMatchObject({ ...back, autoRenew: true });
    await world.settle();
    expect(await own.read()).toMatchObject(back);
    if (own instanceof PaidSubscription) await passPaidPeriod(own);
  });

  type Step = (own: OwnSubscription) => Promise<unknown>;

  async function passPaidPeriod(own: PaidSubscription): Promise<void> {
    expect(own.priceAtStripe).toBe(3000);
    const charged = own.charged;
    await passPeriod(world, own);
    expect([own.charged - charged, (await own.read()).plan.price.amount]).toEqual([3000, 3000]);
    staff = await addStaff(world.server); // time has passed: sessions of staff are short
  }
});

describe('after a cancellation that called a change off', () => {
  it('an upgrade works once it is asked to keep the own plan, and the end stays', async () => {
    const { own, plan, other } = await beginPaid();
    const large = await makePaidPlan(world, staff, 9000);
    await own.act('change', { planId: other.id, when: 'period_end' });
    await own.act('cancel', { when: 'period_end' });
    expect(await own.act('change', { planId: plan.id })).toMatchObject({ cancelAtPeriodEnd: true });
    expect(await own.act('change', { planId: large.id, when: 'now' })).toMatchObject({
      plan: { id: large.id },
      cancelAtPeriodEnd: true,
    });
  });
});

describe('a preview refuses what the change refuses', () => {
  let own: PaidSubscription;

  beforeAll(async () => {
    own = await PaidSubscription.begin(world, await makePaidPlan(world, staff, 3000));
  });

  it.each<[what: string, plan: object, when: string, code: string]>([
    [
      'another currency at the end of the period',
      { price: { amount: 1000, currency: 'eur' } },
      'period_end',
      'currency_mismatch',
    ],
    [
      'another currency now',
      { price: { amount: 1000, currency: 'eur' } },
      'now',
      'currency_mismatch',
    ],
    [
      'a plan that does not renew, at the end of the period',
      { price: USD(500), renews: false },
      'period_end',
      'invalid_state',
    ],
    ['a plan that does not renew, now', { price: USD(500), renews: false }, 'now', 'invalid_state'],
  ])('%s', async (_, changes, when, code) => {
    const plan = await makePaidPlan(world, staff, 1000, changes);
    const body = { planId: plan.id, when };
    const mark = own.mark();
    expectProblem(await own.ask('preview-change', body), 409, code);
    expectProblem(await own.ask('change', body), 409, code);
    expect(own.writesSince(mark)).toEqual([]);
  });

  it('a change while another waits, and while the period is unpaid', async () => {
    const small = await makePaidPlan(world, staff, 1000);
    const large = await makePaidPlan(world, staff, 9000);
    await own.act('change', { planId: small.id, when: 'period_end' });
    const body = { planId: large.id, when: 'now' };
    for (const action of ['preview-change', 'change'])
      expectProblem(await own.ask(action, body), 409, 'invalid_state');
    await world.pass(DAY_MS);
    expect((await own.ask('preview-change', { ...body, when: 'period_end' })).status).toBe(200);
  });
});

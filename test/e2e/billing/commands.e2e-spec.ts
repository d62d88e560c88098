import type { PlanResponse } from '../../../src/modules/plans/dto/plan.response';
import { DAY_MS, HOUR_MS, type BillingWorld } from '../../support/billing';
import { makePaidPlan, PaidSubscription, startPaidWorld } from '../../support/paid-subscriptions';
import { expectProblem } from '../../support/problems';
import { race } from '../../support/race';
import { storeRecordings } from '../../product/support/recordings';
import { addStaff } from '../../support/staff';

// What an owner does with a subscription that Stripe charges for: Stripe is called first, then the local subscription is reconciled.

let world: BillingWorld;
let pro: PlanResponse;
let large: PlanResponse;
let yearly: PlanResponse;
let own: PaidSubscription;

beforeAll(async () => {
  world = await startPaidWorld();
  const staff = await addStaff(world.server);
  pro = await makePaidPlan(world, staff, 3000);
  large = await makePaidPlan(world, staff, 9000);
  yearly = await makePaidPlan(world, staff, 12_000, { interval: { unit: 'year', count: 1 } });
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

describe('a cancellation', () => {
  it('at the end of the period is done at Stripe, and can be taken back', async () => {
    const before = await own.read();
    const canceled = await own.act('cancel', { when: 'period_end' });
    expect(canceled).toMatchObject({ status: 'active', cancelAtPeriodEnd: true });
    expect(own.atStripe.cancel_at_period_end).toBe(true);
    const mark = own.mark();
    expect(await own.act('cancel', { when: 'period_end' })).toEqual(canceled);
    expect(own.writesSince(mark)).toEqual([]);

    expect(await own.act('uncancel')).toEqual(before);
    expect(own.atStripe.cancel_at_period_end).toBe(false);
    expectProblem(await own.ask('uncancel'), 409, 'invalid_state');
    await passPeriod();
    expect((await own.read()).status).toBe('active');
  });

  it('at the end of the period ends it there', async () => {
    await own.act('cancel', { when: 'period_end' });
    const charged = own.charged;
    await passPeriod();
    expect(await own.read()).toMatchObject({ status: 'canceled' });
    expect([own.charged, own.atStripe.status]).toEqual([charged, 'canceled']);
    for (const action of ['uncancel', 'pause', 'resume'])
      expectProblem(await own.ask(action), 409, 'invalid_state');
    expectProblem(await own.ask('cancel', { when: 'now' }), 409, 'invalid_state');
  });

  it('now ends it now, at Stripe too', async () => {
    const mark = own.mark();
    const canceled = await own.act('cancel', { when: 'now' });
    expect(canceled).toMatchObject({ status: 'canceled', plan: { id: pro.id } });
    expect(own.writesSince(mark).map(({ method }) => method)).toEqual(['DELETE']);
    expect(own.atStripe.status).toBe('canceled');
    await world.settle();
    expect(await own.read()).toEqual(canceled);
  });

  it('ten times at once is one', async () => {
    const answers = await race(10, () => own.ask('cancel', { when: 'now' }));
    for (const answer of answers)
      if (answer.status !== 200) expectProblem(answer, 409, 'invalid_state');
    expect(answers.some(({ status }) => status === 200)).toBe(true);
    expect((await own.read()).status).toBe('canceled');
  });

  it('meets one that was made at Stripe, and whose news was lost', async () => {
    world.stripe.webhooks.mode = 'dropped';
    const headers = { authorization: 'Bearer sk_test_of_the_tests' };
    const address = `${world.stripe.url}/v1/subscriptions/${own.atStripe.id}`;
    await fetch(address, { method: 'DELETE', headers });
    const refused = await own.ask('cancel', { when: 'now' });
    expectProblem(refused, 409, 'invalid_state');
    expect((await own.read()).status).toBe('canceled');
  });
});

describe('a pause', () => {
  it('keeps what was used, and moves the end by the time that it lasted, to the second', async () => {
    await storeRecordings(world.server, own.customer, 5);
    const before = await own.read();
    const paused = await own.act('pause');
    expect(paused).toMatchObject({ status: 'paused', usage: { recordings: { used: 5 } } });
    expect(own.atStripe.pause_collection).toMatchObject({ behavior: 'void' });
    expectProblem(await own.ask('pause'), 409, 'invalid_state');

    await world.pass(7 * DAY_MS + 1234);
    const resumed = await own.act('resume');
    const resumedAt = world.server.clock.at(new Date()).getTime();
    const pausedMs = resumedAt - Date.parse(paused.pausedAt!);
    const movedMs = Date.parse(resumed.currentPeriod.end) - Date.parse(before.currentPeriod.end);
    expect(Math.abs(movedMs - pausedMs)).toBeLessThan(5000);
    expect(resumed).toMatchObject({
      status: 'active',
      pausedAt: null,
      currentPeriod: { ordinal: 1, start: before.currentPeriod.start },
      usage: { recordings: { used: 5 } },
    });
    await own.expectFollowing();
    expectProblem(await own.ask('resume'), 409, 'invalid_state');

    const charged = own.charged;
    await passPeriod();
    expect(await own.read()).toMatchObject({
      status: 'active',
      currentPeriod: { ordinal: 2, start: resumed.currentPeriod.end },
    });
    expect(own.charged - charged).toBe(3000);
  });

  it('beyond the end of the period is not charged', async () => {
    await storeRecordings(world.server, own.customer, 5);
    await world.pass(20 * DAY_MS);
    const [before, charged] = [await own.read(), own.charged];
    await own.act('pause');
    await world.pass(50 * DAY_MS);
    await world.renew();
    expect(await own.read()).toMatchObject({
      status: 'paused',
      currentPeriod: before.currentPeriod,
    });
    const resumed = await own.act('resume');
    expect(resumed).toMatchObject({
      status: 'active',
      currentPeriod: { ordinal: 1, start: before.currentPeriod.start },
      usage: { recordings: { used: 5 } },
    });
    const movedMs = Date.parse(resumed.currentPeriod.end) - Date.parse(before.currentPeriod.end);
    expect(Math.abs(movedMs - 50 * DAY_MS)).toBeLessThan(20_000);
    expect(own.charged).toBe(charged);
    await world.settle();
    expect(await own.read()).toEqual(resumed);
    await passPeriod();
    expect(own.charged - charged).toBe(3000);
    expect(await own.read()).toMatchObject({ status: 'active', currentPeriod: { ordinal: 2 } });
    await own.expectFollowing();
  });

  it('leaves nothing to set off: another plan comes with the next period', async () => {
    await own.act('pause');
    await world.pass(DAY_MS);
    await own.act('resume');
    for (const action of ['preview-change', 'change'])
      expectProblem(await own.ask(action, { planId: large.id }), 409, 'invalid_state');
    await own.act('change', { planId: large.id, when: 'period_end' });
    await passPeriod();
    expect((await own.read()).plan.id).toBe(large.id);
    await own.act('change', { planId: yearly.id, when: 'now' });
    await own.expectFollowing();
  });

  it('lets itself be canceled now, and not at an end that does not come', async () => {
    await own.act('pause');
    expectProblem(await own.ask('cancel', { when: 'period_end' }), 409, 'invalid_state');
    expectProblem(await own.ask('change', { planId: large.id }), 409, 'invalid_state');
    expect((await own.act('cancel', { when: 'now' })).status).toBe('canceled');
    await own.expectFollowing();
  });

  it('twice in a period moves the end twice', async () => {
    const before = await own.read();
    for (let round = 0; round < 2; round += 1) {
      await own.act('pause');
      await world.pass(3 * DAY_MS);
      await own.act('resume');
      await world.pass(DAY_MS);
    }
    const { currentPeriod } = await own.read();
    const movedMs = Date.parse(currentPeriod.end) - Date.parse(before.currentPeriod.end);
    expect(Math.abs(movedMs - 6 * DAY_MS)).toBeLessThan(20_000);
    await own.expectFollowing();
  });
});

describe('renewal', () => {
  it('switched off ends it with its period, as expired; at Stripe it is canceled', async () => {
    const updated = await own.update({ autoRenew: false });
    expect(updated).toMatchObject({ autoRenew: false, cancelAtPeriodEnd: false, status: 'active' });
    expect(own.atStripe.cancel_at_period_end).toBe(true);
    const charged = own.charged;
    await passPeriod();
    expect(await own.read()).toMatchObject({ status: 'expired' });
    expect([own.charged, own.atStripe.status]).toEqual([charged, 'canceled']);
  });

  it('switched on again continues', async () => {
    const before = await own.read();
    await own.update({ autoRenew: false });
    expect(await own.update({ autoRenew: true })).toEqual(before);
    const mark = own.mark();
    await own.update({ autoRenew: true });
    expect(own.writesSince(mark)).toEqual([]);
    await passPeriod();
    expect((await own.read()).status).toBe('active');
  });

  it('switched off stays so over a pause and an upgrade', async () => {
    await own.update({ autoRenew: false });
    expect((await own.act('change', { planId: large.id })).autoRenew).toBe(false);
    await own.act('pause');
    await world.pass(DAY_MS);
    expect(await own.act('resume')).toMatchObject({ autoRenew: false, cancelAtPeriodEnd: false });
    await passPeriod();
    expect((await own.read()).status).toBe('expired');
  });

  it('switched off is no hindrance to a cancellation now', async () => {
    await own.update({ autoRenew: false });
    expect((await own.act('cancel', { when: 'now' })).status).toBe('canceled');
  });
});

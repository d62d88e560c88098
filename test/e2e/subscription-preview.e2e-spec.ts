import type { PlanResponse } from '../../src/modules/plans/dto/plan.response';
import type { PlanChangeResponse } from '../../src/modules/subscriptions/dto/plan-change';
import type { SubscriptionResponse } from '../../src/modules/subscriptions/dto/subscription.response';
import { createApplication } from '../product/support/applications';
import { signUp, type Customer } from '../support/customers';
import { lengthOf, OwnSubscription } from '../support/life-cycle';
import { expectProblem } from '../support/problems';
import { storeRecordings } from '../product/support/recordings';
import { addStaff, assignPlan, makePlan, type StaffMember } from '../support/staff';
import {
  FREE_PERIOD_MS,
  LONG_SESSIONS,
  ONE_DAY_MS,
  renewAll,
  resetClock,
} from '../support/subscriptions';
import { TestApplication } from '../support/test-application';

/* What a change would do and cost: the preview says what the change then does. */

const USD = (amount: number) => ({ amount, currency: 'usd' });
const NOTHING = { credit: USD(0), charge: USD(0), due: USD(0) };

let server: TestApplication;
let staff: StaffMember;
let customer: Customer;
let own: OwnSubscription;
let wide: PlanResponse;
let weekly: PlanResponse;
let basic: PlanResponse;
let plus: PlanResponse;
beforeAll(async () => {
  server = await TestApplication.start(LONG_SESSIONS);
  staff = await addStaff(server);
  wide = await makePlan(server, staff);
  weekly = await makePlan(server, staff, { interval: { unit: 'week', count: 1 } });
  basic = await makePlan(server, staff, { price: USD(1500) });
  plus = await makePlan(server, staff, { price: USD(4501) });
});
afterAll(() => server.stop());
beforeEach(async () => {
  resetClock(server);
  customer = await signUp(server);
  own = new OwnSubscription(server, customer);
});

function preview({ id: planId }: Pick<PlanResponse, 'id'>, when?: string) {
  return own.preview({ planId, when });
}

describe('a preview', () => {
  it('changes nothing', async () => {
    await storeRecordings(server, customer, 3);
    const [before, history, periods] = [await own.read(), await own.history(), await own.periods()];
    for (const plan of [before.plan, wide, weekly, basic])
      for (const when of [undefined, 'now', 'period_end']) await preview(plan, when);
    expect(await own.read()).toEqual(before);
    expect(await own.history()).toEqual(history);
    expect(await own.periods()).toEqual(periods);
  });

  it.each<[name: string, plan: () => PlanResponse, when: string | undefined]>([
    ['another plan', () => wide, undefined],
    ['another plan now', () => wide, 'now'],
    ['another plan at the end of the period', () => wide, 'period_end'],
    ['another interval', () => weekly, undefined],
    ['another interval at the end of the period', () => weekly, 'period_end'],
    ['the same plan', () => customer.subscription.plan, undefined],
  ])('of %s says what the change then does', async (_, plan, when) => {
    await storeRecordings(server, customer, 3);
    await createApplication(server, customer);
    await expectSameAsChange(plan(), when);
  });

  it('of a new beginning says what the change then does', async () => {
    await storeRecordings(server, customer, 3);
    await own.act('cancel', { when: 'now' });
    await expectSameAsChange(weekly);
    await own.act('cancel', { when: 'now' });
    server.clock.moveBy(FREE_PERIOD_MS);
    await expectSameAsChange(wide);
  });

  it('of a cheaper plan says what the renewal then does', async () => {
    await assignPlan(server, staff, customer, basic);
    await storeRecordings(server, customer, 3);
    const expected = await expectSameAsChange(customer.subscription.plan);
    expect(expected).toMatchObject({ when: 'period_end', usageAfter: { recordings: { used: 0 } } });
  });

  /** Times that count from the change are compared from there. */
  async function expectSameAsChange(
    plan: PlanResponse,
    when?: string,
  ): Promise<PlanChangeResponse> {
    const before = await own.read();
    const previewed = await preview(plan, when);
    expect(previewed.conflicts).toEqual([]);
    let changed = await own.act('change', { planId: plan.id, when });
    if (previewed.when === 'period_end') {
      expect(changed).toEqual({ ...before, scheduledPlan: plan });
      expect(previewed.effectiveAt).toBe(before.currentPeriod.end);
      server.clock.moveBy(lengthOf(before.currentPeriod));
      await renewAll(server);
      changed = await own.read();
      expect(changed.currentPeriod.start).toBe(previewed.effectiveAt);
    }
    expect(changed.plan).toEqual(previewed.plan);
    expect(relative(changed.usage, startOf(changed, before))).toEqual(
      relative(previewed.usageAfter, startOf(previewed, before)),
    );
    return previewed;
  }

  function relative(usage: SubscriptionResponse['usage'], start: string): object {
    const { resetsAt, ...recordings } = usage.recordings!;
    const lasts = Date.parse(resetsAt!) - Date.parse(start);
    return { ...usage, recordings: { ...recordings, lasts } };
  }

  /** The beginning of the period afterwards. */
  function startOf(
    changed: SubscriptionResponse | PlanChangeResponse,
    before: SubscriptionResponse,
  ): string {
    if ('currentPeriod' in changed) return changed.currentPeriod.start;
    const goesOn =
      changed.usageAfter.recordings?.resetsAt === before.currentPeriod.end && !before.endedAt;
    return goesOn ? before.currentPeriod.start : changed.effectiveAt;
  }
});

describe('what a change costs', () => {
  it('nothing, between plans without a price and at the end of a period', async () => {
    for (const plan of [wide, weekly, customer.subscription.plan])
      expect((await preview(plan)).proration).toEqual(NOTHING);
    expect((await preview(basic, 'period_end')).proration).toEqual(NOTHING);
    await assignPlan(server, staff, customer, plus);
    expect((await preview(basic)).proration).toEqual(NOTHING);
  });

  it('the rest of the period, by the second, for a dearer plan of the same interval', async () => {
    await assignPlan(server, staff, customer, basic);
    server.clock.moveBy(4 * ONE_DAY_MS + 12_345_678);
    const previewed = await preview(plus);
    expect(previewed).toMatchObject({ when: 'now', plan: plus });
    const credit = await shareOf(1500, previewed);
    const charge = await shareOf(4501, previewed);
    expect(previewed.proration).toEqual({
      ...{ credit: USD(-credit), charge: USD(charge), due: USD(charge - credit) },
    });
  });

  it('the whole price less the rest of the period, for a plan of another interval', async () => {
    await assignPlan(server, staff, customer, basic);
    server.clock.moveBy(FREE_PERIOD_MS / 2);
    const yearly = await makePlan(server, await addStaff(server), {
      price: USD(99_000),
      interval: { unit: 'year', count: 1 },
    });
    const previewed = await preview(yearly);
    const credit = await shareOf(1500, previewed);
    expect(previewed.proration).toEqual({
      ...{ credit: USD(-credit), charge: USD(99_000), due: USD(99_000 - credit) },
    });
  });

  it('less than nothing, for a cheaper plan now', async () => {
    await assignPlan(server, staff, customer, plus);
    const previewed = await preview(basic, 'now');
    const [credit, charge] = [await shareOf(4501, previewed), await shareOf(1500, previewed)];
    expect(previewed.proration.due).toEqual(USD(charge - credit));
    expect(charge - credit).toBeLessThan(0);
  });

  it('the whole price, after the end of a subscription', async () => {
    await own.act('cancel', { when: 'now' });
    const { proration } = await preview(basic);
    expect(proration).toEqual({ credit: USD(0), charge: USD(1500), due: USD(1500) });
  });

  it('counts the time that was paused as not used', async () => {
    await assignPlan(server, staff, customer, basic);
    await own.act('pause');
    server.clock.moveBy(10 * FREE_PERIOD_MS);
    await own.act('resume');
    const { credit } = (await preview(wide, 'now')).proration;
    expect(credit.amount).toBeLessThanOrEqual(-1499);
    expect(credit.amount).toBeGreaterThanOrEqual(-1500);
  });

  it('cannot be told in two currencies, but at the end of the period nothing is due', async () => {
    const euro = await makePlan(server, staff, { price: { amount: 9900, currency: 'eur' } });
    await assignPlan(server, staff, customer, basic);
    const planId = euro.id;
    for (const action of ['preview-change', 'change'])
      expectProblem(await own.ask(action, { planId, when: 'now' }), 409, 'currency_mismatch');
    const zero = { amount: 0, currency: 'eur' };
    expect((await preview(euro, 'period_end')).proration.due).toEqual(zero);
    expect(await assignPlan(server, staff, customer, euro)).toMatchObject({ plan: euro });
  });

  /** What the rest of the running period is worth, of a price: whole seconds, rounded to the minor unit. */
  async function shareOf(amount: number, { effectiveAt }: PlanChangeResponse): Promise<number> {
    const { currentPeriod } = await own.read();
    const left = Math.floor((Date.parse(currentPeriod.end) - Date.parse(effectiveAt)) / 1000);
    return Math.round((amount * left) / (lengthOf(currentPeriod) / 1000));
  }
});

describe('a new version of the own plan', () => {
  it('shows in the preview, and comes with the next period', async () => {
    const plan = await makePlan(server, staff);
    const before = await assignPlan(server, staff, customer, plan);
    await storeRecordings(server, customer, 3);
    const changes = { price: USD(100), interval: { unit: 'week', count: 1 } };
    await server.patch(`/v1/staff/plans/${plan.id}`, staff.token, changes).expect(200);
    const previewed = await preview(plan);
    expect(previewed).toMatchObject({
      ...{ when: 'period_end', effectiveAt: before.currentPeriod.end, proration: NOTHING },
      plan: { id: plan.id, version: 2, ...changes },
      usageAfter: { recordings: { used: 0, limit: 1000, remaining: 1000 } },
    });
    expect(await own.act('change', { planId: plan.id })).toMatchObject({
      plan,
      scheduledPlan: null,
    });
    server.clock.moveBy(FREE_PERIOD_MS);
    await renewAll(server);
    const renewed = await own.read();
    expect(renewed).toMatchObject({ plan: previewed.plan, currentPeriod: { ordinal: 2 } });
    expect(renewed.usage).toEqual(previewed.usageAfter);
  });

  it('does not come where nothing follows the period', async () => {
    const plan = await makePlan(server, staff);
    await assignPlan(server, staff, customer, plan);
    await own.update({ autoRenew: false });
    await server.patch(`/v1/staff/plans/${plan.id}`, staff.token, { price: USD(100) }).expect(200);
    expect(await preview(plan)).toMatchObject({ when: 'now', plan: { version: 1 } });
  });
});

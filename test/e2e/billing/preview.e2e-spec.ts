import * as fc from 'fast-check';
import type { PlanResponse } from '../../../src/modules/plans/dto/plan.response';
import { DAY_MS, type BillingWorld } from '../../support/billing';
import { makePaidPlan, PaidSubscription, startPaidWorld } from '../../support/paid-subscriptions';
import '../../support/property-seed';
import { addStaff } from '../../support/staff';

// What a change costs is what its preview said, to the cent: Stripe computes both, for one and the same second.

const MINUTE_MS = 60_000;

let world: BillingWorld;
let plans: PlanResponse[];

beforeAll(async () => {
  world = await startPaidWorld();
  const staff = await addStaff(world.server);
  const make = (amount: number, unit: string, count: number) =>
    makePaidPlan(world, staff, amount, { interval: { unit, count } });
  plans = [
    await make(999, 'month', 1),
    await make(3001, 'month', 1),
    await make(7777, 'month', 1),
    await make(6543, 'month', 3),
    await make(40_009, 'year', 1),
    await make(501, 'week', 1),
  ];
});

afterEach(() => world.endSubscriptions());

afterAll(async () => {
  await world.stop();
});

describe('POST /v1/subscription/preview-change', () => {
  it('says what Stripe then charges, in the plans, at the time and after the pause between that chance draws', async () => {
    const index = fc.nat({ max: 5 });
    const cases = fc.record({
      from: index,
      to: index,
      after: fc.integer({ min: 1, max: 6 * DAY_MS }),
      considered: fc.integer({ min: 0, max: 14 * MINUTE_MS }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ from, to, after, considered }) => {
        fc.pre(from !== to);
        const own = await PaidSubscription.begin(world, plans[from]!);
        await world.pass(after);
        const body = { planId: plans[to]!.id, when: 'now' };
        const { proration } = await own.preview(body);
        await world.pass(considered);
        const invoices = own.invoices.length;
        await own.act('change', body);
        expect(own.invoices).toHaveLength(invoices + 1);
        const { lines, total } = own.invoices.at(-1)!;
        const amounts = lines.data.map(({ amount }) => amount);
        const sum = (some: number[]) => some.reduce((one, other) => one + other, 0);
        expect(proration).toEqual({
          credit: { amount: sum(amounts.filter((amount) => amount < 0)), currency: 'usd' },
          charge: { amount: sum(amounts.filter((amount) => amount > 0)), currency: 'usd' },
          due: { amount: total, currency: 'usd' },
        });
        expect(proration.credit.amount).toBeLessThan(0);
        await own.expectFollowing();
      }),
      { numRuns: 15 },
    );
  });

  it('changes nothing, here or there', async () => {
    const own = await PaidSubscription.begin(world, plans[1]!);
    const before = [await own.read(), own.atStripe, own.invoices];
    for (const { id: planId } of plans)
      for (const when of [undefined, 'now', 'period_end']) await own.preview({ planId, when });
    expect([await own.read(), own.atStripe, own.invoices]).toEqual(before);
  });

  it('holds for a quarter of an hour; later, the change costs what it costs then', async () => {
    const own = await PaidSubscription.begin(world, plans[1]!);
    await world.pass(5 * DAY_MS);
    const body = { planId: plans[2]!.id };
    const { proration } = await own.preview(body);
    await world.pass(DAY_MS);
    await own.act('change', body);
    expect(own.invoices.at(-1)!.total).toBeLessThan(proration.due.amount);
  });

  it('is forgotten with a change: the next one is reckoned from its own time', async () => {
    const own = await PaidSubscription.begin(world, plans[0]!);
    await world.pass(5 * DAY_MS);
    await own.preview({ planId: plans[2]!.id });
    await world.pass(5 * MINUTE_MS);
    await own.act('change', { planId: plans[1]!.id });
    await own.act('change', { planId: plans[2]!.id });
    const [first, second] = own.invoices.slice(-2);
    const start = (invoice: typeof first) => invoice!.lines.data[0]!.period.start;
    expect(start(second)).toBeGreaterThanOrEqual(start(first));
  });

  it('of a change at the end of the period costs nothing', async () => {
    const own = await PaidSubscription.begin(world, plans[1]!);
    for (const plan of [plans[0]!, plans[4]!]) {
      const { when, proration } = await own.preview({ planId: plan.id, when: 'period_end' });
      expect([when, proration.due.amount]).toEqual(['period_end', 0]);
    }
  });
});

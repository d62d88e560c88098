import type Stripe from 'stripe';
import { RequestContext } from '../../../src/common/request-context';
import { CatalogService } from '../../../src/modules/billing/catalog/catalog.service';
import type { PlanResponse } from '../../../src/modules/plans/dto/plan.response';
import { BillingWorld } from '../../support/billing';
import { signUp } from '../../support/customers';
import { OwnSubscription } from '../../support/life-cycle';
import { addStaff, makePlan, type StaffMember } from '../../support/staff';
import { clientAt, subscriptionAt } from '../../support/webhooks';

// A product at Stripe for each priced plan, a price for each of its versions; the plans are the snapshot.

const JOB = RequestContext.job('test.catalog');

let world: BillingWorld;
let staff: StaffMember;
let catalog: CatalogService;

beforeAll(async () => {
  world = await BillingWorld.start();
  staff = await addStaff(world.server);
  catalog = world.server.app.get(CatalogService);
});

afterAll(() => world.stop());

const writes = () => world.stripe.requests.filter(({ method }) => method !== 'GET').length;
const pricesOf = (planId: string) =>
  world.stripe.state.prices.all().filter(({ product }) => product === planId);
const changesOf = async (planId: string) =>
  (await catalog.compare(JOB)).filter((one) => one.planId === planId).map(({ change }) => change);

async function edit(plan: PlanResponse, changes: object): Promise<void> {
  const { status, text } = await world.server.patch(
    `/v1/staff/plans/${plan.id}`,
    staff.token,
    changes,
  );
  if (status !== 200) throw new Error(`editing a plan answered ${status}: ${text}`);
}

function makePaid(): Promise<PlanResponse> {
  const price = { amount: 1_234, currency: 'eur' };
  return makePlan(world.server, staff, { price, interval: { unit: 'month', count: 3 } });
}

describe('CatalogService', () => {
  it('makes what Stripe lacks, and a second time nothing', async () => {
    const compared = await catalog.compare(JOB);
    expect(writes()).toBe(0);
    const kinds = compared.map(({ slug, change }) => [slug, change]);
    expect(kinds.sort()).toEqual([
      ['pro', 'create_price'],
      ['pro', 'create_product'],
      ['pro-yearly', 'create_price'],
      ['pro-yearly', 'create_product'],
    ]);
    expect(await catalog.sync(JOB)).toEqual(compared);
    expect(await catalog.compare(JOB)).toEqual([]);
    const before = writes();
    expect(await catalog.sync(JOB)).toEqual([]);
    expect(writes()).toBe(before);
  });

  it('gives the price of the plan, to the cent and the month', async () => {
    const plan = await makePaid();
    await catalog.sync(JOB);
    expect(pricesOf(plan.id)).toMatchObject([
      {
        ...{ unit_amount: 1_234, currency: 'eur', active: true, product: plan.id },
        recurring: { interval: 'month', interval_count: 3 },
      },
    ]);
    expect(world.stripe.state.products.get(plan.id).name).toBe(plan.name);
  });

  it('renames the product of a plan that was renamed', async () => {
    const plan = await makePaid();
    await catalog.sync(JOB);
    await edit(plan, { name: 'Another name' });
    expect(await changesOf(plan.id)).toEqual(['rename_product']);
    await catalog.sync(JOB);
    expect(world.stripe.state.products.get(plan.id).name).toBe('Another name');
    expect(await changesOf(plan.id)).toEqual([]);
  });

  it('gives a new version a new price, and archives the old one, which its subscribers keep', async () => {
    const plan = await makePaid();
    await catalog.sync(JOB);
    const [old] = pricesOf(plan.id);
    await edit(plan, { price: { amount: 2_000, currency: 'eur' } });
    expect((await changesOf(plan.id)).sort()).toEqual(['archive_price', 'create_price']);
    await catalog.sync(JOB);
    expect(
      pricesOf(plan.id).map(({ id, active, unit_amount }) => [id === old!.id, active, unit_amount]),
    ).toEqual([
      [true, false, 1_234],
      [false, true, 2_000],
    ]);
    expect(await changesOf(plan.id)).toEqual([]);
    const [row] = await world.server.database.query<{ count: number }>(
      'SELECT count(*)::integer AS count FROM stripe_prices WHERE plan_id = $1',
      [plan.id],
    );
    expect(row!.count).toBe(2); // subscribers still charged by the old one are on a plan
  });

  it('makes one of each, however many ask at once', async () => {
    const plan = await makePaid();
    await Promise.all(Array.from({ length: 5 }, () => catalog.sync(JOB)));
    expect(pricesOf(plan.id)).toHaveLength(1);
  });

  it('finds what it had made when the answer was lost', async () => {
    const plan = await makePaid();
    const isPrice = ({ method, path }: { method: string; path: string }) =>
      method === 'POST' && path === '/v1/prices';
    world.stripe.failNext(2, { afterEffect: true }, isPrice);
    await catalog.sync(JOB);
    world.stripe.stopFailing();
    expect(pricesOf(plan.id)).toHaveLength(1);
    expect(await changesOf(plan.id)).toEqual([]);
  });

  describe('what was changed at Stripe by hand', () => {
    let plan: PlanResponse;
    let price: Stripe.Price;

    beforeEach(async () => {
      plan = await makePaid();
      await catalog.sync(JOB);
      price = pricesOf(plan.id)[0]!;
    });

    const client = () => clientAt(world);
    const checkout = async () => world.openCheckout(await signUp(world.server), plan.slug);
    const soldPrices = () => pricesOf(plan.id).filter(({ active }) => active);

    it.each<[what: string, change: string, archive: () => Promise<unknown>]>([
      [
        'a price that was archived',
        'activate_price',
        () => client().prices.update(price.id, { active: false }),
      ],
      [
        'a product that was archived',
        'activate_product',
        () => client().products.update(plan.id, { active: false }),
      ],
    ])(
      '%s is sold again: sync says so, and a checkout does it by itself',
      async (_, change, archive) => {
        await archive();
        expect(await changesOf(plan.id)).toEqual([change]);
        expect((await checkout()).status).toBe(201);
        expect(await changesOf(plan.id)).toEqual([]);
        await archive();
        await catalog.sync(JOB);
        expect([await changesOf(plan.id), soldPrices()]).toMatchObject([[], [{ id: price.id }]]);
        expect(world.stripe.state.products.get(plan.id).active).toBe(true);
      },
    );

    it('a price that costs something else and bears our key is replaced, and not sold', async () => {
      const impostor = await client().prices.create({
        ...{ product: plan.id, unit_amount: 1, currency: 'eur', lookup_key: price.lookup_key! },
        ...{ recurring: { interval: 'month', interval_count: 3 }, transfer_lookup_key: true },
      });
      await world.server.database.query('DELETE FROM stripe_prices WHERE plan_id = $1', [plan.id]);
      expect((await changesOf(plan.id)).sort()).toEqual([
        'archive_price',
        'archive_price',
        'replace_price',
      ]);
      await catalog.sync(JOB);
      expect(await changesOf(plan.id)).toEqual([]);
      expect(world.stripe.state.prices.get(impostor.id).active).toBe(false);
      expect(soldPrices()).toMatchObject([{ unit_amount: 1_234, currency: 'eur' }]);
      expect((await checkout()).status).toBe(201);
    });

    it('a subscription goes back to a price that was archived since', async () => {
      const other = await makePaid();
      const customer = await world.subscribe(plan.slug);
      const own = new OwnSubscription(world.server, customer);
      await own.act('change', { planId: other.id, when: 'period_end' });
      await client().prices.update(price.id, { active: false });
      await own.act('change', { planId: plan.id });
      expect(world.stripe.state.prices.get(price.id).active).toBe(true);
      expect((await subscriptionAt(world, customer)).items.data[0]!.price.id).toBe(price.id);
    });
  });

  it('has no product for a free plan, or one that was archived before its first subscriber', async () => {
    const freePlan = await makePlan(world.server, staff);
    await catalog.sync(JOB);
    expect(world.stripe.state.products.find(freePlan.id)).toBeUndefined();
  });
});

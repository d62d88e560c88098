import type { PlanResponse } from '../../src/modules/plans/dto/plan.response';
import { BAD_CURSORS, BAD_LIST_QUERIES, walkPages } from '../support/pages';
import { expectFaults } from '../support/problems';
import { insertPlan } from '../support/subscriptions';
import { TestApplication } from '../support/test-application';

describe('plans', () => {
  let server: TestApplication;
  beforeAll(async () => {
    server = await TestApplication.start();
  });
  afterAll(() => server.stop());

  const listSlugs = async (): Promise<string[]> => {
    const response = await server.get('/v1/plans');
    return (response.body as { data: PlanResponse[] }).data.map(({ slug }) => slug);
  };
  const setPlan = (slug: string, assignment: string) =>
    server.database.query(`UPDATE plans SET ${assignment} WHERE slug = $1`, [slug]);

  it('of a new installation are public, cheapest first; the unlimited one is not listed', async () => {
    const response = await server.get('/v1/plans');
    expect(response.status).toBe(200);
    expect(response.body).toEqual({
      nextCursor: null,
      data: [
        expect.objectContaining({
          slug: 'free',
          price: { amount: 0, currency: 'usd' },
          interval: { unit: 'day', count: 15 },
          renews: true,
          default: true,
          limits: { recordings: 100, applications: 1, seats: 3 },
        }),
        expect.objectContaining({ slug: 'pro', interval: { unit: 'month', count: 1 } }),
        expect.objectContaining({ slug: 'pro-yearly', interval: { unit: 'year', count: 1 } }),
      ],
    });
  });

  it('have the fields of the contract and no others', async () => {
    const response = await server.get('/v1/plans?limit=1');
    const [plan] = (response.body as { data: PlanResponse[] }).data;
    expect(plan).toEqual({
      id: expect.any(String) as string,
      slug: 'free',
      name: expect.any(String) as string,
      description: expect.any(String) as string,
      version: 1,
      price: { amount: 0, currency: 'usd' },
      interval: { unit: 'day', count: 15 },
      trialDays: 0,
      graceDays: 7,
      afterGrace: 'default_plan',
      renews: true,
      default: true,
      public: true,
      archived: false,
      limits: { recordings: 100, applications: 1, seats: 3 },
      features: {
        recordings: { limit: 100, mode: 'hard' },
        applications: { limit: 1, mode: 'hard' },
        seats: { limit: 3, mode: 'hard' },
      },
    });
  });

  it('are walked page by page, each once, also where prices are equal', async () => {
    for (const slug of ['tied-one', 'tied-two', 'tied-three']) {
      await insertPlan(server.database, slug, { amount: 4900 });
      await setPlan(slug, 'is_public = true');
    }
    const pages = await walkPages<PlanResponse>(server.get, '/v1/plans', 1);
    const plans = pages.flat();
    const amounts = plans.map(({ price }) => price.amount);
    expect(pages.map((page) => page.length)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(new Set(plans.map(({ id }) => id)).size).toBe(6);
    expect(amounts).toEqual([0, 4900, 4900, 4900, 4900, 49_000]);
    expect((await walkPages<PlanResponse>(server.get, '/v1/plans', 4)).flat()).toEqual(plans);
  });

  it('are not listed when they are archived or not public', async () => {
    expect(await listSlugs()).toContain('pro');
    await setPlan('pro', 'archived_at = now()');
    expect(await listSlugs()).not.toContain('pro');
    await setPlan('pro', 'archived_at = NULL, is_public = false');
    expect(await listSlugs()).not.toContain('pro');
    await setPlan('pro', 'is_public = true');
    expect(await listSlugs()).toContain('pro');
  });

  it('say null where something is unlimited', async () => {
    await setPlan('unlimited', 'is_public = true');
    const response = await server.get('/v1/plans');
    const plans = (response.body as { data: PlanResponse[] }).data;
    await setPlan('unlimited', 'is_public = false');
    expect(plans.find(({ slug }) => slug === 'unlimited')?.limits).toEqual({
      recordings: null,
      applications: null,
      seats: null,
    });
  });

  it.each(BAD_CURSORS)('refuse a cursor that is %s', async (_, cursor) => {
    expectFaults(await server.get(`/v1/plans?cursor=${encodeURIComponent(cursor)}`), '/cursor');
  });

  it.each(BAD_LIST_QUERIES)('refuse the query %s', async (query, pointer) => {
    expectFaults(await server.get(`/v1/plans?${query}`), pointer);
  });

  it('ignore an Authorization header', async () => {
    expect((await server.get('/v1/plans', 'nonsense')).status).toBe(200);
  });
});

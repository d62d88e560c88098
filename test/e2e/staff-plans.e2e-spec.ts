import { limitsOf as grantsOf } from '../support/subscription-fixtures';
import { PLATFORM_ID } from '../../src/common/ids';
import type { PlanResponse } from '../../src/modules/plans/dto/plan.response';
import { signUp } from '../support/customers';
import { BAD_CURSORS, BAD_LIST_QUERIES, walkPages } from '../support/pages';
import { comparable, expectFaults, expectProblem } from '../support/problems';
import { tally } from '../support/race';
import type { StaffMember } from '../support/staff';
import { PLANS, aPlan, StaffPlans } from '../support/staff-plans';
import type { TestApplication } from '../support/test-application';

const RACERS = 6;

let plans: StaffPlans;
let server: TestApplication;
let staff: StaffMember;
let free: PlanResponse;
beforeAll(async () => {
  plans = await StaffPlans.start();
  ({ server, staff } = plans);
  free = (await plans.listAll()).find(({ slug }) => slug === 'free')!;
});
afterAll(() => server.stop());

describe('the routes of plans for staff', () => {
  const call = {
    list: (token?: string) => server.get(PLANS, token),
    get: (token?: string) => server.get(`${PLANS}/${free.id}`, token),
    create: (token?: string) => server.post(PLANS, token, aPlan()),
    update: (token?: string) => server.patch(`${PLANS}/${free.id}`, token, { name: 'Taken' }),
    archive: (token?: string) => server.post(`${PLANS}/${free.id}/archive`, token),
  };

  it.each(Object.entries(call))('%s: refuse everyone else', async (_, request) => {
    const customer = await signUp(server);
    const before = await plans.listAll();
    expectProblem(await request(), 401, 'unauthenticated');
    expectProblem(await request('tnf_nonsense'), 401, 'unauthenticated');
    expectProblem(await request(customer.token), 403, 'wrong_credential_kind');
    expectProblem(await request(customer.key), 403, 'wrong_credential_kind');
    expect(await plans.listAll()).toEqual(before);
  });

  it('answer alike to a missing and to a malformed id', async () => {
    const requests = [
      (id: string) => plans.asStaff(`${PLANS}/${id}`),
      (id: string) => plans.patch({ id }, { name: 'New' }),
      (id: string) => plans.askToArchive({ id }),
    ];
    for (const request of requests) {
      const missing = await request(PLATFORM_ID);
      expectProblem(missing, 404, 'plan_not_found');
      expect(comparable(await request('free'))).toEqual(comparable(missing));
    }
  });
});

describe('GET /v1/staff/plans', () => {
  it('lists all plans, cheapest first, archived and unlisted ones too, page by page', async () => {
    const archived = await plans.archive(
      await plans.create({ price: { amount: 1, currency: 'usd' } }),
    );
    const unlisted = await plans.create({ public: false });
    const all = await plans.listAll();
    const amounts = all.map(({ price }) => price.amount);
    expect(amounts).toEqual([...amounts].sort((one, other) => one - other));
    expect(all).toEqual(expect.arrayContaining([free, archived, unlisted]));
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    expect((await walkPages<PlanResponse>(plans.asStaff, PLANS, 2)).flat()).toEqual(all);
  });

  it.each(BAD_CURSORS)('refuses a cursor that is %s', async (_, cursor) => {
    expectFaults(await plans.asStaff(`${PLANS}?cursor=${encodeURIComponent(cursor)}`), '/cursor');
  });

  it.each(BAD_LIST_QUERIES)('refuses the query %s', async (query, pointer) => {
    expectFaults(await plans.asStaff(`${PLANS}?${query}`), pointer);
  });
});

describe('POST /v1/staff/plans', () => {
  it('makes a plan with what is usual', async () => {
    const body = aPlan();
    const response = await plans.send(body);
    expect(response.status).toBe(201);
    expect(response.body).toEqual({
      ...body,
      ...{ id: expect.any(String) as string, description: '', version: 1 },
      ...{ trialDays: 0, graceDays: 7, afterGrace: 'default_plan', renews: true },
      ...{ default: false, public: true, archived: false, features: grantsOf(body.limits) },
    });
    expect(await plans.read(response.body as PlanResponse)).toEqual(response.body);
  });

  it('makes a plan with all that can be said, up to the bounds', async () => {
    const whole = {
      ...{ slug: 'a'.repeat(64), name: 'n'.repeat(100), description: 'd'.repeat(500) },
      price: { amount: Number.MAX_SAFE_INTEGER, currency: 'jpy' },
      interval: { unit: 'year', count: 366 },
      ...{ trialDays: 730, graceDays: 365, afterGrace: 'expire', renews: false, public: false },
      limits: { recordings: 0, applications: Number.MAX_SAFE_INTEGER, seats: null },
    };
    const plan = await plans.create(whole);
    expect(await plans.read(plan)).toEqual({ ...plan, ...whole, features: grantsOf(whole.limits) });
  });

  it.each<[pointer: string, wrong: object]>([
    ['/slug', { slug: '' }],
    ['/slug', { slug: 'a'.repeat(65) }],
    ['/slug', { slug: 'Pro' }],
    ['/slug', { slug: 'pro--plus' }],
    ['/slug', { slug: '-pro' }],
    ['/slug', { slug: 'pro\n' }],
    ['/slug', { slug: undefined }],
    ['/name', { name: '' }],
    ['/name', { name: ' ' }],
    ['/name', { name: 'n'.repeat(101) }],
    ['/description', { description: 'd'.repeat(501) }],
    ['/description', { description: null }],
    ['/price', { price: undefined }],
    ['/price', { price: 4900 }],
    ['/price/amount', { price: { amount: -1, currency: 'usd' } }],
    ['/price/amount', { price: { amount: 49.5, currency: 'usd' } }],
    ['/price/amount', { price: { amount: 2 ** 53, currency: 'usd' } }],
    ['/price/currency', { price: { amount: 1, currency: 'USD' } }],
    ['/price/currency', { price: { amount: 1 } }],
    ['/price/tax', { price: { amount: 1, currency: 'usd', tax: 1 } }],
    ['/interval', { interval: undefined }],
    ['/interval/unit', { interval: { unit: 'hour', count: 1 } }],
    ['/interval/count', { interval: { unit: 'day', count: 0 } }],
    ['/interval/count', { interval: { unit: 'day', count: 367 } }],
    ['/trialDays', { trialDays: 731 }],
    ['/trialDays', { trialDays: -1 }],
    ['/graceDays', { graceDays: 366 }],
    ['/afterGrace', { afterGrace: 'never' }],
    ['/renews', { renews: 'true' }],
    ['/public', { public: null }],
    ['/default', { default: 1 }],
    ['/limits', { limits: null }],
    ['/limits/seats', { limits: { seats: '1' } }],
    ['/limits/exports', { limits: { exports: 1 } }],
    ['/limits/__proto__x', { limits: { __proto__x: 1 } }],
    ['/limits/seats', { limits: { seats: 1 }, features: { seats: { limit: 1 } } }],
    ['/features', { features: [] }],
    ['/features/exports', { features: { exports: { limit: 1 } } }],
    ['/features/seats', { limits: {}, features: { seats: 3 } }],
    ['/features/seats/limit', { limits: {}, features: { seats: {} } }],
    ['/features/seats/limit', { limits: {}, features: { seats: { limit: 0.5 } } }],
    ['/features/seats/mode', { limits: {}, features: { seats: { limit: 1, mode: 'gentle' } } }],
    ['/features/seats/enabled', { limits: {}, features: { seats: { enabled: true } } }],
    ['/features/seats/more', { limits: {}, features: { seats: { limit: 1, more: 1 } } }],
    ['/limits/recordings', { limits: { recordings: -1, applications: 1, seats: 1 } }],
    ['/limits/recordings', { limits: { recordings: 2 ** 53, applications: 1, seats: 1 } }],
    ['/version', { version: 2 }],
  ])('refuses at %s: %j', async (pointer, wrong) => {
    const before = await plans.listAll();
    expectFaults(await plans.send(aPlan(wrong)), pointer);
    expect(await plans.listAll()).toEqual(before);
  });

  it('refuses a slug that another plan has, an archived one too', async () => {
    const { slug } = await plans.archive(await plans.create());
    expectProblem(await plans.send(aPlan({ slug })), 409, 'plan_slug_taken');
    expectProblem(await plans.send(aPlan({ slug: 'free' })), 409, 'plan_slug_taken');
  });

  it('gives a slug to one of those who want it at the same time', async () => {
    const { slug } = aPlan();
    const answers = await plans.raceToEdit(RACERS, () => plans.send(aPlan({ slug })));
    expect(tally(answers)).toEqual({ 201: 1, 409: RACERS - 1 });
    expect((await plans.listAll()).filter((plan) => plan.slug === slug)).toHaveLength(1);
  });

  it('makes one plan for one Idempotency-Key', async () => {
    const body = aPlan();
    const again = () => server.post(PLANS, staff.token, body).set('idempotency-key', body.slug);
    const [first, second] = [await again(), await again()];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toEqual(first.body);
    expect(second.headers['idempotency-replayed']).toBe('true');
  });

  it('is in the log of the installation', async () => {
    const response = await plans.send(aPlan());
    const { id, slug } = response.body as PlanResponse;
    expect(await plans.readAudit(response)).toEqual({
      [id]: expect.objectContaining({
        action: 'plan.create',
        actor: { kind: 'staff', id: staff.id, email: staff.email },
        target: { type: 'plan', id },
        changes: expect.objectContaining({ slug: [null, slug], version: [null, 1] }) as object,
      }) as object,
      plan_version: expect.objectContaining({
        changes: expect.objectContaining({
          planId: [null, id],
          priceAmount: [null, 4900],
        }) as object,
      }) as object,
    });
  });
});

describe('PATCH /v1/staff/plans/{id}', () => {
  it('changes what it names and nothing else', async () => {
    const plan = await plans.create();
    const changes = {
      ...{ name: 'Renamed', description: 'Other', trialDays: 14, graceDays: 0 },
      ...{ afterGrace: 'expire', renews: false, public: false },
    };
    expect(await plans.change(plan, changes)).toEqual({ ...plan, ...changes });
    for (const name of Object.keys(changes) as (keyof PlanResponse)[])
      await plans.change(plan, { [name]: plan[name] });
    expect(await plans.read(plan)).toEqual(plan);
  });

  it('changes one limit and leaves the others; null is unlimited', async () => {
    const plan = await plans.create();
    await plans.change(plan, { limits: { recordings: null } });
    await plans.change(plan, { limits: { seats: 0 } });
    await plans.change(plan, { limits: {} });
    const limits = { recordings: null, applications: 2, seats: 0 };
    expect(await plans.read(plan)).toEqual({ ...plan, limits, features: grantsOf(limits) });
  });

  it.each<[pointer: string, wrong: object]>([
    ['/slug', { slug: 'another' }],
    ['/id', { id: PLATFORM_ID }],
    ['/archived', { archived: true }],
    ['/name', { name: null }],
    ['/trialDays', { trialDays: null }],
    ['/price', { price: null }],
    ['/price/currency', { price: { amount: 1 } }],
    ['/interval/count', { interval: { unit: 'day' } }],
    ['/limits', { limits: null }],
    ['/limits/seats', { limits: { seats: -1 } }],
    ['/limits/members', { limits: { members: 1 } }],
    ['/default', { default: null }],
  ])('refuses at %s: %j', async (pointer, wrong) => {
    expectFaults(await plans.patch(free, wrong), pointer);
    expect(await plans.read(free)).toEqual(free);
  });

  it('makes a version of another price or interval', async () => {
    const plan = await plans.create();
    const price = { amount: 5900, currency: 'eur' };
    expect(await plans.change(plan, { price })).toEqual({ ...plan, price, version: 2 });
    const interval = { unit: 'month', count: 3 };
    expect(await plans.change(plan, { interval })).toEqual({
      ...plan,
      price,
      interval,
      version: 3,
    });
    expect(await plans.read(plan)).toMatchObject({ version: 3, price, interval });
  });

  it('makes none, and leaves no trace, where all stays as it is', async () => {
    const plan = await plans.create();
    const rows = await plans.countAuditRows();
    const { name, description, price, interval, limits } = plan;
    const same = { name, description, price, interval, limits, renews: true, default: false };
    expect(await plans.change(plan, same)).toEqual(plan);
    expect(await plans.change(plan, {})).toEqual(plan);
    expect(await plans.countAuditRows()).toBe(rows);
  });

  it('makes a version for each of those who change the price at the same time', async () => {
    const plan = await plans.create();
    const answers = await plans.raceToEdit(RACERS, (index) =>
      plans.patch(plan, { price: { amount: index, currency: 'usd' } }),
    );
    expect(tally(answers)).toEqual({ 200: RACERS });
    const versions = answers.map(({ body }) => (body as PlanResponse).version);
    expect([...versions].sort()).toEqual(answers.map((_, index) => index + 2));
    const last = answers.find(({ body }) => (body as PlanResponse).version === RACERS + 1);
    expect(await plans.read(plan)).toEqual(last?.body);
  });

  it('loses nothing of two changes that are made at the same time', async () => {
    const plan = await plans.create();
    const changes = [{ name: 'Renamed' }, { graceDays: 1 }];
    await plans.raceToEdit(2, (index) => plans.patch(plan, changes[index]!));
    expect(await plans.read(plan)).toEqual({ ...plan, name: 'Renamed', graceDays: 1 });
  });

  it('is in the log of the installation', async () => {
    const plan = await plans.create();
    const response = await plans.patch(plan, {
      name: 'New',
      price: { amount: 1, currency: 'usd' },
    });
    const { [plan.id]: row, plan_version: version } = await plans.readAudit(response);
    expect(row).toMatchObject({ action: 'plan.update', target: { type: 'plan' } });
    expect(row?.changes).toEqual({ name: ['Plan', 'New'], version: [1, 2] });
    expect(version).toMatchObject({ changes: { priceAmount: [null, 1], version: [null, 2] } });
  });
});

import type { Response } from 'supertest';
import type { FeatureResponse } from '../../src/modules/features/dto/feature';
import type { PlanResponse } from '../../src/modules/plans/dto/plan.response';
import type { SubscriptionResponse } from '../../src/modules/subscriptions/dto/subscription.response';
import { newId } from '../../src/common/ids';
import { signUp, type Customer } from '../support/customers';
import { BAD_CURSORS, walkPages } from '../support/pages';
import { expectFaults, expectProblem } from '../support/problems';
import { race, tally } from '../support/race';
import { sendRecording } from '../product/support/recordings';
import { addStaff, assignPlan, makePlan, type StaffMember } from '../support/staff';
import { LONG_SESSIONS } from '../support/subscriptions';
import { TestApplication } from '../support/test-application';

/* The catalogue of features, and plans that grant features that staff have added. */

const FEATURES = '/v1/staff/features';
const RACERS = 6;

let server: TestApplication;
let staff: StaffMember;
beforeAll(async () => {
  server = await TestApplication.start(LONG_SESSIONS);
  staff = await addStaff(server);
});
afterAll(() => server.stop());

function aFeature(changes: object = {}): { key: string } {
  const key = `exports_${newId().replaceAll('-', '')}`;
  return { ...{ key, name: 'Exports', kind: 'metered' }, ...changes };
}

function send(body: object): Promise<Response> {
  return Promise.resolve(server.post(FEATURES, staff.token, body));
}

async function add(changes: object = {}): Promise<FeatureResponse> {
  const response = await send(aFeature(changes));
  expect(response.status).toBe(201);
  return response.body as FeatureResponse;
}

function change(key: string, body: object): Promise<Response> {
  return Promise.resolve(server.patch(`${FEATURES}/${key}`, staff.token, body));
}

async function listAll(): Promise<FeatureResponse[]> {
  const pages = await walkPages<FeatureResponse>(
    (path) => Promise.resolve(server.get(path, staff.token)),
    FEATURES,
    2,
  );
  return pages.flat();
}

describe('the catalogue', () => {
  it('has what code declares, in the order of keys', async () => {
    const declared = (await listAll()).filter((feature) => feature.declared);
    expect(declared.map(({ key, kind, resets }) => [key, kind, resets])).toEqual([
      ['applications', 'allocated', null],
      ['recordings', 'metered', 'period'],
      ['seats', 'allocated', null],
    ]);
  });

  it.each(BAD_CURSORS)('refuses a cursor that is %s', async (_, cursor) => {
    const path = `${FEATURES}?cursor=${encodeURIComponent(cursor)}`;
    expectFaults(await server.get(path, staff.token), '/cursor');
  });

  it('takes features of each kind', async () => {
    const metered = await add({ resets: 'day', unit: 'export', visibility: 'client' });
    expect(metered).toEqual({
      ...{ key: metered.key, name: 'Exports', kind: 'metered', resets: 'day', unit: 'export' },
      ...{ values: null, visibility: 'client', declared: false, archived: false, rollout: null },
      createdAt: expect.any(String) as string,
    });
    expect(await add()).toMatchObject({ resets: 'period', visibility: 'team' });
    expect(await add({ kind: 'flag' })).toMatchObject({ kind: 'flag', resets: null });
    const region = await add({ kind: 'config', values: ['eu', 'us', 3] });
    expect(region.values).toEqual(['eu', 'us', 3]);
    expect(await listAll()).toEqual(expect.arrayContaining([metered, region]));
  });

  it.each<[pointer: string, wrong: object]>([
    ['/key', { key: '' }],
    ['/key', { key: 'Exports' }],
    ['/key', { key: '1st' }],
    ['/key', { key: 'a'.repeat(64) }],
    ['/name', { name: '\u200b' }],
    ['/kind', { kind: 'counter' }],
    ['/resets', { resets: 'hour' }],
    ['/resets', { kind: 'flag', resets: 'day' }],
    ['/unit', { kind: 'flag', unit: 'flag' }],
    ['/values', { values: ['a'] }],
    ['/values', { kind: 'config', values: [] }],
    ['/values', { kind: 'config', values: [1.5] }],
    ['/declared', { declared: true }],
  ])('refuses at %s: %j', async (pointer, wrong) => {
    expectFaults(await send(aFeature(wrong)), pointer);
  });

  it('gives a key to one of those who want it at the same time, and never again', async () => {
    const body = aFeature();
    const answers = await race(RACERS, () => send(body));
    expect(tally(answers)).toEqual({ 201: 1, 409: RACERS - 1 });
    expect((await change(body.key, { archived: true })).status).toBe(200);
    expectProblem(await send(body), 409, 'feature_key_taken');
  });

  it('changes and archives what staff have added, and nothing that code declares', async () => {
    const { key, ...feature } = await add({ unit: 'export' });
    const changed = await change(key, { name: 'Renamed', unit: null, archived: true });
    expect(changed.body).toEqual({ key, ...feature, name: 'Renamed', unit: null, archived: true });
    const back = await change(key, { archived: false });
    expect(back.body).toMatchObject({ archived: false, name: 'Renamed' });
    expectProblem(await change('seats', { name: 'Chairs' }), 409, 'feature_declared');
    expectProblem(await change('nothing', { name: 'Nothing' }), 404, 'feature_not_found');
  });
});

describe('a plan', () => {
  let customer: Customer;
  beforeEach(async () => {
    customer = await signUp(server);
  });

  async function subscription(): Promise<SubscriptionResponse> {
    const response = await server.get('/v1/subscription', customer.token);
    return response.body as SubscriptionResponse;
  }

  it('grants features that staff have added, each in the form of its kind', async () => {
    const [exports, sso, region] = [
      await add(),
      await add({ kind: 'flag' }),
      await add({ kind: 'config', values: ['eu', 'us'] }),
    ];
    const features = {
      [exports.key]: { limit: 5, mode: 'soft' },
      [sso.key]: { enabled: true },
      [region.key]: { value: 'eu' },
    };
    const plan = await makePlan(server, staff, { features, limits: { seats: 2 } });
    expect(plan.features).toMatchObject(features);
    expect(plan.features.recordings).toBeNull();
    expect(plan.limits).toMatchObject({ [exports.key]: 5, seats: 2, recordings: 0 });
    await assignPlan(server, staff, customer, plan);
    const { usage } = await subscription();
    expect(usage[exports.key]).toMatchObject({ used: 0, limit: 5, remaining: 5, overLimit: false });
    expect(usage).not.toHaveProperty(sso.key);
    expectProblem(await sendRecording(server, customer), 402, 'quota_exceeded');
  });

  it('refuses a grant of the wrong kind, and any of an archived feature', async () => {
    const sso = await add({ kind: 'flag' });
    const region = await add({ kind: 'config', values: ['eu', 'us'] });
    const old = await add();
    await change(old.key, { archived: true });
    const create = (features: object, limits: object = {}) =>
      server.post('/v1/staff/plans', staff.token, {
        ...{ slug: `plan-${newId()}`, name: 'Plan', price: { amount: 0, currency: 'usd' } },
        ...{ interval: { unit: 'month', count: 1 }, features, limits },
      });
    const codes = async (response: Promise<Response>) =>
      ((await response).body as { errors: { pointer: string; code: string }[] }).errors.map(
        ({ pointer, code }) => [pointer, code],
      );
    expect(await codes(Promise.resolve(create({ [sso.key]: { limit: 1 } })))).toEqual([
      [`/features/${sso.key}/limit`, 'feature_kind'],
    ]);
    expect(await codes(Promise.resolve(create({}, { [sso.key]: 1 })))).toEqual([
      [`/limits/${sso.key}`, 'feature_kind'],
    ]);
    expect(await codes(Promise.resolve(create({ [region.key]: { value: 'asia' } })))).toEqual([
      [`/features/${region.key}/value`, 'choice'],
    ]);
    expect(await codes(Promise.resolve(create({ [old.key]: { limit: 1 } })))).toEqual([
      [`/features/${old.key}`, 'feature_archived'],
    ]);
    expect(await codes(Promise.resolve(create({ nothing: { limit: 1 } })))).toEqual([
      ['/features/nothing', 'unknown_feature'],
    ]);
  });

  it('with a soft limit counts on and says so', async () => {
    const features = { recordings: { limit: 1, mode: 'soft' } };
    await assignPlan(
      server,
      staff,
      customer,
      await makePlan(server, staff, { features, limits: {} }),
    );
    for (const [used, overLimit] of [
      [1, false],
      [2, true],
      [3, true],
    ] as const) {
      const answer = await sendRecording(server, customer);
      expect(answer.status).toBe(201);
      expect(answer.body).toMatchObject({ usage: { used, limit: 1, remaining: 0, overLimit } });
    }
    const status = await server.get('/v1/sdk/status', customer.key);
    expect(status.body).toMatchObject({ recording: true });
  });

  it('that names a feature no longer leaves nothing of it', async () => {
    const plan = await makePlan(server, staff, { limits: { recordings: 5, seats: 3 } });
    await assignPlan(server, staff, customer, plan);
    const path = `/v1/staff/plans/${plan.id}`;
    const edited = await server.patch(path, staff.token, { features: { recordings: null } });
    expect((edited.body as PlanResponse).features.recordings).toBeNull();
    expectProblem(await sendRecording(server, customer), 402, 'quota_exceeded');
  });
});

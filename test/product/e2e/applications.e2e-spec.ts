import type { Response } from 'supertest';
import { newId } from '../../../src/common/ids';
import type { ApplicationResponse } from '../../../src/product/applications/dto/application.response';
import { aRecording, signUp, type Customer } from '../../support/customers';
import { addMember } from '../../support/members';
import { BAD_CURSORS, BAD_LIST_QUERIES, walkPages } from '../../support/pages';
import { comparable, expectFaults, expectProblem } from '../../support/problems';
import { changeSubscription } from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';

const PRO_LIMIT = 10;

describe('applications', () => {
  let server: TestApplication;
  let customer: Customer;
  let stranger: Customer;
  beforeAll(async () => {
    server = await TestApplication.start();
    stranger = await signUpPro();
  });
  beforeEach(async () => {
    customer = await signUpPro();
  });
  afterAll(() => server.stop());

  /** Ten applications instead of one. */
  async function signUpPro(): Promise<Customer> {
    const signedUp = await signUp(server);
    await changeSubscription(server.database, signedUp.business.id, { planSlug: 'pro' });
    return signedUp;
  }
  const create = (body: object, token = customer.token) =>
    server.post('/v1/applications', token, body);
  const patch = (id: string, body: object, token = customer.token) =>
    server.patch(`/v1/applications/${id}`, token, body);
  const get = (id: string, token = customer.token) => server.get(`/v1/applications/${id}`, token);
  const remove = (id: string, token = customer.token) =>
    server.delete(`/v1/applications/${id}`, token);
  const list = async (token = customer.token): Promise<ApplicationResponse[]> => {
    const response = await server.get('/v1/applications', token);
    expect(response.status).toBe(200);
    return (response.body as { data: ApplicationResponse[] }).data;
  };
  const created = async (body: object, token = customer.token): Promise<ApplicationResponse> => {
    const response = await create(body, token);
    expect(response.status).toBe(201);
    return response.body as ApplicationResponse;
  };

  describe('living with them', () => {
    it('creates one with a name alone, or with everything', async () => {
      expect(await created({ name: ' Shop ' })).toEqual({
        id: expect.any(String) as string,
        name: ' Shop ',
        bundleId: null,
        platform: null,
        origins: [],
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      });
      const full = {
        ...{ name: 'Shop', bundleId: 'com.example.shop', platform: 'web' },
        origins: ['https://shop.example'],
      };
      expect(await created(full)).toMatchObject(full);
      const empty = { name: 'Shop', bundleId: null, platform: null };
      expect(await created(empty)).toMatchObject(empty);
    });

    it('shows one, and lists them newest first', async () => {
      const first = await created({ name: 'First' });
      const second = await created({ name: 'Second', platform: 'web' });
      expect((await get(first.id)).body).toEqual(first);
      expect((await get(first.id.toUpperCase())).body).toEqual(first);
      expect(await list()).toEqual([second, first]);
    });

    it('walks all pages, each application once', async () => {
      for (const name of ['One', 'Two', 'Three', 'Four', 'Five']) await created({ name });
      const read = (path: string) => server.get(path, customer.token);
      const pages = await walkPages<ApplicationResponse>(read, '/v1/applications', 2);
      expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
      expect(pages.flat()).toEqual(await list());
    });

    it('changes what is named and leaves the rest; null clears', async () => {
      const shop = await created({ name: 'Shop', bundleId: 'com.example.shop', platform: 'ios' });
      const renamed = await patch(shop.id, { name: 'Store' });
      expect([renamed.status, renamed.body]).toEqual([200, { ...shop, name: 'Store' }]);
      const cleared = await patch(shop.id, { bundleId: null, platform: null });
      expect(cleared.body).toEqual({ ...shop, name: 'Store', bundleId: null, platform: null });
      const unchanged = await patch(shop.id, {});
      expect(unchanged.body).toEqual(cleared.body);
      expect((await get(shop.id)).body).toEqual(cleared.body);
    });

    it('deletes one, which is then like one that never existed; its recordings stay', async () => {
      const shop = await created({ name: 'Shop' });
      const recording = aRecording({ applicationId: shop.id });
      const stored = await server.post('/v1/recordings', customer.key, recording);
      const response = await remove(shop.id);
      expect([response.status, response.text]).toEqual([204, '']);
      const missing = comparable(await get(newId()));
      expect(comparable(await get(shop.id))).toEqual(missing);
      expect(comparable(await remove(shop.id))).toEqual(missing);
      expect(comparable(await patch(shop.id, { name: 'Back' }))).toEqual(missing);
      expect(comparable(await patch(shop.id, {}))).toEqual(missing);
      expect(await list()).toEqual([]);
      const { id } = stored.body as { id: string };
      const kept = await server.get(`/v1/recordings/${id}`, customer.token);
      expect(kept.body).toMatchObject({ id, applicationId: shop.id });
      const late = await server.post(
        '/v1/recordings',
        customer.key,
        aRecording({ applicationId: shop.id }),
      );
      expectProblem(late, 404, 'application_not_found');
    });

    it.each(BAD_CURSORS)('refuses a cursor that is %s', async (_, cursor) => {
      const path = `/v1/applications?cursor=${encodeURIComponent(cursor)}`;
      expectFaults(await server.get(path, customer.token), '/cursor');
    });

    it.each(BAD_LIST_QUERIES)('refuses the query %s', async (query, pointer) => {
      expectFaults(await server.get(`/v1/applications?${query}`, customer.token), pointer);
    });
  });

  describe('invalid requests', () => {
    const refused: [object, string][] = [
      [{ name: '' }, '/name'],
      [{ name: ' \t' }, '/name'],
      [{ name: 'x'.repeat(101) }, '/name'],
      [{ name: null }, '/name'],
      [{ name: ['Shop'] }, '/name'],
      [{ name: 'Shop', bundleId: '' }, '/bundleId'],
      [{ name: 'Shop', bundleId: 'x'.repeat(256) }, '/bundleId'],
      [{ name: 'Shop', bundleId: 7 }, '/bundleId'],
      [{ name: 'Shop', bundleId: 'a\u0000b' }, '/bundleId'],
      [{ name: 'Shop', bundleId: { toString: 1 } }, '/bundleId'],
      [{ name: 'Shop', platform: 'Android' }, '/platform'],
      [{ name: 'Shop', platform: 'windows' }, '/platform'],
      [{ name: 'Shop', platform: ['ios'] }, '/platform'],
      [{ name: 'Shop', id: newId() }, '/id'],
      [{ name: 'Shop', businessId: newId() }, '/businessId'],
      [{ name: 'Shop', createdAt: '2020-01-01T00:00:00.000Z' }, '/createdAt'],
      [{ name: 'Shop', deletedAt: null }, '/deletedAt'],
    ];
    it.each(refused)('create nothing and change nothing: %j', async (body, pointer) => {
      const shop = await created({ name: 'Before' });
      expectFaults(await create(body), pointer);
      expectFaults(await patch(shop.id, body), pointer);
      expect(await list()).toEqual([shop]);
    });

    it('name the field that is missing', async () => {
      const [fault] = expectFaults(await create({ platform: 'ios' }), '/name');
      expect(fault).toEqual({ pointer: '/name', code: 'required', detail: 'is required' });
    });
  });

  describe("the plan's limit", () => {
    it('is 402 with what was reached and where to go, and stores nothing', async () => {
      const free = await signUp(server);
      await created({ name: 'Only' }, free.token);
      const problem = expectProblem(
        await create({ name: 'Second' }, free.token),
        402,
        'limit_reached',
      );
      expect(problem).toMatchObject({
        feature: 'applications',
        used: 1,
        limit: 1,
        upgradeUrl: 'http://app.test/billing',
      });
      expect(await list(free.token)).toHaveLength(1);
    });

    it('counts living applications only', async () => {
      const free = await signUp(server);
      const only = await created({ name: 'Only' }, free.token);
      await remove(only.id, free.token);
      await created({ name: 'Next' }, free.token);
      expectProblem(await create({ name: 'Third' }, free.token), 402, 'limit_reached');
    });

    it('is met exactly by racers', async () => {
      for (const name of ['One', 'Two', 'Three']) await created({ name });
      const racers = Array.from({ length: 3 * PRO_LIMIT }, (_, number) =>
        create({ name: `Racer ${number}` }),
      );
      const answers = await Promise.all(racers);
      const refusals = answers.filter(({ status }) => status !== 201);
      expect(refusals).toHaveLength(3 * PRO_LIMIT - (PRO_LIMIT - 3));
      for (const answer of refusals) expectProblem(answer, 402, 'limit_reached');
      expect(await list()).toHaveLength(PRO_LIMIT);
    });

    it('does not stand where the plan has none', async () => {
      await changeSubscription(server.database, customer.business.id, { planSlug: 'unlimited' });
      const racers = Array.from({ length: PRO_LIMIT + 2 }, () => created({ name: 'Shop' }));
      await Promise.all(racers);
      expect(await list()).toHaveLength(PRO_LIMIT + 2);
    });

    it.each(['paused', 'canceled', 'expired'] as const)(
      'is nothing where the subscription is %s: reading and managing go on',
      async (status) => {
        const shop = await created({ name: 'Shop' });
        await changeSubscription(server.database, customer.business.id, { status });
        expectProblem(await create({ name: 'Second' }), 403, 'subscription_inactive');
        expect((await patch(shop.id, { name: 'Store' })).status).toBe(200);
        expect((await remove(shop.id)).status).toBe(204);
      },
    );
  });

  describe('a bundle id', () => {
    const shop = { name: 'Shop', bundleId: 'com.example.shop' };

    it('is unique in a business, and free in another', async () => {
      await created(shop);
      const other = await created({ name: 'Other' });
      expectProblem(await create(shop), 409, 'bundle_id_taken');
      expectProblem(await patch(other.id, { bundleId: shop.bundleId }), 409, 'bundle_id_taken');
      expect((await get(other.id)).body).toEqual(other);
      await created(shop, (await signUpPro()).token);
    });

    it('is exact: neither letter case nor white space is folded', async () => {
      await created(shop);
      await created({ ...shop, bundleId: 'com.example.Shop' });
      await created({ ...shop, bundleId: ' com.example.shop' });
    });

    it('may stay the same in a change, and be used again once it is free', async () => {
      const first = await created(shop);
      expect((await patch(first.id, shop)).status).toBe(200);
      await remove(first.id);
      const second = await created(shop);
      await patch(second.id, { bundleId: null });
      await created(shop);
    });

    it('is given to one of many racers', async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => create(shop)));
      const refusals = answers.filter(({ status }) => status !== 201);
      expect(refusals).toHaveLength(7);
      for (const answer of refusals) expectProblem(answer, 409, 'bundle_id_taken');
      expect(await list()).toHaveLength(1);
    });
  });

  describe('who may', () => {
    const write = async (id: string, token?: string): Promise<Response[]> => [
      await server.post('/v1/applications', token, { name: 'Mine' }),
      await server.patch(`/v1/applications/${id}`, token, { name: 'Mine' }),
      await server.delete(`/v1/applications/${id}`, token),
    ];
    const read = async (id: string, token?: string): Promise<Response[]> => [
      await server.get('/v1/applications', token),
      await server.get(`/v1/applications/${id}`, token),
    ];

    it('read: every role; write: not the viewer', async () => {
      const shop = await created({ name: 'Shop' });
      const viewer = await addMember(server, customer, 'viewer');
      for (const answer of await write(shop.id, viewer.token))
        expectProblem(answer, 403, 'permission_denied');
      for (const answer of await read(shop.id, viewer.token)) expect(answer.status).toBe(200);
      expect(await list()).toEqual([shop]);
    });

    it.each(['member', 'admin'] as const)('write: a %s', async (role) => {
      const { token } = await addMember(server, customer, role);
      const shop = await created({ name: 'Shop' }, token);
      const answers = await write(shop.id, token);
      expect(answers.map(({ status }) => status)).toEqual([201, 200, 204]);
    });

    it('neither read nor write: a stranger, or an API key', async () => {
      const shop = await created({ name: 'Shop' });
      for (const answer of [...(await read(shop.id)), ...(await write(shop.id))])
        expectProblem(answer, 401, 'unauthenticated');
      for (const answer of [
        ...(await read(shop.id, customer.key)),
        ...(await write(shop.id, customer.key)),
      ])
        expectProblem(answer, 403, 'wrong_credential_kind');
      expect(await list()).toEqual([shop]);
    });

    it("see nothing of another tenant's: it is like one that never existed, byte for byte", async () => {
      const foreign = await created({ name: 'Secret', bundleId: 'com.globex' }, stranger.token);
      const everyVerb = async (id: string) => [
        await get(id),
        await patch(id, { name: 'Mine' }),
        await patch(id, {}),
        await remove(id),
      ];
      const missing = await everyVerb(newId());
      for (const answer of missing) expectProblem(answer, 404, 'application_not_found');
      expect((await everyVerb(foreign.id)).map(comparable)).toEqual(missing.map(comparable));
      expect((await everyVerb('nonsense')).map(comparable)).toEqual(missing.map(comparable));
      expect((await get(foreign.id, stranger.token)).body).toEqual(foreign);
      const recording = aRecording({ applicationId: foreign.id });
      const stored = await server.post('/v1/recordings', customer.key, recording);
      expectProblem(stored, 404, 'application_not_found');
      expect(await list()).toEqual([]);
    });
  });
});

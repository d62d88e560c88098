import type { Response } from 'supertest';
import { newId } from '../../src/common/ids';
import { tokenKind } from '../../src/common/token';
import type {
  ApiKeyResponse,
  CreatedApiKeyResponse,
} from '../../src/modules/api-keys/dto/api-key.responses';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { freezeClockAt } from '../support/frozen-clock';
import { holdingLocks } from '../support/held-locks';
import { addMember } from '../support/members';
import { BAD_CURSORS, BAD_LIST_QUERIES, walkPages } from '../support/pages';
import { comparable, expectFaults, expectProblem } from '../support/problems';
import { TestApplication } from '../support/test-application';

const ONE_SECOND_MS = 1000;
const ONE_DAY_MS = 86_400_000;
const ONE_WEEK_SECONDS = 604_800;

describe('API keys', () => {
  let server: TestApplication;
  let customer: Customer;
  let stranger: Customer;
  beforeAll(async () => {
    server = await TestApplication.start();
    stranger = await signUp(server);
  });
  beforeEach(async () => {
    customer = await signUp(server);
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => server.stop());

  const create = (body: object, token = customer.token) => server.post('/v1/api-keys', token, body);
  const rotate = (id: string, body: object = { overlapSeconds: 0 }, token = customer.token) =>
    server.post(`/v1/api-keys/${id}/rotate`, token, body);
  const revoke = (id: string, token = customer.token) => server.delete(`/v1/api-keys/${id}`, token);
  const works = async (key: string): Promise<boolean> => {
    const { status } = await server.get('/v1/sdk/status', key);
    if (status !== 200 && status !== 401) throw new Error(`the key was answered with ${status}`);
    return status === 200;
  };
  const list = async (token = customer.token): Promise<ApiKeyResponse[]> => {
    const response = await server.get('/v1/api-keys', token);
    expect(response.status).toBe(200);
    return (response.body as { data: ApiKeyResponse[] }).data;
  };
  const created = (response: Response): CreatedApiKeyResponse => {
    expect(response.status).toBe(201);
    return response.body as CreatedApiKeyResponse;
  };

  describe('creating', () => {
    it('answers with the key, this once', async () => {
      const apiKey = created(await create({ name: ' Android app ' }));
      expect(apiKey).toEqual({
        id: expect.any(String) as string,
        name: ' Android app ',
        hint: apiKey.key.slice(-4),
        applicationId: null,
        scopes: ['recordings:write', 'status:read'],
        createdAt: expect.any(String) as string,
        lastUsedAt: null,
        expiresAt: null,
        revokedAt: null,
        key: expect.stringMatching(/^tnk_[0-9A-Za-z]{46}$/) as string,
      });
      expect(tokenKind(apiKey.key)).toBe('api_key');
      expect(await works(apiKey.key)).toBe(true);
    });

    it('gives a key that ends when it was said to, not a millisecond sooner or later', async () => {
      const endsAt = Date.parse(customer.business.createdAt) + ONE_DAY_MS;
      const expiresAt = new Date(endsAt).toISOString();
      const apiKey = created(await create({ name: 'Short', expiresAt }));
      expect(apiKey.expiresAt).toBe(expiresAt);
      freezeClockAt(server, endsAt - 1);
      expect(await works(apiKey.key)).toBe(true);
      freezeClockAt(server, endsAt);
      expect(await works(apiKey.key)).toBe(false);
    });

    it('reads the end with any offset, and shows it in UTC', async () => {
      const expiresAt = '2099-12-31T23:30:00+01:30';
      const apiKey = created(await create({ name: 'Long', expiresAt }));
      expect(apiKey.expiresAt).toBe('2099-12-31T22:00:00.000Z');
    });

    const refused: [object, string][] = [
      [{}, '/name'],
      [{ name: '' }, '/name'],
      [{ name: ' ' }, '/name'],
      [{ name: 'x'.repeat(101) }, '/name'],
      [{ name: 7 }, '/name'],
      [{ name: 'x', expiresAt: '2001-01-01T00:00:00.000Z' }, '/expiresAt'],
      [{ name: 'x', expiresAt: '2099-02-31T00:00:00.000Z' }, '/expiresAt'],
      [{ name: 'x', expiresAt: '2099-01-01' }, '/expiresAt'],
      [{ name: 'x', expiresAt: '2099-01-01T00:00:00' }, '/expiresAt'],
      [{ name: 'x', expiresAt: '10000-01-01T00:00:00Z' }, '/expiresAt'],
      [{ name: 'x', expiresAt: 4_102_444_800 }, '/expiresAt'],
      [{ name: 'x', scopes: [] }, '/scopes'],
      [{ name: 'x', scopes: ['recordings:read'] }, '/scopes'],
      [{ name: 'x', scopes: 'status:read' }, '/scopes'],
      [{ name: 'x', scopes: null }, '/scopes'],
      [{ name: 'x', applicationId: 'shop' }, '/applicationId'],
      [{ name: 'x', applicationId: [newId()] }, '/applicationId'],
      [{ name: 'x', boundTo: newId() }, '/boundTo'],
      [{ name: 'x', key: 'tnk_mine' }, '/key'],
      [{ name: 'x', id: newId() }, '/id'],
      [{ name: 'x', memberId: newId() }, '/memberId'],
      [{ name: 'x', businessId: newId() }, '/businessId'],
      [{ name: 'x', prototype: 1 }, '/prototype'],
      [{ name: 'x', toString: 1 }, '/toString'],
    ];
    it.each(refused)('refuses %j', async (body, pointer) => {
      const before = await list();
      expectFaults(await create(body), pointer);
      expect(await list()).toEqual(before);
    });
  });

  describe('listing', () => {
    it('shows every key, newest first, dead ones too, and the key itself never', async () => {
      const second = created(await create({ name: 'Second' }));
      const third = created(await create({ name: 'Third' }));
      await revoke(second.id);
      const response = await server.get('/v1/api-keys', customer.token);
      const { data, nextCursor } = response.body as { data: ApiKeyResponse[]; nextCursor: unknown };
      const { key: _, ...shown } = third;
      expect(data.map(({ name }) => name)).toEqual(['Third', 'Second', 'Default']);
      expect(data[0]).toEqual(shown);
      expect(data[1]?.revokedAt).toEqual(expect.any(String));
      expect(nextCursor).toBeNull();
      for (const key of [customer.key, second.key, third.key]) {
        expect(response.text).not.toContain(key);
        expect(response.text).not.toContain(key.slice(4, -4));
      }
    });

    it('walks all pages, each key once', async () => {
      for (const name of ['Two', 'Three', 'Four']) await create({ name });
      const get = (path: string) => server.get(path, customer.token);
      const pages = await walkPages<ApiKeyResponse>(get, '/v1/api-keys', 1);
      expect(pages.flat()).toEqual(await list());
      expect(pages).toHaveLength(4);
    });

    it('says when a key was last used, to the minute', async () => {
      const [unused] = await list();
      expect(unused?.lastUsedAt).toBeNull();
      const usedAt = Date.parse(customer.business.createdAt) + 10_000;
      freezeClockAt(server, usedAt);
      await works(customer.key);
      freezeClockAt(server, usedAt + 30 * ONE_SECOND_MS);
      await works(customer.key);
      const [used] = await list();
      expect(used?.lastUsedAt).toBe(new Date(usedAt).toISOString());
      freezeClockAt(server, usedAt + 60 * ONE_SECOND_MS + 1);
      await works(customer.key);
      const [usedAgain] = await list();
      expect(usedAgain?.lastUsedAt).toBe(new Date(usedAt + 60 * ONE_SECOND_MS + 1).toISOString());
    });

    it.each(BAD_CURSORS)('refuses a cursor that is %s', async (_, cursor) => {
      const path = `/v1/api-keys?cursor=${encodeURIComponent(cursor)}`;
      expectFaults(await server.get(path, customer.token), '/cursor');
    });

    it.each(BAD_LIST_QUERIES)('refuses the query %s', async (query, pointer) => {
      expectFaults(await server.get(`/v1/api-keys?${query}`, customer.token), pointer);
    });
  });

  describe('rotating', () => {
    it('makes a key of the same name; both work during the overlap, the old one not a millisecond longer', async () => {
      const fresh = created(await rotate(customer.apiKey.id, { overlapSeconds: 3600 }));
      const old = (await list()).find(({ id }) => id === customer.apiKey.id);
      expect(fresh).toMatchObject({ name: 'Default', expiresAt: null, revokedAt: null });
      expect(fresh.key).not.toBe(customer.key);
      const endsAt = Date.parse(fresh.createdAt) + 3600 * ONE_SECOND_MS;
      expect(old?.expiresAt).toBe(new Date(endsAt).toISOString());
      freezeClockAt(server, endsAt - 1);
      expect([await works(customer.key), await works(fresh.key)]).toEqual([true, true]);
      freezeClockAt(server, endsAt);
      expect([await works(customer.key), await works(fresh.key)]).toEqual([false, true]);
    });

    it('with no overlap ends the old key at once', async () => {
      const fresh = created(await rotate(customer.apiKey.id, { overlapSeconds: 0 }));
      expect([await works(customer.key), await works(fresh.key)]).toEqual([false, true]);
    });

    it('may overlap for a week', async () => {
      const fresh = created(await rotate(customer.apiKey.id, { overlapSeconds: ONE_WEEK_SECONDS }));
      freezeClockAt(server, Date.parse(fresh.createdAt) + ONE_WEEK_SECONDS * ONE_SECOND_MS - 1);
      expect(await works(customer.key)).toBe(true);
    });

    it('never makes a key live longer than it was to', async () => {
      const endsAt = Date.parse(customer.business.createdAt) + 3600 * ONE_SECOND_MS;
      const expiresAt = new Date(endsAt).toISOString();
      const short = created(await create({ name: 'Short', expiresAt }));
      freezeClockAt(server, endsAt - 10 * ONE_SECOND_MS);
      await server.post('/v1/auth/reauthenticate', customer.token, { password: PASSWORD });
      const fresh = created(await rotate(short.id, { overlapSeconds: 60 }));
      const old = (await list()).find(({ id }) => id === short.id);
      expect([fresh.expiresAt, old?.expiresAt]).toEqual([expiresAt, expiresAt]);
    });

    it('is done once for each key: of twelve racers one wins, and one live key is left besides', async () => {
      const racers = await holdingLocks(
        server.database,
        'SELECT FROM api_keys WHERE id = $1 FOR UPDATE',
        [customer.apiKey.id],
        async (untilWaited) => {
          const started = Array.from({ length: 12 }, async () =>
            rotate(customer.apiKey.id, { overlapSeconds: 3600 }),
          );
          await untilWaited(5);
          return started;
        },
      );
      const answers = await Promise.all(racers);
      const won = answers.filter(({ status }) => status === 201);
      expect(won).toHaveLength(1);
      for (const answer of answers.filter((each) => each !== won[0]))
        expectProblem(answer, 409, 'api_key_already_rotated');
      const keys = await list();
      const besides = keys.filter(({ id }) => id !== customer.apiKey.id);
      expect(keys).toHaveLength(2);
      expect(besides).toMatchObject([{ revokedAt: null, expiresAt: null }]);
      expect(besides[0]?.id).toBe((won[0]!.body as CreatedApiKeyResponse).id);
    });

    it('is refused for a key that was rotated, revoked or has expired', async () => {
      const revoked = created(await create({ name: 'Revoked' }));
      const expired = created(await create({ name: 'Expired' }));
      await revoke(revoked.id);
      await server.database.query(
        "UPDATE api_keys SET expires_at = now() - interval '1 hour' WHERE id = $1",
        [expired.id],
      );
      created(await rotate(customer.apiKey.id, { overlapSeconds: 3600 }));
      for (const id of [customer.apiKey.id, revoked.id, expired.id])
        expectProblem(await rotate(id), 409, 'api_key_already_rotated');
      expect(await list()).toHaveLength(4);
    });

    it('can go on with the key that took its place', async () => {
      const second = created(await rotate(customer.apiKey.id));
      const third = created(await rotate(second.id));
      expect([await works(customer.key), await works(second.key), await works(third.key)]).toEqual([
        false,
        false,
        true,
      ]);
    });

    const refused: [object, string][] = [
      [{}, '/overlapSeconds'],
      [{ overlapSeconds: -1 }, '/overlapSeconds'],
      [{ overlapSeconds: ONE_WEEK_SECONDS + 1 }, '/overlapSeconds'],
      [{ overlapSeconds: 1.5 }, '/overlapSeconds'],
      [{ overlapSeconds: '60' }, '/overlapSeconds'],
      [{ overlapSeconds: null }, '/overlapSeconds'],
      [{ overlapSeconds: [60] }, '/overlapSeconds'],
      [{ overlapSeconds: 60, name: 'Other' }, '/name'],
    ];
    it.each(refused)('refuses %j', async (body, pointer) => {
      expectFaults(await rotate(customer.apiKey.id, body), pointer);
      expect(await works(customer.key)).toBe(true);
    });
  });

  describe('revoking', () => {
    it('ends a key at once, and again changes nothing', async () => {
      const response = await revoke(customer.apiKey.id);
      expect([response.status, response.text]).toEqual([204, '']);
      expect(await works(customer.key)).toBe(false);
      const before = await list();
      expect((await revoke(customer.apiKey.id)).status).toBe(204);
      expect(await list()).toEqual(before);
    });

    it('ends a key within its overlap too, and not the one that took its place', async () => {
      const fresh = created(await rotate(customer.apiKey.id, { overlapSeconds: 3600 }));
      await revoke(customer.apiKey.id);
      expect([await works(customer.key), await works(fresh.key)]).toEqual([false, true]);
    });
  });

  describe('who may', () => {
    it.each(['member', 'viewer'] as const)('not be a %s', async (role) => {
      const { token } = await addMember(server, customer, role);
      const { id } = customer.apiKey;
      const answers = [
        await server.get('/v1/api-keys', token),
        await create({ name: 'Mine' }, token),
        await create({ nonsense: 1 }, token),
        await rotate(id, { overlapSeconds: 0 }, token),
        await rotate(newId(), { overlapSeconds: 0 }, token),
        await revoke(id, token),
      ];
      for (const answer of answers) expectProblem(answer, 403, 'permission_denied');
      expect(await list()).toHaveLength(1);
      expect(await works(customer.key)).toBe(true);
    });

    it('be an admin', async () => {
      const { token } = await addMember(server, customer, 'admin');
      const apiKey = created(await create({ name: 'Mine' }, token));
      expect(await list(token)).toHaveLength(2);
      const fresh = created(await rotate(apiKey.id, { overlapSeconds: 0 }, token));
      expect((await revoke(fresh.id, token)).status).toBe(204);
    });

    it('not be a stranger, nor a key itself', async () => {
      const { id } = customer.apiKey;
      const attempts = (token?: string) => [
        server.get('/v1/api-keys', token),
        server.post('/v1/api-keys', token, { name: 'Mine' }),
        server.post(`/v1/api-keys/${id}/rotate`, token, { overlapSeconds: 0 }),
        server.delete(`/v1/api-keys/${id}`, token),
      ];
      for (const answer of await Promise.all(attempts()))
        expectProblem(answer, 401, 'unauthenticated');
      for (const answer of await Promise.all(attempts(customer.key)))
        expectProblem(answer, 403, 'wrong_credential_kind');
      expect(await list()).toHaveLength(1);
    });

    it("not touch another tenant's key, which is like one that never existed, byte for byte", async () => {
      const missing = [await rotate(newId()), await revoke(newId())];
      for (const answer of missing) expectProblem(answer, 404, 'api_key_not_found');
      const foreign = [await rotate(stranger.apiKey.id), await revoke(stranger.apiKey.id)];
      expect(foreign.map(comparable)).toEqual(missing.map(comparable));
      const malformed = [await rotate('not-an-id'), await revoke('not-an-id')];
      expect(malformed.map(comparable)).toEqual(missing.map(comparable));
      expect(await works(stranger.key)).toBe(true);
    });
  });
});

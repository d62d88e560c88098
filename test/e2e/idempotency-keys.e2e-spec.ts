import { randomBytes } from 'node:crypto';
import type { Response } from 'supertest';
import type { CreatedApiKeyResponse } from '../../src/modules/api-keys/dto/api-key.responses';
import { PASSWORD, signUp, type Customer } from '../support/customers';
import { countRows, dumpHolds } from '../support/database-dump';
import { freezeClockAt } from '../support/frozen-clock';
import { comparable, expectFaults, expectProblem } from '../support/problems';
import { sendRaw } from '../support/raw-http';
import { LONG_SESSIONS, changeSubscription } from '../support/subscriptions';
import { TestApplication } from '../support/test-application';

const ONE_DAY_MS = 86_400_000;

describe('Idempotency-Key', () => {
  let server: TestApplication;
  let customer: Customer;
  beforeAll(async () => {
    server = await TestApplication.start(LONG_SESSIONS);
  });
  beforeEach(async () => {
    customer = await signUp(server);
    await changeSubscription(server.database, customer.business.id, { planSlug: 'pro' });
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(() => server.stop());

  /** One that no test has used. */
  const newKey = (): string => `key ${randomBytes(8).toString('hex')}`;
  const post = (path: string, key: string, token: string | undefined, body?: object) =>
    server.post(path, token, body).set('idempotency-key', key);
  const createKey = (key: string, body: object = { name: 'Shop' }, token = customer.token) =>
    post('/v1/api-keys', key, token, body);
  const count = async (table: string): Promise<number> =>
    (await countRows(server.database, table))[table]!;

  function expectReplay(answer: Response, first: Response): void {
    expect(answer.headers['idempotency-replayed']).toBe('true');
    const { 'idempotency-replayed': _, ...headers } = comparable(answer).headers;
    expect({ ...comparable(answer), headers }).toEqual(comparable(first));
    expect(answer.text).toBe(first.text);
  }

  describe('what is kept', () => {
    interface Kept {
      id: Buffer;
      text: string;
      answer: Buffer;
      status: number;
    }
    /** What the database remembers of these keys, and of no others. */
    const keep = async (...keys: string[]): Promise<{ made: Response[]; kept: Kept[] }> => {
      const before = await server.database.query<Kept>('SELECT id FROM idempotency_keys');
      const made: Response[] = [];
      for (const key of keys) made.push(await createKey(key));
      const kept = await server.database.query<Kept>(
        `SELECT id, kept::text AS text, answer, status FROM idempotency_keys AS kept
         WHERE id <> ALL ($1)`,
        [before.map(({ id }) => id)],
      );
      return { made, kept };
    };

    it('is encrypted: the answer holds an API key that is shown only once', async () => {
      const key = newKey();
      const { made, kept } = await keep(key);
      const apiKey = made[0]!.body as CreatedApiKeyResponse;
      const [row] = kept;
      expect(kept).toHaveLength(1);
      expect(row?.status).toBe(201);
      expect(row?.answer.length).toBeGreaterThan(Buffer.byteLength(made[0]!.text));
      const clear = [apiKey.key, apiKey.id, `${apiKey.hint}"`, '"name"', key];
      expect(clear.filter((text) => dumpHolds(row!.text, text))).toEqual([]);
    });

    it('cannot be moved to another row', async () => {
      const keys = [newKey(), newKey()];
      const { kept } = await keep(...keys);
      const [one, other] = kept as [Kept, Kept];
      const move = (to: Kept, from: Kept) =>
        server.database.query('UPDATE idempotency_keys SET answer = $2 WHERE id = $1', [
          to.id,
          from.answer,
        ]);
      await move(one, other);
      await move(other, one);
      for (const key of keys) expectProblem(await createKey(key), 500, 'internal_error');
    });

    it('is forgotten after 24 hours, not a millisecond sooner or later', async () => {
      const key = newKey();
      const first = await createKey(key);
      const madeAt = Date.parse((first.body as CreatedApiKeyResponse).createdAt);
      freezeClockAt(server, madeAt + ONE_DAY_MS - 1);
      expectReplay(await createKey(key), first);
      freezeClockAt(server, madeAt + ONE_DAY_MS);
      const later = await createKey(key, { name: 'Other' });
      expect(later.status).toBe(201);
      expect(later.headers['idempotency-replayed']).toBeUndefined();
      expectReplay(await createKey(key, { name: 'Other' }), later);
    });
  });

  describe('a key', () => {
    const good: [string, string][] = [
      ['one character', '!'],
      ['255 characters', 'k'.repeat(255)],
      ['spaces inside', 'a b  c'],
      ['any printable ASCII', String.raw`~!@#$%^&*()_+{}|:"<>?,./;'[]\=-` + '`'],
    ];
    it.each(good)('may be %s', async (_, key) => {
      const first = await createKey(key);
      expect(first.status).toBe(201);
      expectReplay(await createKey(key), first);
    });

    const bad: [string, string][] = [
      ['empty', ''],
      ['256 characters', 'k'.repeat(256)],
      ['a letter beyond ASCII', 'sch\u00FCssel'],
      ['UTF-8', Buffer.from('🔑').toString('latin1')],
      ['with a tab', 'a\tb'],
    ];
    it.each(bad)('may not be %s', async (_, key) => {
      const before = await count('api_keys');
      const answer = await sendRaw(server.url, {
        method: 'POST',
        path: '/v1/api-keys',
        headers: [
          ['authorization', `Bearer ${customer.token}`],
          ['content-type', 'application/json'],
          ['idempotency-key', key],
        ],
        body: '{"name":"Shop"}',
      });
      expectFaults(answer, '/Idempotency-Key');
      expect(await count('api_keys')).toBe(before);
    });

    it.each(['<string>', '<uuid>', '{{$guid}}'])('may not be the placeholder %s', async (key) => {
      expectFaults(await createKey(key), '/Idempotency-Key');
    });

    it('is another one in another letter case', async () => {
      const key = newKey();
      const first = await createKey(key.toLowerCase());
      const second = await createKey(key.toUpperCase());
      expect(second.text).not.toBe(first.text);
    });

    it('does not let a stranger see whether it was used', async () => {
      const key = newKey();
      await createKey(key);
      const answers = [
        await post('/v1/api-keys', key, undefined, { name: 'Shop' }),
        await post('/v1/api-keys', newKey(), undefined, { name: 'Shop' }),
        await post('/v1/api-keys', '', undefined, { name: 'Shop' }),
      ];
      for (const answer of answers) expectProblem(answer, 401, 'unauthenticated');
      expect(new Set(answers.map((answer) => JSON.stringify(comparable(answer)))).size).toBe(1);
    });
  });

  describe('where it is ignored', () => {
    it('at logins, with any value', async () => {
      const body = { email: customer.email, password: PASSWORD };
      for (const key of [newKey(), '', 'k'.repeat(256)]) {
        const first = await post('/v1/auth/login', key, undefined, body);
        const second = await post('/v1/auth/login', key, undefined, body);
        expect([first.status, second.status]).toEqual([200, 200]);
        expect(second.headers['idempotency-replayed']).toBeUndefined();
        expect(second.text).not.toBe(first.text);
      }
    });

    it('at GET, PATCH and DELETE', async () => {
      const key = newKey();
      const patch = (name: string) =>
        server.patch('/v1/business', customer.token, { name }).set('idempotency-key', key);
      expect((await patch('One')).body).toMatchObject({ name: 'One' });
      expect((await patch('Two')).body).toMatchObject({ name: 'Two' });
      const read = await server.get('/v1/business', customer.token).set('idempotency-key', '');
      expect(read.body).toMatchObject({ name: 'Two' });
      const path = `/v1/api-keys/${customer.apiKey.id}`;
      const removed = await server.delete(path, customer.token).set('idempotency-key', key);
      expect(removed.status).toBe(204);
    });
  });

  it('without one, the same request again has another effect', async () => {
    const before = await count('api_keys');
    for (let again = 0; again < 2; again += 1)
      await server.post('/v1/api-keys', customer.token, { name: 'Shop' });
    expect(await count('api_keys')).toBe(before + 2);
  });
});

import { randomBytes } from 'node:crypto';
import type { Response } from 'supertest';
import type { SignupResponse } from '../../src/modules/onboarding/dto/signup';
import { aRecording, signUp, type Customer } from '../support/customers';
import { countRows } from '../support/database-dump';
import { holdingLocks } from '../support/held-locks';
import { addMember, logIn } from '../support/members';
import { comparable, expectFaults, expectProblem } from '../support/problems';
import { aSignup } from '../support/signups';
import { LONG_SESSIONS, changeSubscription } from '../support/subscriptions';
import { TestApplication } from '../support/test-application';

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
  const createApplication = (key: string, body: object = { name: 'Shop' }) =>
    post('/v1/applications', key, customer.token, body);
  const count = async (table: string): Promise<number> =>
    (await countRows(server.database, table))[table]!;

  function expectReplay(answer: Response, first: Response): void {
    expect(answer.headers['idempotency-replayed']).toBe('true');
    const { 'idempotency-replayed': _, ...headers } = comparable(answer).headers;
    expect({ ...comparable(answer), headers }).toEqual(comparable(first));
    expect(answer.text).toBe(first.text);
  }

  describe('the same key and request', () => {
    const routes: [string, string, () => [token: string | undefined, body: object]][] = [
      ['/v1/auth/signup', 'businesses', () => [undefined, aSignup()]],
      ['/v1/api-keys', 'api_keys', () => [customer.token, { name: 'Shop' }]],
      ['/v1/applications', 'applications', () => [customer.token, { name: 'Shop' }]],
      ['/v1/recordings', 'recordings', () => [customer.key, aRecording({ metadata: { a: 1 } })]],
      ['/v1/recordings/batch', 'recordings', () => [customer.key, { recordings: [aRecording()] }]],
    ];
    it.each(routes)('at %s: one effect, and the first answer again', async (path, table, make) => {
      const [token, body] = make();
      const key = newKey();
      const before = await count(table);
      const first = await post(path, key, token, body);
      expect([200, 201]).toContain(first.status);
      expect(first.headers['idempotency-replayed']).toBeUndefined();
      for (let again = 0; again < 2; again += 1)
        expectReplay(await post(path, key, token, body), first);
      expect(await count(table)).toBe(before + 1);
    });

    it('gives a session and a key that work, also the second time', async () => {
      const [key, body] = [newKey(), aSignup()];
      await post('/v1/auth/signup', key, undefined, body);
      const again = await post('/v1/auth/signup', key, undefined, body);
      const { session, apiKey } = again.body as SignupResponse;
      expect((await server.get('/v1/me', session.token)).status).toBe(200);
      expect((await server.get('/v1/sdk/status', apiKey.key)).status).toBe(200);
    });

    it('rotates an API key once', async () => {
      const path = `/v1/api-keys/${customer.apiKey.id}/rotate`;
      const key = newKey();
      const first = await post(path, key, customer.token, { overlapSeconds: 60 });
      expect(first.status).toBe(201);
      expectReplay(await post(path, key, customer.token, { overlapSeconds: 60 }), first);
    });

    it('is the same in another order of fields, with other white space and other escapes', async () => {
      const key = newKey();
      const send = (body: string) =>
        server
          .post('/v1/recordings', customer.key)
          .set('idempotency-key', key)
          .set('content-type', 'application/json; charset=utf-8')
          .send(body);
      const first = await send(
        '{"externalId":"order","startedAt":"2026-01-01T00:00:00Z","durationMs":1,"metadata":{"a":1,"b":[{"c":2,"d":3}]}}',
      );
      expect(first.status).toBe(201);
      const second = await send(
        ' { "metadata": { "b":[{"d":3,"\\u0063":2}], "a":1.0 }, "durationMs":1e0, "startedAt":"2026-01-01T00:00:00Z", "externalId":"order" } ',
      );
      expectReplay(second, first);
    });

    it('is replayed to the same member in another session', async () => {
      const key = newKey();
      const first = await createKey(key);
      const { session } = await logIn(server, customer.email);
      expectReplay(await createKey(key, { name: 'Shop' }, session.token), first);
    });

    it('is not replayed to a session that has ended', async () => {
      const key = newKey();
      await createKey(key);
      await server.post('/v1/auth/logout', customer.token);
      expectProblem(await createKey(key), 401, 'unauthenticated');
    });
  });

  describe('the same key and another request', () => {
    it.each([
      ['another value', { name: 'Other' }],
      ['a further field', { name: 'Shop', expiresAt: '2099-01-01T00:00:00Z' }],
    ])('is refused for %s', async (_, body) => {
      const key = newKey();
      const first = await createKey(key);
      const before = await count('api_keys');
      expectProblem(await createKey(key, body), 422, 'idempotency_key_reused');
      expect(await count('api_keys')).toBe(before);
      expectReplay(await createKey(key), first);
    });

    it('is refused for another order of a list, which is another value', async () => {
      const key = newKey();
      const recording = aRecording({ metadata: { list: [1, 2] } });
      await post('/v1/recordings', key, customer.key, recording);
      const swapped = { ...recording, metadata: { list: [2, 1] } };
      const response = await post('/v1/recordings', key, customer.key, swapped);
      expectProblem(response, 422, 'idempotency_key_reused');
    });

    it('is refused for another address', async () => {
      const key = newKey();
      await createKey(key);
      expectProblem(await createApplication(key), 422, 'idempotency_key_reused');
      expect((await createApplication(newKey())).status).toBe(201);
    });
  });

  describe('another caller with the same key', () => {
    it('in another business is independent', async () => {
      const key = newKey();
      const other = await signUp(server);
      const mine = await createKey(key);
      const theirs = await createKey(key, { name: 'Shop' }, other.token);
      const theirOther = await createKey(key, { name: 'Other' }, other.token);
      expect([mine.status, theirs.status]).toEqual([201, 201]);
      expect(theirs.headers['idempotency-replayed']).toBeUndefined();
      expect(theirs.text).not.toBe(mine.text);
      expectProblem(theirOther, 422, 'idempotency_key_reused');
    });

    it('in the same business is independent', async () => {
      const key = newKey();
      const admin = await addMember(server, customer, 'admin');
      const mine = await createKey(key);
      const theirs = await createKey(key, { name: 'Shop' }, admin.token);
      expect([mine.status, theirs.status]).toEqual([201, 201]);
      expect(theirs.text).not.toBe(mine.text);
    });

    it('who signs up is known by the body: another person does not get the first one’s session', async () => {
      const key = newKey();
      const first = await post('/v1/auth/signup', key, undefined, aSignup());
      const second = await post('/v1/auth/signup', key, undefined, aSignup());
      expect([first.status, second.status]).toEqual([201, 201]);
      expect(second.headers['idempotency-replayed']).toBeUndefined();
      expect(second.text).not.toBe(first.text);
    });

    it('who does not know the password does not get the session either', async () => {
      const key = newKey();
      const body = aSignup({ password: 'the right password' });
      await post('/v1/auth/signup', key, undefined, body);
      const guess = await post('/v1/auth/signup', key, undefined, {
        ...body,
        password: 'a wrong password',
      });
      expectProblem(guess, 409, 'email_taken');
    });
  });

  describe('errors', () => {
    it('of validation are not remembered', async () => {
      const key = newKey();
      expectFaults(await createKey(key, {}), '/name');
      expect((await createKey(key)).status).toBe(201);
    });

    it('of the domain are not remembered: the same request may succeed later', async () => {
      await changeSubscription(server.database, customer.business.id, { planSlug: 'free' });
      await createApplication(newKey(), { name: 'First' });
      const key = newKey();
      expectProblem(await createApplication(key), 402, 'limit_reached');
      await changeSubscription(server.database, customer.business.id, { planSlug: 'pro' });
      const response = await createApplication(key);
      expect(response.status).toBe(201);
      expect(response.headers['idempotency-replayed']).toBeUndefined();
    });

    it('of a signup are not remembered', async () => {
      const taken = aSignup();
      await server.post('/v1/auth/signup', undefined, taken);
      const [key, before] = [newKey(), await count('idempotency_keys')];
      const attempt = await post('/v1/auth/signup', key, undefined, taken);
      expectProblem(attempt, 409, 'email_taken');
      expect(await count('idempotency_keys')).toBe(before);
    });
  });

  describe('one transaction', () => {
    const FAIL = `CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not today'; END $$`;
    afterEach(() => server.database.query('DROP FUNCTION IF EXISTS fail CASCADE'));

    it('of answer and effect: where the effect is rolled back, nothing is remembered', async () => {
      await server.database.query(FAIL);
      await server.database.query(
        `CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON applications
         DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()`,
      );
      const [key, before] = [newKey(), await count('idempotency_keys')];
      expectProblem(await createApplication(key), 500, 'internal_error'); // at the COMMIT itself
      expect(await count('idempotency_keys')).toBe(before);
      await server.database.query('DROP FUNCTION fail CASCADE');
      const response = await createApplication(key);
      expect(response.status).toBe(201);
      expect(response.headers['idempotency-replayed']).toBeUndefined();
    });

    const routes: [string, string, () => [token: string | undefined, body: object]][] = [
      ['/v1/applications', 'applications', () => [customer.token, { name: 'Shop' }]],
      ['/v1/auth/signup', 'businesses', () => [undefined, aSignup()]],
    ];
    it.each(routes)(
      'of effect and answer at %s: where the answer is not kept, there is no effect',
      async (path, table, make) => {
        await server.database.query(FAIL);
        await server.database.query(
          'CREATE TRIGGER fail BEFORE INSERT ON idempotency_keys EXECUTE FUNCTION fail()',
        );
        const before = await count(table);
        expectProblem(await post(path, newKey(), ...make()), 500, 'internal_error');
        expect(await count(table)).toBe(before);
      },
    );
  });

  describe('the first one still running', () => {
    /** While the statement's locks are held: sends one request, and when it waits, the same again. */
    async function sendBehind(
      sql: string,
      parameters: unknown[],
      send: () => PromiseLike<Response>,
    ): Promise<{ first: Response; second: Response }> {
      const { running, second } = await holdingLocks(
        server.database,
        sql,
        parameters,
        async (untilWaited) => {
          const first = Promise.resolve(send());
          await untilWaited();
          return { running: first, second: await send() };
        },
      );
      return { first: await running, second };
    }

    it('makes the second 409 at once, without waiting for it', async () => {
      const key = newKey();
      const { first, second } = await sendBehind(
        'SELECT FROM subscriptions WHERE business_id = $1 FOR UPDATE',
        [customer.business.id],
        () => createApplication(key),
      );
      expectProblem(second, 409, 'idempotency_key_in_use');
      expect(Number(second.headers['retry-after'])).toBeGreaterThan(0);
      expect(first.status).toBe(201);
      expectReplay(await createApplication(key), first);
    });

    it('makes the second 409 at a signup too', async () => {
      const [key, body] = [newKey(), aSignup()];
      const { first, second } = await sendBehind(
        `INSERT INTO users (id, email, full_name, password_hash, created_at)
         VALUES (uuid_v7(), $1, 'Grace', '', now())`,
        [body.email],
        () => post('/v1/auth/signup', key, undefined, body),
      );
      expectProblem(second, 409, 'idempotency_key_in_use');
      expect(first.status).toBe(201);
    });

    it('leaves one effect of 25 racers; the others get its answer, or 409', async () => {
      const [key, before] = [newKey(), await count('api_keys')];
      const answers = await Promise.all(Array.from({ length: 25 }, () => createKey(key)));
      const first = answers.find(
        ({ status, headers }) => status === 201 && headers['idempotency-replayed'] === undefined,
      );
      for (const answer of answers.filter((each) => each !== first)) {
        if (answer.status === 201) expectReplay(answer, first!);
        else expectProblem(answer, 409, 'idempotency_key_in_use');
      }
      expect(first).toBeDefined();
      expect(await count('api_keys')).toBe(before + 1);
      expectReplay(await createKey(key), first!);
    });

    it('leaves one business of 25 racers who sign up', async () => {
      const [key, body, before] = [newKey(), aSignup(), await count('businesses')];
      const racers = Array.from({ length: 25 }, () =>
        post('/v1/auth/signup', key, undefined, body),
      );
      const answers = await Promise.all(racers);
      const made = answers.filter(({ status }) => status === 201);
      expect(new Set(made.map(({ text }) => text)).size).toBe(1);
      for (const answer of answers.filter(({ status }) => status !== 201))
        expectProblem(answer, 409, 'idempotency_key_in_use');
      expect(await count('businesses')).toBe(before + 1);
    });
  });

  it('without one, the same request again has another effect', async () => {
    const before = await count('api_keys');
    for (let again = 0; again < 2; again += 1)
      await server.post('/v1/api-keys', customer.token, { name: 'Shop' });
    expect(await count('api_keys')).toBe(before + 2);
  });
});

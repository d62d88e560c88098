import { randomBytes } from 'node:crypto';
import type { Response } from 'supertest';
import { newId } from '../../src/common/ids';
import { RequestContext } from '../../src/common/request-context';
import { Idempotency } from '../../src/platform/http/idempotency/idempotency';
import { aRecording, PASSWORD, signUp, type Customer } from '../support/customers';
import { freezeClockAt } from '../support/frozen-clock';
import { holdingLocks } from '../support/held-locks';
import { expectProblem } from '../support/problems';
import { aSignup } from '../support/signups';
import { changeSubscription, LONG_SESSIONS, readCount } from '../support/subscriptions';
import { TestApplication } from '../support/test-application';

/* What an Idempotency-Key leaves in the database: how much, for how long, and after a crash. */

const ONE_MINUTE_MS = 60_000;
const ONE_DAY_MS = 86_400_000;
const DAILY_BYTES = 20_000;
const MAXIMUM_ANSWER_BYTES = 256 * 1024;

let server: TestApplication;
let customer: Customer;
beforeAll(async () => {
  server = await TestApplication.start({ ...LONG_SESSIONS, idempotencyDailyBytes: DAILY_BYTES });
});
beforeEach(async () => {
  customer = await signUp(server);
  await changeSubscription(server.database, customer.business.id, { planSlug: 'pro' });
  await server.database.query('TRUNCATE idempotency_keys');
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => server.stop());

function post(path: string, key: string, token: string | undefined, body: object) {
  return server.post(path, token, body).set('idempotency-key', key);
}

function sendBatch(key: string, recordings: object[]): Promise<Response> {
  return post('/v1/recordings/batch', key, customer.key, { recordings });
}

/** With so much in it that no compression makes smaller. */
function aHeavyRecording(bytes: number): object {
  return aRecording({ metadata: { noise: randomBytes(bytes / 2).toString('hex') } });
}

async function keptBytes(): Promise<number[]> {
  const rows = await server.database.query<{ bytes: number }>(
    'SELECT octet_length(answer) AS bytes FROM idempotency_keys WHERE answer IS NOT NULL',
  );
  return rows.map(({ bytes }) => bytes);
}

async function countOf(table: string): Promise<number> {
  const [row] = await server.database.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM ${table}`,
  );
  return row!.count;
}

function statusesOf(answer: Response): number[] {
  return (answer.body as { results: { status: number }[] }).results.map(({ status }) => status);
}

describe('an answer', () => {
  it('is compressed', async () => {
    const recordings = Array.from({ length: 100 }, () =>
      aRecording({ metadata: { note: 'the same again '.repeat(60) } }),
    );
    const first = await sendBatch('compressed', recordings);
    const [bytes] = await keptBytes();
    expect(first.text.length).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThan(first.text.length / 10);
    expect((await sendBatch('compressed', recordings)).text).toBe(first.text);
  });

  it('that was kept before answers were compressed is given again', async () => {
    const small = await post('/v1/applications', 'small', customer.token, { name: 'Shop' });
    const again = await post('/v1/applications', 'small', customer.token, { name: 'Shop' });
    expect(again.text).toBe(small.text); // short ones are kept as they are
    expect(again.headers['idempotency-replayed']).toBe('true');
  });

  it('of recordings that is too large is not kept; the retry finds them', async () => {
    const recordings = Array.from({ length: 50 }, () => aHeavyRecording(16_000));
    const first = await sendBatch('large', recordings);
    expect(first.text.length).toBeGreaterThan(MAXIMUM_ANSWER_BYTES);
    expect(await keptBytes()).toEqual([]);
    const again = await sendBatch('large', recordings);
    expect(statusesOf(again)).toEqual(recordings.map(() => 200));
    const { id } = customer.business;
    expect(await readCount(server.database, id)).toEqual({ counter: 50, rows: 50 });
  });
});

describe('the answers of a business', () => {
  /** Until the day's room is used. @returns the key of the first one that was not kept */
  async function fill(token: string): Promise<string> {
    for (let count = 0; count < 200; count += 1) {
      const key = newId();
      const body = { name: randomBytes(45).toString('hex') };
      expect((await post('/v1/api-keys', key, token, body)).status).toBe(201);
      const rows = await server.database.query('SELECT FROM idempotency_keys WHERE answer IS NULL');
      if (rows.length > 0) return Promise.resolve(JSON.stringify({ key, body }));
    }
    throw new Error('everything was kept');
  }

  it('have so much room a day; beyond it the effect is made once, and a retry is told so', async () => {
    const { key, body } = JSON.parse(await fill(customer.token)) as { key: string; body: object };
    const total = (await keptBytes()).reduce((sum, bytes) => sum + bytes, 0);
    expect(total).toBeLessThanOrEqual(DAILY_BYTES);
    const keys = await countOf('api_keys');
    const again = await post('/v1/api-keys', key, customer.token, body);
    expectProblem(again, 409, 'idempotency_answer_not_kept');
    expect(again.body).toMatchObject({ firstStatus: 201 });
    expect(await countOf('api_keys')).toBe(keys);
    const reused = await post('/v1/api-keys', key, customer.token, { name: 'Other' });
    expectProblem(reused, 422, 'idempotency_key_reused');
  });

  it('leave their room to other businesses, to its own API keys, and to the next day', async () => {
    const now = server.clock.at(new Date()).getTime();
    await fill(customer.token);
    const other = await signUp(server);
    const places: [string, string, object][] = [
      ['/v1/applications', other.token, { name: 'Shop' }],
      ['/v1/recordings', customer.key, aRecording()],
    ];
    for (const [path, token, body] of places) {
      const [first, again] = [
        await post(path, 'k', token, body),
        await post(path, 'k', token, body),
      ];
      expect([first.status, again.text]).toEqual([201, first.text]);
    }
    freezeClockAt(server, now + ONE_DAY_MS);
    const tomorrow = { name: 'Tomorrow' };
    const first = await post('/v1/api-keys', 'next', customer.token, tomorrow);
    expect((await post('/v1/api-keys', 'next', customer.token, tomorrow)).text).toBe(first.text);
  });

  it('are forgotten with their totals', async () => {
    await post('/v1/applications', 'one', customer.token, { name: 'Shop' });
    freezeClockAt(server, server.clock.at(new Date()).getTime() + 2 * ONE_DAY_MS);
    await server.app.get(Idempotency).prune(RequestContext.job('test.prune'));
    expect([await countOf('idempotency_keys'), await countOf('idempotency_daily_totals')]).toEqual([
      0, 0,
    ]);
  });
});

describe('a key that is at work', () => {
  const change = (key: string) =>
    post('/v1/me/password', key, customer.token, {
      currentPassword: PASSWORD,
      newPassword: 'another battery staple',
    });

  it('is free again at once where the work is refused', async () => {
    const send = () =>
      post('/v1/me/password', 'wrong', customer.token, {
        currentPassword: 'not the password',
        newPassword: 'another battery staple',
      });
    expectProblem(await send(), 403, 'wrong_password');
    expect(await countOf('idempotency_keys')).toBe(0);
    expectProblem(await send(), 403, 'wrong_password');
  });

  it('whose process was killed is taken for a minute; then a retry does the work', async () => {
    const now = server.clock.at(new Date()).getTime();
    freezeClockAt(server, now);
    expect((await change('killed')).status).toBe(204);
    await leaveAtWork();
    freezeClockAt(server, now + ONE_MINUTE_MS - 1);
    expectProblem(await change('killed'), 409, 'idempotency_key_in_use');
    freezeClockAt(server, now + ONE_MINUTE_MS);
    expectProblem(await change('killed'), 403, 'wrong_password'); // it has looked: the password is another now
  });

  it('and was taken over by another request has no second effect', async () => {
    const signup = aSignup();
    const running = await holdingLocks(
      server.database,
      `INSERT INTO users (id, email, full_name, password_hash, created_at)
       VALUES (uuid_v7(), $1, 'Grace', '', now())`,
      [signup.email],
      async (untilWaited) => {
        const first = Promise.resolve(post('/v1/auth/signup', 'over', undefined, signup));
        await untilWaited();
        await server.database.query('UPDATE idempotency_keys SET claim_id = uuid_v7()');
        return { first };
      },
    );
    expectProblem(await running.first, 409, 'idempotency_key_in_use');
    const people = 'SELECT FROM users WHERE email = $1';
    expect(await server.database.query(people, [signup.email])).toEqual([]);
  });

  /** As a process leaves it that is killed in the middle of the work. */
  async function leaveAtWork(): Promise<void> {
    await server.database.query(
      'UPDATE idempotency_keys SET claim_id = uuid_v7(), status = NULL, answer = NULL',
    );
  }
});

import type { Client } from 'pg';
import { refusalOf } from '../../support/connection';
import { changeSubscription } from '../../support/subscriptions';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import {
  createOtherProgram,
  insertEntitled,
  insertFeature,
  readCounter,
  sumEvents,
  type OtherProgram,
} from '../../support/usage';

/* tenantry.consume, release and check: what makes them safe in another program's transaction. */

let database: TestDatabase;
let program: OtherProgram;
let client: Client;
let business: string;
let other: string;
beforeAll(async () => {
  database = await createTestDatabase();
  await insertFeature(database, 'exports', 'metered', 'period');
  await insertFeature(database, 'calls', 'metered', 'day');
  await insertFeature(database, 'storage', 'allocated');
  await insertFeature(database, 'beta', 'flag');
  await insertFeature(database, 'hidden', 'flag');
  await insertFeature(database, 'region', 'config');
  await insertFeature(database, 'old', 'metered', 'never');
  await database.query(`UPDATE features SET archived_at = now() WHERE id = 'old'`);
  program = await createOtherProgram(database, null);
  client = await program.connect();
});
afterAll(async () => {
  await program.drop();
  await database.drop();
});
beforeEach(async () => {
  const limit = { limit: 5, mode: 'hard' } as const;
  [business, other] = (await insertEntitled(database, 2, {
    ...{ exports: limit, calls: limit, storage: limit },
    beta: { enabled: true },
  })) as [string, string];
});

interface Refusal {
  code: string;
  detail: string;
  message: string;
}

async function consume(
  amount: number,
  { feature = 'exports', event = null as string | null, by = client } = {},
): Promise<Record<string, unknown>> {
  const { rows } = await by.query<{ answer: Record<string, unknown> }>(
    'SELECT tenantry.consume($1, $2, $3, $4) AS answer',
    [business, feature, amount, event],
  );
  return rows[0]!.answer;
}

const refusal = (work: Promise<unknown>): Promise<Refusal> =>
  work.then(
    () => {
      throw new Error('it was not refused');
    },
    (error: unknown) => error as Refusal,
  );

describe('consume', () => {
  it('counts in the transaction of its caller, and answers as the route does', async () => {
    expect(await consume(3, { event: 'e1' })).toEqual({
      ...{ eventId: 'e1', feature: 'exports', amount: 3, replayed: false },
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      usage: {
        ...{ used: 3, limit: 5, remaining: 2, credits: 0, overLimit: false },
        resetsAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      },
    });
    expect(await sumEvents(database, business, 'exports')).toBe(3);
  });

  it('leaves nothing when its caller rolls back', async () => {
    await client.query('BEGIN');
    await consume(3);
    await client.query('ROLLBACK');
    expect(await readCounter(database, business, 'exports')).toBeNull();
    expect(await sumEvents(database, business, 'exports')).toBe(0);
  });

  it('counts in a statement of its caller; a refusal leaves none of it', async () => {
    await client.query('CREATE TEMPORARY TABLE made (id text)');
    const make = (amount: number) =>
      client.query(
        `WITH counted AS (SELECT tenantry.consume($1, 'exports', $2)) INSERT INTO made SELECT 'a' FROM counted`,
        [business, amount],
      );
    await make(3);
    expect((await refusal(make(3))).code).toBe('TQ402');
    expect((await client.query('SELECT FROM made')).rowCount).toBe(1);
    expect((await readCounter(database, business, 'exports'))!.used).toBe(3);
  });

  it('counts an event once', async () => {
    await consume(2, { event: 'e1' });
    expect(await consume(2, { event: 'e1' })).toMatchObject({ replayed: true });
    expect((await refusal(consume(3, { event: 'e1' }))).code).toBe('TQ409');
    expect((await readCounter(database, business, 'exports'))!.used).toBe(2);
  });

  it('refuses with TQ402 what is over the limit, with the members of the 402 in DETAIL', async () => {
    const { code, detail } = await refusal(consume(6));
    expect(code).toBe('TQ402');
    expect(JSON.parse(detail)).toMatchObject({
      ...{ code: 'quota_exceeded', feature: 'exports', used: 0, limit: 5, remaining: 5 },
      explanation: expect.any(String) as string,
    });
  });

  it.each([
    ['an unknown feature', 'nothing', 1, 'TQ404'],
    ['a flag', 'beta', 1, 'TQ422'],
    ['nothing', 'exports', 0, 'TQ422'],
    ['a negative amount', 'exports', -1, 'TQ422'],
    ['more than 10^9', 'exports', 1_000_000_001, 'TQ422'],
  ])('refuses %s', async (_, feature, amount, code) => {
    expect((await refusal(consume(amount, { feature }))).code).toBe(code);
  });

  it('refuses an event id of 129 characters, and a business that is not there', async () => {
    expect((await refusal(consume(1, { event: 'x'.repeat(129) }))).code).toBe('TQ422');
    const missing = '00000000-0000-4000-8000-000000000000';
    const work = client.query(`SELECT tenantry.consume($1, 'exports')`, [missing]);
    expect((await refusal(work)).code).toBe('TQ404');
  });

  it('counts several features or none of them', async () => {
    const all = (amounts: object) =>
      client.query('SELECT tenantry.consume_all($1, $2)', [business, JSON.stringify(amounts)]);
    await all({ exports: 2, calls: 5 });
    expect((await refusal(all({ exports: 1, calls: 1 }))).code).toBe('TQ402');
    expect((await readCounter(database, business, 'exports'))!.used).toBe(2);
  });

  it('takes an integer that is written with a fraction of zero', async () => {
    await client.query(`SELECT tenantry.consume_all($1, '{"exports": 2.0}')`, [business]);
    expect((await readCounter(database, business, 'exports'))!.used).toBe(2);
  });
});

describe('release and check', () => {
  it('give back what an event took, once', async () => {
    await consume(3, { feature: 'storage', event: 'file' });
    const release = async (event: string): Promise<object> => {
      const text = `SELECT tenantry.release($1, 'storage', $2) AS answer`;
      return (await client.query<{ answer: object }>(text, [business, event])).rows[0]!;
    };
    expect(await release('file')).toMatchObject({ answer: { amount: 3, replayed: false } });
    expect(await release('file')).toMatchObject({ answer: { amount: 3, replayed: true } });
    expect((await readCounter(database, business, 'storage'))!.used).toBe(0);
    expect((await refusal(release('other'))).code).toBe('TQ404');
  });

  const check = async (feature: string, amount = 1): Promise<object> => {
    const text = `SELECT tenantry.check($1, $2, $3) AS answer`;
    const { rows } = await client.query<{ answer: object }>(text, [business, feature, amount]);
    return rows[0]!.answer;
  };

  it('advise, and count nothing', async () => {
    expect(await check('exports', 5)).toMatchObject({ allowed: true, reason: null });
    expect(await check('exports', 6)).toMatchObject({ allowed: false, reason: 'quota_exceeded' });
    expect(await check('storage', 6)).toMatchObject({ allowed: false, reason: 'limit_reached' });
    expect(await check('beta')).toEqual({ allowed: true, reason: null, usage: null });
    expect(await check('hidden')).toEqual({ allowed: false, reason: 'not_enabled', usage: null });
    expect(await check('region')).toEqual({ allowed: false, reason: 'no_value', usage: null });
    expect(await check('old')).toMatchObject({ allowed: false, reason: 'feature_archived' });
    expect((await refusal(check('exports', -1))).code).toBe('TQ422');
    expect(await readCounter(database, business, 'exports')).toBeNull();
  });

  it('know flags in any state of the subscription, and room in an active one only', async () => {
    await changeSubscription(database, business, { status: 'paused' });
    expect(await check('beta')).toMatchObject({ allowed: true });
    expect(await check('exports')).toMatchObject({
      ...{ allowed: false, reason: 'subscription_inactive' },
    });
  });
});

describe('the caller', () => {
  it('acts for the businesses that it was granted, and no other', async () => {
    const limited = await createOtherProgram(database, business);
    const by = await limited.connect();
    await consume(1, { by });
    const work = by.query(`SELECT tenantry.consume($1, 'exports')`, [other]);
    expect((await refusal(work)).code).toBe('42501');
    await limited.drop();
  });

  it('needs a grant: a role without one cannot call, nor read what is counted', async () => {
    const stranger = await createOtherProgram(database);
    const by = await stranger.connect();
    expect((await refusal(consume(1, { by }))).code).toBe('42501');
    expect((await refusal(by.query('SELECT FROM tenantry.usage_counters'))).code).toBe('42501');
    await stranger.drop();
  });

  it('is not deceived by its own temporary tables', async () => {
    await client.query('CREATE TEMPORARY TABLE usage_counters (LIKE pg_class)');
    await client.query('CREATE TEMPORARY TABLE sql_callers (role_name text, business_id uuid)');
    await consume(2);
    await client.query('DROP TABLE pg_temp.usage_counters, pg_temp.sql_callers');
    expect((await readCounter(database, business, 'exports'))!.used).toBe(2);
  });

  it('finds its settings as they were, also after a refusal that it caught', async () => {
    await client.query('BEGIN');
    await client.query(`SET LOCAL lock_timeout = '7s'`);
    await client.query(`SET LOCAL app.scope = 'mine'`);
    await consume(1);
    expect((await refusal(consume(9))).code).toBe('TQ402'); // which aborts; a savepoint would keep the rest
    await client.query('ROLLBACK');
    await client.query('BEGIN');
    await client.query(`SET LOCAL lock_timeout = '7s'`);
    await client.query(`SET LOCAL app.scope = 'mine'`);
    await consume(1);
    await client.query('SAVEPOINT before');
    await refusal(consume(9));
    await client.query('ROLLBACK TO before');
    const { rows } = await client.query(
      `SELECT current_setting('lock_timeout') AS lock_timeout, current_setting('app.scope') AS scope,
              current_setting('app.business_ids', true) AS tenants, current_setting('app.actor', true) AS actor`,
    );
    expect(rows).toEqual([{ lock_timeout: '7s', scope: 'mine', tenants: '', actor: '' }]);
    await client.query('COMMIT');
    expect((await readCounter(database, business, 'exports'))!.used).toBe(1);
  });

  it('waits 2 s for a counter that another transaction holds, and then is told to repeat', async () => {
    const holder = await program.connect();
    await holder.query('BEGIN');
    await consume(1, { by: holder });
    const { code, detail } = await refusal(consume(1));
    expect([code, (JSON.parse(detail) as { code: string }).code]).toEqual([
      'TQ503',
      'counter_busy',
    ]);
    await consume(1, { feature: 'calls' }); // another counter waits for nothing
    await holder.query('COMMIT');
    expect((await readCounter(database, business, 'exports'))!.used).toBe(1);
  });

  it.each(['REPEATABLE READ', 'SERIALIZABLE'])(
    'under %s loses with 40001, and repeats',
    async (level) => {
      await consume(1);
      await client.query(`BEGIN ISOLATION LEVEL ${level}`);
      await client.query('SELECT 1');
      const rival = await program.connect();
      await consume(1, { by: rival });
      expect((await refusal(consume(1))).code).toBe('40001');
      await client.query('ROLLBACK');
      await consume(1);
      expect((await readCounter(database, business, 'exports'))!.used).toBe(3);
    },
  );
});

it('cannot be called by everybody', async () => {
  const stranger = await createOtherProgram(database);
  const by = await stranger.connect();
  await database.query(`GRANT USAGE ON SCHEMA tenantry TO ${stranger.role}`);
  expect(await refusalOf(by, `SELECT tenantry.consume('${business}', 'exports')`)).toBe('42501');
  await stranger.drop();
});

import type { Client } from 'pg';
import { newId } from '../../../src/common/ids';
import { RequestContext } from '../../../src/common/request-context';
import type {
  Admission,
  SentRecording,
} from '../../../src/product/recordings/ingestion.repository';
import { withConnection } from '../../support/connection';
import { openQueue, sentBy, tallyOutcomes, type OpenQueue } from '../support/ingestion';
import { insertTenants } from '../../support/tenants';
import {
  letPeriodEndIn,
  ONE_DAY_MS,
  readCount,
  readSubscription,
} from '../../support/subscriptions';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';

/* admit_recordings: what one call counts, stores and answers, and for whom. */

const LIMIT = 5;
const context = RequestContext.job('test.admit_recordings');

let database: TestDatabase;
let open: OpenQueue;
let tenant: string;
let other: string;
beforeAll(async () => {
  database = await createTestDatabase();
  open = await openQueue(database.url, { databasePoolSize: 1 });
});
afterAll(async () => {
  await open.pool.close();
  await database.drop();
});
beforeEach(async () => {
  [tenant, other] = (await insertTenants(database, 2, LIMIT)) as [string, string];
});

async function admitAll(recordings: SentRecording[]): Promise<Admission[]> {
  const admissions = await open.repository.admitAll(recordings, true);
  return admissions.map((admission) => admission!);
}

function many(count: number, businessId = tenant): SentRecording[] {
  return Array.from({ length: count }, () => sentBy(businessId));
}

function outcomesOf(admissions: Admission[]): string[] {
  return admissions.map(({ outcome }) => outcome);
}

/** Counters after each recording: used, credited, and the credits that are left. */
function countsOf(admissions: Admission[]): number[][] {
  return admissions.map((admission) => {
    const { counts } = (admission as Extract<Admission, { outcome: 'inserted' }>).period;
    return [counts.used, counts.credited, counts.credits];
  });
}

async function insertCredit(granted: number, expiresInMs: number | null = null): Promise<string> {
  const id = newId();
  await database.query(
    `INSERT INTO credits (business_id, id, feature, granted, spent, reason, granted_by, created_at, expires_at)
     VALUES ($1, $2, 'recordings', $3, 0, 'test', 'test', now(), now() + $4 * interval '1 millisecond')`,
    [tenant, id, granted, expiresInMs],
  );
  return id;
}

async function readSpent(): Promise<Record<string, number>> {
  const rows = await database.query<{ id: string; spent: number }>(
    'SELECT id, spent::integer FROM credits WHERE business_id = $1',
    [tenant],
  );
  return Object.fromEntries(rows.map(({ id, spent }) => [id, spent]));
}

async function expectStored(businessId: string, count: number): Promise<void> {
  expect(await readCount(database, businessId)).toEqual({ counter: count, rows: count });
}

describe('a limit', () => {
  it('lets in the first of a call, in their order, each with a number of its own', async () => {
    const mixed = many(LIMIT + 3).flatMap((recording) => [recording, sentBy(other)]);
    const admissions = await admitAll(mixed);
    const own = admissions.filter((_, index) => index % 2 === 0);
    const foreign = admissions.filter((_, index) => index % 2 === 1);
    for (const list of [own, foreign]) {
      expect(outcomesOf(list)).toEqual([
        ...Array<string>(LIMIT).fill('inserted'),
        ...Array<string>(3).fill('refused'),
      ]);
      expect(countsOf(list).map(([used]) => used)).toEqual([1, 2, 3, 4, 5, 5, 5, 5]);
    }
    await expectStored(tenant, LIMIT);
    await expectStored(other, LIMIT);
    const stored = await database.query<{ id: string }>(
      'SELECT id FROM recordings WHERE business_id = $1 ORDER BY id',
      [tenant],
    );
    const first = mixed.filter((_, index) => index % 2 === 0).slice(0, LIMIT);
    expect(stored.map(({ id }) => id)).toEqual(first.map(({ id }) => id));
  });

  it('counts neither what is there already nor what names no application', async () => {
    const [known] = many(1);
    await admitAll([known!]);
    const again = { ...known!, id: newId() };
    const lost = sentBy(tenant, { applicationId: newId() });
    const admissions = await admitAll([again, lost, ...many(LIMIT)]);
    expect(tallyOutcomes(admissions)).toEqual({
      ...{ exists: 1, no_application: 1, inserted: LIMIT - 1, refused: 1 },
    });
    await expectStored(tenant, LIMIT);
  });

  it('and credits: first the allowance, then what expires first, and not one more', async () => {
    const lasting = await insertCredit(4);
    const later = await insertCredit(2, 2 * ONE_DAY_MS);
    const sooner = await insertCredit(1, ONE_DAY_MS);
    const expired = await insertCredit(50, -1);
    const admissions = await admitAll(many(LIMIT + 5));
    expect(tallyOutcomes(admissions)).toEqual({ inserted: LIMIT + 5 });
    expect(countsOf(admissions).slice(LIMIT - 1)).toEqual(
      [0, 1, 2, 3, 4, 5].map((credited) => [LIMIT + credited, credited, 7 - credited]),
    );
    expect(await readSpent()).toEqual({ [sooner]: 1, [later]: 2, [lasting]: 2, [expired]: 0 });
    expect(tallyOutcomes(await admitAll(many(5)))).toEqual({ inserted: 2, refused: 3 });
    expect(await readSpent()).toEqual({ [sooner]: 1, [later]: 2, [lasting]: 4, [expired]: 0 });
    await expectStored(tenant, LIMIT + 7);
  });

  it('that there is not spends no credits', async () => {
    const [free] = (await insertTenants(database, 1)) as [string];
    [tenant, other] = [free, tenant];
    const credit = await insertCredit(3);
    expect(tallyOutcomes(await admitAll(many(50)))).toEqual({ inserted: 50 });
    expect(await readSpent()).toEqual({ [credit]: 0 });
  });
});

describe('the tenants of a call', () => {
  const ADMIT = 'SELECT item, outcome FROM admit_recordings($1, $2, 0, true)';

  function itemsOf(recordings: SentRecording[]): string {
    return JSON.stringify(
      recordings.map(({ businessId, id, externalId, startedAt, durationMs }, item) => ({
        ...{ item, business_id: businessId, id, external_id: externalId },
        ...{ started_at: startedAt, duration_ms: durationMs },
      })),
    );
  }

  it('are the only ones that it writes for: items of others are not taken', async () => {
    const items = itemsOf([sentBy(other), sentBy(tenant)]);
    const { rows } = await open.pool.database.statement(context, ADMIT, [[tenant], items]);
    expect(rows).toEqual([{ item: 1, outcome: 'inserted' }]);
    await expectStored(tenant, 1);
    await expectStored(other, 0);
  });

  it('are those of the flush, exactly, and the scope is that of a tenant', async () => {
    await database.query('CREATE TABLE seen (business_ids text, scope text)');
    await database.query(`
      CREATE FUNCTION note_settings() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO seen VALUES (current_setting('app.business_ids'), current_setting('app.scope'));
        RETURN NULL;
      END $$`);
    await database.query(`
      CREATE TRIGGER note_settings AFTER INSERT ON recordings
      FOR EACH STATEMENT EXECUTE FUNCTION note_settings()`);
    await admitAll([...many(2), ...many(2, other), ...many(1)]);
    await admitAll(many(1, other));
    await database.query('DROP TRIGGER note_settings ON recordings');
    expect(await database.query('SELECT * FROM seen')).toEqual([
      { business_ids: `{${tenant},${other}}`, scope: 'tenant' },
      { business_ids: `{${other}}`, scope: 'tenant' },
    ]);
  });

  it('are dropped after the call: the next one on that connection sees no tenant', async () => {
    await admitAll([sentBy(tenant)]);
    const { database: pool } = open.pool;
    expect((await pool.statement(context, 'SELECT id FROM recordings', [])).rows).toEqual([]);
    const { rows } = await pool.statement(
      context,
      `SELECT current_setting('lock_timeout') AS value`,
      [],
    );
    expect(rows).toEqual([{ value: '0' }]);
  });
});

describe('the boundary of a period', () => {
  it('that is still to begin: a recording is not created before it', async () => {
    const { periodStart, periodEnd } = await readSubscription(database, tenant);
    const lengthMs = periodEnd.getTime() - periodStart.getTime();
    await letPeriodEndIn(database, tenant, lengthMs + ONE_DAY_MS);
    const { periodStart: start } = await readSubscription(database, tenant);
    expect(await admitAll([sentBy(tenant)])).toMatchObject([{ createdAt: start }]);
    const rows = await database.query(
      'SELECT created_at AS "createdAt" FROM recordings WHERE business_id = $1',
      [tenant],
    );
    expect(rows).toEqual([{ createdAt: start }]);
  });

  it('that has passed by the clock of the system: nothing is stored', async () => {
    open.clock.moveBy(11 * ONE_DAY_MS);
    const outcomes = tallyOutcomes(await admitAll(many(3)));
    open.clock.moveBy(-11 * ONE_DAY_MS);
    expect(outcomes).toEqual({ not_running: 3 });
    await expectStored(tenant, 0);
  });

  it.each([
    ['is now: the period is over', 0, 'not_running'],
    ['is a millisecond away: it counts in the period', 1, 'inserted'],
  ])('that %s', async (_, milliseconds, outcome) => {
    await withConnection(database.url, { scope: 'platform' }, async (client) => {
      await client.query('BEGIN'); // now() stands still until its end
      await client.query(
        `UPDATE subscriptions SET period_end = date_trunc('milliseconds', now()) + $2 * interval '1 millisecond'
         WHERE business_id = $1`,
        [tenant, milliseconds],
      );
      expect(await outcomeIn(client)).toBe(outcome);
      await client.query('ROLLBACK');
    });
  });

  async function outcomeIn(client: Client): Promise<string> {
    const item = { item: 0, business_id: tenant, id: newId(), external_id: 'a', duration_ms: 1 };
    const items = JSON.stringify([{ ...item, started_at: new Date(0) }]);
    const { rows } = await client.query<{ outcome: string }>(
      'SELECT outcome FROM admit_recordings($1, $2, 0, true)',
      [[tenant], items],
    );
    return rows[0]!.outcome;
  }
});

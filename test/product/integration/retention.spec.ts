import { RequestContext } from '../../../src/common/request-context';
import {
  PRUNE_RECORDINGS,
  RetentionService,
} from '../../../src/product/recordings/retention.service';
import { openQueue, sentBy, type OpenQueue } from '../support/ingestion';
import { insertTenants } from '../../support/tenants';
import { statementsOf } from '../../support/statement-counter';
import { readCount, readSubscription } from '../../support/subscriptions';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';

/* Old recordings are deleted in batches; what the running period counts stays, however old it is. */

const BATCH = 5_000;
const CONTEXT = RequestContext.job(PRUNE_RECORDINGS);

let database: TestDatabase;
let open: OpenQueue;
let retention: RetentionService;
let tenant: string;
let other: string;
beforeAll(async () => {
  database = await createTestDatabase();
  open = await openQueue(database.url);
  retention = new RetentionService(open.pool.database);
});
afterAll(async () => {
  await open.pool.close();
  await database.drop();
});
beforeEach(async () => {
  await database.query('TRUNCATE recordings');
  [tenant, other] = (await insertTenants(database, 2)) as [string, string];
});

/** Recordings that were made so many days ago, in the period before the running one unless said otherwise. */
async function insertOld(
  businessId: string,
  count: number,
  daysAgo: number,
  changes: { isRunning?: boolean; isDeleted?: boolean } = {},
): Promise<void> {
  const { isRunning = false, isDeleted = false } = changes;
  await database.query(
    `INSERT INTO recordings (business_id, id, external_id, subscription_id, period_ordinal, created_at,
                             started_at, duration_ms, deleted_at)
     SELECT $1, uuid_at(made), 'old ' || made || ' ' || number, counter.subscription_id,
            counter.period_ordinal - CASE WHEN $4 THEN 0 ELSE 1 END, made,
            CASE WHEN NOT $5 THEN made END, CASE WHEN NOT $5 THEN 1 END, CASE WHEN $5 THEN made END
     FROM generate_series(1, $2) AS number,
          (SELECT id AS subscription_id, * FROM subscriptions WHERE is_current) AS counter,
          LATERAL (SELECT date_trunc('milliseconds', now()) - $3 * interval '1 day' AS made) AS time
     WHERE counter.business_id = $1`,
    [businessId, count, daysAgo, isRunning, isDeleted],
  );
  if (isRunning)
    await database.query(
      `INSERT INTO usage_counters AS counter (business_id, feature, subscription_id, period_ordinal, used, carried_over)
       SELECT business_id, 'recordings', id, period_ordinal, $2, 0 FROM subscriptions WHERE business_id = $1 AND is_current
       ON CONFLICT (business_id, feature) DO UPDATE SET used = counter.used + $2`,
      [businessId, count],
    );
}

beforeAll(() =>
  // An id of that time, as the server would have made it.
  database.query(`
    CREATE FUNCTION uuid_at(made timestamptz) RETURNS uuid LANGUAGE sql AS $$
      SELECT (lpad(to_hex((extract(epoch FROM made) * 1000)::bigint), 12, '0')
              || '7' || substr(md5(random()::text), 1, 19))::uuid $$`),
);

async function prune(days: number): Promise<{ pruned: number; progress: number[] }> {
  const progress: number[] = [];
  const pruned = await retention.prune(CONTEXT, days, (done) => progress.push(done));
  return { pruned, progress };
}

async function countOf(businessId: string): Promise<number> {
  const rows = await database.query('SELECT FROM recordings WHERE business_id = $1', [businessId]);
  return rows.length;
}

function readAudit(): Promise<object[]> {
  return database.query(
    `SELECT business_id, action, target_type, target_id, changes, actor->>'kind' AS actor
     FROM audit_log WHERE target_type = 'recording' AND business_id = ANY ($1) ORDER BY business_id, id`,
    [[tenant, other]],
  );
}

it('deletes what is older than so many days, tombstones too, and nothing else', async () => {
  await insertOld(tenant, 7, 31);
  await insertOld(tenant, 5, 31.5, { isDeleted: true });
  await insertOld(tenant, 4, 29.9);
  await insertOld(tenant, 3, 90, { isRunning: true });
  await insertOld(other, 2, 29.9);
  await open.queue.admit(sentBy(tenant));
  const { pruned, progress } = await prune(30);
  expect(pruned).toBe(12);
  expect(progress.at(-1)).toBe(12);
  expect([await countOf(tenant), await countOf(other)]).toEqual([8, 2]);
  expect(await readCount(database, tenant)).toEqual({ counter: 4, rows: 4 });
  expect(await prune(30)).toMatchObject({ pruned: 0 });
});

it('to the moment: what is exactly so old stays', async () => {
  await insertOld(tenant, 1, 30.001);
  await insertOld(tenant, 1, 29.999);
  expect(await prune(30)).toMatchObject({ pruned: 1 });
});

it('writes one audit row a tenant, and none for those who lose nothing', async () => {
  await insertOld(tenant, 7, 31);
  await insertOld(other, 2, 10);
  await prune(30);
  const row = {
    ...{ business_id: tenant, action: PRUNE_RECORDINGS, target_type: 'recording' },
    ...{ target_id: null, changes: { count: [7, 0] }, actor: 'job' },
  };
  expect(await readAudit()).toEqual([row]);
});

it('any other deletion is audited row by row', async () => {
  await insertOld(tenant, 2, 31);
  await database.query('DELETE FROM recordings WHERE business_id = $1', [tenant]);
  expect(await readAudit()).toHaveLength(2);
});

it('continues batch by batch until nothing is left, over many tenants', async () => {
  await insertOld(tenant, BATCH + 300, 40);
  await insertOld(other, 500, 40);
  const { pruned, progress } = await prune(30);
  expect(pruned).toBe(BATCH + 800);
  expect(progress.filter((done, index) => done !== progress[index - 1]).length).toBeGreaterThan(1);
  expect(
    Math.max(...progress.map((done, index) => done - (progress[index - 1] ?? 0))),
  ).toBeLessThanOrEqual(BATCH);
  expect([await countOf(tenant), await countOf(other)]).toEqual([0, 0]);
});

it('frees the external id: it can be stored and counted again', async () => {
  await insertOld(tenant, 1, 31);
  const [{ external_id: externalId }] = (await database.query(
    'SELECT external_id FROM recordings WHERE business_id = $1',
    [tenant],
  )) as [{ external_id: string }];
  expect(await open.queue.admit(sentBy(tenant, { externalId }))).toMatchObject({
    outcome: 'exists',
  });
  await prune(30);
  expect(await open.queue.admit(sentBy(tenant, { externalId }))).toMatchObject({
    outcome: 'inserted',
  });
  expect(await readCount(database, tenant)).toEqual({ counter: 1, rows: 1 });
});

it('keeps what the counter of an ended subscription stands for', async () => {
  await insertOld(tenant, 3, 90, { isRunning: true });
  const { id } = await readSubscription(database, tenant);
  await database.query(
    `UPDATE subscriptions SET status = 'expired', ended_at = period_end WHERE id = $1`,
    [id],
  );
  expect(await prune(30)).toMatchObject({ pruned: 0 });
  expect(await readCount(database, tenant)).toEqual({ counter: 3, rows: 3 });
});

it.each([1, 36_500])('takes %d days', async (days) => {
  await insertOld(tenant, 1, 2);
  expect(await prune(days)).toMatchObject({ pruned: days === 1 ? 1 : 0 });
});

it('while recordings come in: counter and rows agree', async () => {
  await insertOld(tenant, 2_000, 40);
  const [{ pruned }, admissions] = await Promise.all([
    prune(30),
    Promise.all(Array.from({ length: 200 }, () => open.queue.admit(sentBy(tenant)))),
  ]);
  expect(pruned).toBe(2_000);
  expect(admissions.every(({ outcome }) => outcome === 'inserted')).toBe(true);
  expect(await readCount(database, tenant)).toEqual({ counter: 200, rows: 200 });
});

it('asks for businesses a page at a time', async () => {
  const { work } = await statementsOf(() => prune(30));
  const pages = work.filter((text) => text.includes('FROM businesses WHERE id >'));
  expect(pages).toHaveLength(2);
  expect(pages[0]).toContain('LIMIT');
});

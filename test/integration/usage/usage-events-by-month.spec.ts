import { Client } from 'pg';
import { RequestContext } from '../../../src/common/request-context';
import { Housekeeping } from '../../../src/modules/ops/housekeeping';
import { UsageEventsRepository } from '../../../src/modules/usage/usage-events.repository';
import { LONG_SESSIONS, ONE_DAY_MS, resetClock } from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';
import { eventOf, insertEntitled, insertFeature, sumEvents } from '../../support/usage';

/* Events are kept by month; that an event counts once is not. */

let server: TestApplication;
let events: UsageEventsRepository;
let business: string;
beforeAll(async () => {
  server = await TestApplication.start(LONG_SESSIONS);
  events = server.app.get(UsageEventsRepository);
  await insertFeature(server.database, 'lifetime', 'metered', 'never');
  await insertFeature(server.database, 'storage', 'allocated');
  const limit = { limit: 10, mode: 'hard' } as const;
  [business] = (await insertEntitled(server.database, 1, { lifetime: limit, storage: limit })) as [
    string,
  ];
  await server.database.query(`UPDATE subscriptions SET period_end = now() + interval '10 years'`);
});
afterAll(() => server.stop());
beforeEach(() => resetClock(server));

const keepHouse = () =>
  server.app.get(Housekeeping).prune(RequestContext.job('housekeeping.prune'));

async function count(feature: string, eventId: string, amount = 1): Promise<string> {
  const [counted] = await events.countAll([eventOf(business, feature, amount, { eventId })], true);
  return counted!.outcome;
}

it('an event that is repeated after the end of its month, in another table, counts once', async () => {
  await keepHouse();
  const thisMonth = await count('lifetime', 'e1');
  server.clock.moveBy(32 * ONE_DAY_MS);
  const repeated = await count('lifetime', 'e1');
  const nextMonth = await count('lifetime', 'e2');
  expect([thisMonth, repeated, nextMonth]).toEqual(['counted', 'exists', 'counted']);
  const tables = await server.database.query<{ name: string }>(
    `SELECT DISTINCT tableoid::regclass::text AS name FROM usage_events WHERE feature = 'lifetime' ORDER BY name`,
  );
  expect(tables).toHaveLength(2);
  expect(tables.map(({ name }) => name)).not.toContain('usage_events_default');
  expect(await sumEvents(server.database, business, 'lifetime')).toBe(2);
});

it('the tables of months have the wall between tenants, too', async () => {
  await keepHouse();
  const rows = await server.database.query<{ forced: boolean; policies: number }>(
    `SELECT relforcerowsecurity AS forced, (SELECT count(*)::integer FROM pg_policy WHERE polrelid = class.oid) AS policies
     FROM pg_class AS class WHERE relispartition AND relkind = 'r' AND relname LIKE 'usage_events_%'`,
  );
  expect(rows.length).toBeGreaterThan(3);
  expect(rows.filter(({ forced, policies }) => !forced || policies !== 1)).toEqual([]);
});

it('the table of a month is made beside a transaction that has counted and stays open, and counting goes on', async () => {
  const open = new Client({ connectionString: server.database.url });
  await open.connect();
  await open.query('BEGIN');
  const items = [
    { business_id: business, feature: 'storage', event_id: 'open', amount: 1, way: 'consume' },
  ].map((event, item) => ({ item, ...event }));
  await open.query('SELECT count_usage($1, 0, true)', [JSON.stringify(items)]);
  const add = `SELECT add_usage_event_partition((now() + interval '100 days')::date) AS added`;
  const [rows, counted] = await Promise.all([
    server.database.query<{ added: boolean }>(add),
    count('lifetime', 'e5'),
  ]);
  expect([rows, counted]).toEqual([[{ added: true }], 'counted']);
  await open.query('ROLLBACK');
  await open.end();
});

it('what has no table of its month is kept in the default one, and stays there', async () => {
  server.clock.moveBy(200 * ONE_DAY_MS);
  expect(await count('lifetime', 'e3')).toBe('counted');
  await keepHouse();
  expect(await count('lifetime', 'e3')).toBe('exists');
  const rows = await server.database.query(
    `SELECT FROM usage_events_default WHERE event_id = 'e3'`,
  );
  expect(rows).toHaveLength(1);
});

it('after 13 months an id is forgotten, but for what is still allocated', async () => {
  await count('lifetime', 'e4');
  await count('storage', 'file');
  server.clock.moveBy(397 * ONE_DAY_MS);
  await keepHouse();
  expect([await count('lifetime', 'e4'), await count('storage', 'file')]).toEqual([
    'counted',
    'exists',
  ]);
});

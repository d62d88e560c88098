import { Client } from 'pg';
import type { CountedEvent, SentEvent } from '../../../src/modules/usage/usage-events.repository';
import { ONE_DAY_MS } from '../../support/subscriptions';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import {
  eventOf,
  insertCredit,
  insertEntitled,
  insertFeature,
  openUsage,
  readCounter,
  sumEvents,
  type OpenUsage,
} from '../../support/usage';

/* count_usage: what one call counts, stores and answers, and for whom. */

const FEATURES = ['exports', 'calls', 'lifetime'] as const;

let database: TestDatabase;
let open: OpenUsage;
let business: string;
let other: string;
beforeAll(async () => {
  database = await createTestDatabase();
  open = await openUsage(database.url);
  await insertFeature(database, 'exports', 'metered', 'period');
  await insertFeature(database, 'calls', 'metered', 'day');
  await insertFeature(database, 'lifetime', 'metered', 'never');
  await insertFeature(database, 'storage', 'allocated');
  await insertFeature(database, 'beta', 'flag');
});
afterAll(async () => {
  await open.pool.close();
  await database.drop();
});
beforeEach(async () => {
  const hard = { limit: 10, mode: 'hard' } as const;
  [business, other] = (await insertEntitled(database, 2, {
    exports: hard,
    calls: hard,
    lifetime: hard,
    storage: hard,
  })) as [string, string];
});

async function count(...events: SentEvent[]): Promise<CountedEvent[]> {
  return (await open.events.countAll(events, true)).map((counted) => counted!);
}

const outcomesOf = (counted: CountedEvent[]) => counted.map(({ outcome }) => outcome);

describe.each(FEATURES)('%s', (feature) => {
  it('counts amounts up to the limit: what is too large is refused, a smaller one after it is not', async () => {
    const sizes = [4, 4, 4, 2, 1];
    const counted = await count(...sizes.map((amount) => eventOf(business, feature, amount)));
    expect(outcomesOf(counted)).toEqual(['counted', 'counted', 'refused', 'counted', 'refused']);
    expect(counted.map(({ counts }) => counts.used)).toEqual([4, 8, 8, 10, 10]);
    expect(await readCounter(database, business, feature)).toEqual({
      ...{ used: 10, credited: 0, reserved: 0, usedToday: 10, alertLevel: 100 },
    });
    expect(await sumEvents(database, business, feature)).toBe(10);
  });

  it('lets in N of 3N at once', async () => {
    const events = Array.from({ length: 30 }, () => eventOf(business, feature));
    const counted = await Promise.all(events.map((event) => count(event)));
    const admitted = counted.flat().filter(({ outcome }) => outcome === 'counted');
    expect(admitted).toHaveLength(10);
    expect(await sumEvents(database, business, feature)).toBe(10);
  });

  it('counts an event once: again it exists, with other content it is a conflict', async () => {
    const event = eventOf(business, feature, 3, { properties: { b: 1, a: 2 } });
    const [first] = await count(event);
    const [again] = await count({ ...event, properties: { a: 2, b: 1 } });
    expect(again).toEqual({ ...first!, outcome: 'exists' });
    expect(outcomesOf(await count({ ...event, amount: 4 }))).toEqual(['conflict']);
    expect((await readCounter(database, business, feature))!.used).toBe(3);
  });

  it('spends credits after the allowance', async () => {
    await insertCredit(database, business, feature, 5);
    const counted = await count(eventOf(business, feature, 12), eventOf(business, feature, 4));
    expect(outcomesOf(counted)).toEqual(['counted', 'refused']);
    expect(counted[0]!.counts).toEqual({ used: 12, credited: 2, credits: 3, reserved: 0 });
  });
});

it('tells features apart that are unknown, of another kind, or archived', async () => {
  await insertFeature(database, 'old', 'metered', 'period');
  await database.query(`UPDATE features SET archived_at = now() WHERE id = 'old'`);
  const counted = await count(...['nothing', 'beta', 'old'].map((key) => eventOf(business, key)));
  expect(outcomesOf(counted)).toEqual(['unknown_feature', 'feature_kind', 'feature_archived']);
});

it('counts for several businesses and features in one call, each up to its own limit', async () => {
  const events = [business, other].flatMap((id) => FEATURES.map((key) => eventOf(id, key, 6)));
  expect(
    outcomesOf(await count(...events, ...events.map((event) => ({ ...event, eventId: 'second' })))),
  ).toEqual([...events.map(() => 'counted'), ...events.map(() => 'refused')]);
});

it('starts again on the next day, and keeps what each day had', async () => {
  const later = await openUsage(database.url);
  later.clock.moveBy(ONE_DAY_MS);
  await insertCredit(database, business, 'calls', 5);
  await count(eventOf(business, 'calls', 12));
  const [counted] = await later.events.countAll([eventOf(business, 'calls', 11)], true);
  expect(counted!.counts).toEqual({ used: 11, credited: 1, credits: 2, reserved: 0 });
  const days = await database.query(
    `SELECT used::integer FROM usage_days WHERE business_id = $1 AND feature = 'calls'`,
    [business],
  );
  expect(days).toEqual([{ used: 12 }]);
  await later.pool.close();
});

it('leaves out, without waiting, the counter that another transaction holds', async () => {
  await count(eventOf(business, 'exports'));
  const holder = new Client({ connectionString: database.url, options: '-c app.scope=platform' });
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query(
    `SELECT FROM usage_counters WHERE business_id = $1 AND feature = 'exports' FOR UPDATE`,
    [business],
  );
  const events = [
    eventOf(business, 'exports'),
    eventOf(business, 'calls'),
    eventOf(other, 'exports'),
  ];
  const counted = await open.events.countAll(events, false);
  expect(counted.map((each) => each?.outcome)).toEqual([undefined, 'counted', 'counted']);
  await holder.end();
});

it('raises an alert once for each percentage of the limit', async () => {
  for (const amount of [7, 1, 1, 1]) await count(eventOf(business, 'exports', amount));
  const alerts = await database.query(
    `SELECT percentage::integer, used::integer, granted::integer FROM usage_alerts WHERE business_id = $1 ORDER BY percentage`,
    [business],
  );
  expect(alerts).toEqual([
    { percentage: 80, used: 8, granted: 10 },
    { percentage: 100, used: 10, granted: 10 },
  ]);
});

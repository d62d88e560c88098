import { Client } from 'pg';
import {
  LONG_SESSIONS,
  insertDueBusinesses,
  readSubscription,
  renewAll,
} from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';
import { UsageEventQueue } from '../../../src/modules/usage/usage-event-queue';
import { UsageEventsRepository } from '../../../src/modules/usage/usage-events.repository';
import { eventOf, insertEntitled, insertFeature, readCounter } from '../../support/usage';

/* A counter that another program's transaction holds delays its own business and feature, and nothing else. */

const COUNTED = { item: 0, event_id: 'held', amount: 1, way: 'consume' };

let server: TestApplication;
let holder: Client;
beforeAll(async () => {
  server = await TestApplication.start(LONG_SESSIONS);
  await insertFeature(server.database, 'exports', 'metered', 'period');
  await insertFeature(server.database, 'calls', 'metered', 'day');
});
afterAll(() => server.stop());
beforeEach(async () => {
  holder = new Client({ connectionString: server.database.url, options: '-c app.scope=platform' });
  await holder.connect();
  await holder.query('BEGIN');
});
afterEach(() => holder.end());

/** Counts for the first time, so no other transaction sees the counter yet. */
async function countFirst(businessId: string, feature: string): Promise<void> {
  const items = [{ ...COUNTED, business_id: businessId, feature }];
  await holder.query('SELECT count_usage($1, 0, true)', [JSON.stringify(items)]);
}

async function hold(businessId: string): Promise<void> {
  const sql = 'SELECT FROM usage_counters WHERE business_id = $1 ORDER BY feature FOR UPDATE';
  await holder.query(sql, [businessId]);
}

it('renewal goes on without it; the next run renews it', async () => {
  const [held, free] = (await insertDueBusinesses(server.database, 2)) as [string, string];
  const ordinalOf = async (id: string) =>
    (await readSubscription(server.database, id)).periodOrdinal;
  await hold(held);
  expect(await renewAll(server)).toMatchObject({ renewed: 1 });
  expect([await ordinalOf(held), await ordinalOf(free)]).toEqual([1, 2]);
  await holder.query('COMMIT');
  expect(await renewAll(server)).toMatchObject({ renewed: 1 });
  expect(await ordinalOf(held)).toBe(2);
});

it.each([
  ['exports', 'calls'],
  ['calls', 'exports'],
])(
  'the first counter of %s that it has made holds up its own business and feature only',
  async (feature, other) => {
    const limit = { limit: 10, mode: 'hard' } as const;
    const [held, free, due] = [
      ...(await insertEntitled(server.database, 2, { exports: limit, calls: limit })),
      ...(await insertDueBusinesses(server.database, 1)),
    ] as [string, string, string];
    await countFirst(held, feature);
    const queue = server.app.get(UsageEventQueue);
    const refused = queue.admit(eventOf(held, feature)).catch((error: unknown) => error);
    const sent = [eventOf(held, feature), eventOf(held, other), eventOf(free, feature)];
    const patient = server.app.get(UsageEventsRepository).countAll(sent, false);
    expect((await patient).map((counted) => counted?.outcome)).toEqual([
      undefined,
      'counted',
      'counted',
    ]);
    expect(await renewAll(server)).toMatchObject({ renewed: 1 });
    expect(await refused).toMatchObject({ code: 'counter_busy' });
    expect((await readSubscription(server.database, due)).periodOrdinal).toBe(2);
    await holder.query('COMMIT');
    expect((await queue.admit(eventOf(held, feature))).outcome).toBe('counted');
    expect((await readCounter(server.database, held, feature))!.used).toBe(2);
  },
);

it('its events are refused with 503 after 2 s; those of other features and businesses pass at once', async () => {
  const limit = { limit: 10, mode: 'hard' } as const;
  const [held, free] = (await insertEntitled(server.database, 2, {
    exports: limit,
    calls: limit,
  })) as [string, string];
  const queue = server.app.get(UsageEventQueue);
  await queue.admit(eventOf(held, 'exports'));
  await hold(held);
  const refused = queue.admit(eventOf(held, 'exports')).catch((error: unknown) => error);
  const passed = await Promise.all([
    queue.admit(eventOf(held, 'calls')),
    queue.admit(eventOf(free, 'exports')),
  ]);
  expect(passed.map(({ outcome }) => outcome)).toEqual(['counted', 'counted']);
  expect(await refused).toMatchObject({ code: 'counter_busy', headers: { 'Retry-After': '2' } });
  await holder.query('COMMIT');
  expect((await queue.admit(eventOf(held, 'exports'))).outcome).toBe('counted');
  expect((await readCounter(server.database, held, 'exports'))!.used).toBe(2);
});

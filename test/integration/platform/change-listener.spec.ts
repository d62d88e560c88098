import { Logger } from '@nestjs/common';
import { RequestContext } from '../../../src/common/request-context';
import { ChangeFeed, type ChangedSubjects } from '../../../src/platform/database/change-feed';
import { ChangeListener } from '../../../src/platform/database/change-listener';
import { jumpAhead } from '../../support/monotonic-time';
import { openPool, type Pool } from '../../support/pool';
import { insertDueBusinesses } from '../../support/subscriptions';
import { TcpProxy } from '../../support/tcp-proxy';
import { testConfig } from '../../support/test-config';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { until } from '../../support/until';

/* How one process receives the changes of others, and knows that it does. */

const FRESH_FOR_MS = 1_000;
const RENAME = `UPDATE businesses SET name = name || '!' WHERE id = ANY ($1)`;

let database: TestDatabase;
let pool: Pool;
let feed: ChangeFeed;
let heard: ChangedSubjects[];
let proxy: TcpProxy | null;
let listener: ChangeListener;
let businessIds: string[];
beforeAll(async () => {
  Logger.overrideLogger(false); // it says that connections were lost
  database = await createTestDatabase();
  pool = await openPool(database.url);
  businessIds = await insertDueBusinesses(database, 150);
});
afterAll(async () => {
  await pool.close();
  await database.drop();
});
beforeEach(() => {
  heard = [];
  feed = new ChangeFeed();
  feed.subscribe((changed) => heard.push(changed));
  proxy = null;
  listener = listenAt(database.url);
});
afterEach(async () => {
  stop(listener);
  await proxy?.stop();
});

function listenAt(url: string, beats: Pool = pool): ChangeListener {
  return new ChangeListener(testConfig(url), beats.database, feed);
}

function stop(one: ChangeListener): void {
  one.beforeApplicationShutdown();
  one.onApplicationShutdown();
}

/** @returns the epoch that has begun */
async function untilFresh(after = -Infinity): Promise<number> {
  let epoch: number | null = null;
  await until('changes are heard for sure', () => {
    epoch = listener.epoch();
    return epoch !== null && epoch > after;
  });
  return epoch!;
}

function countListening(): Promise<unknown[]> {
  return database.query(
    `SELECT pid FROM pg_stat_activity
     WHERE datname = current_database() AND application_name = 'tenantry-changes'`,
  );
}

describe('a change that others commit', () => {
  beforeEach(async () => {
    await untilFresh();
  });

  it('is heard, each tenant once a transaction', async () => {
    await database.query(RENAME, [businessIds.slice(0, 2)]);
    await until('both are heard', () => heard.length >= 2);
    expect(heard.flat().sort()).toEqual(businessIds.slice(0, 2).sort());
  });

  it('to very many is heard as a change of everything', async () => {
    await database.query(RENAME, [businessIds]);
    await until('it is heard', () => heard.includes('everything'));
    expect(heard.length).toBeLessThan(businessIds.length);
  });

  it('and takes back is not heard', async () => {
    const [first, second] = businessIds;
    const [, undone] = await Promise.all([
      database.query(RENAME, [[first]]),
      database.query(`${RENAME} AND 1 / (SELECT 0) = 0`, [[second]]).catch(() => 'undone'),
    ]);
    expect(undone).toBe('undone');
    await until('the other is heard', () => heard.length > 0);
    await database.query(RENAME, [[first]]);
    await until('the next is heard', () => heard.length > 1);
    expect(heard).toEqual([[first], [first]]);
  });
});

describe('what this process commits', () => {
  const context = RequestContext.job('test.change');

  it('is known when the commit returns', async () => {
    const own = await openPool(database.url);
    own.feed.subscribe((changed) => heard.push(changed));
    await own.database.platform(context, 'a test', (tx) =>
      tx.query(RENAME, [businessIds.slice(0, 2)]),
    );
    const atOnce = heard.flat();
    await own.close();
    expect(atOnce.sort()).toEqual(businessIds.slice(0, 2).sort());
  });

  it('is not told when it is rolled back', async () => {
    const own = await openPool(database.url);
    own.feed.subscribe((changed) => heard.push(changed));
    const failing = own.database.platform(context, 'a test', async (tx) => {
      await tx.query(RENAME, [businessIds.slice(0, 2)]);
      throw new Error('undone');
    });
    await expect(failing).rejects.toThrow('undone');
    await own.close();
    expect(heard).toEqual([]);
  });
});

describe('the connection', () => {
  it('is made on demand, and ends with the application', async () => {
    expect(await countListening()).toHaveLength(0);
    await untilFresh();
    expect(await countListening()).toHaveLength(1);
    stop(listener);
    await until('it has ended', async () => (await countListening()).length === 0);
  });

  it('that is still being made when the application ends, ends too', async () => {
    proxy = await TcpProxy.before(database.url);
    listener = listenAt(proxy.url);
    listener.epoch();
    stop(listener);
    await until('it was made', () => proxy!.accepted > 0);
    await until('it has ended', () => proxy!.open === 0);
    expect(listener.epoch()).toBeNull();
  });

  it('that is killed: nothing counts until there is another, in a new epoch', async () => {
    const before = await untilFresh();
    await database.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'tenantry-changes'`,
    );
    await until('it is noticed', () => listener.epoch() !== before);
    expect(await untilFresh(before)).toBeGreaterThan(before);
    await database.query(RENAME, [businessIds.slice(0, 1)]);
    await until('changes are heard again', () => heard.length > 0);
  });

  it('over which nothing comes any more: nothing counts after a second, until there is another', async () => {
    proxy = await TcpProxy.before(database.url);
    listener = listenAt(proxy.url);
    const before = await untilFresh();
    proxy.swallow();
    jumpAhead(FRESH_FOR_MS + 1);
    expect(listener.epoch()).toBeNull();
    proxy.letThrough();
    expect(await untilFresh(before)).toBeGreaterThan(before);
    await database.query(RENAME, [businessIds.slice(0, 1)]);
    await until('changes are heard again', () => heard.length > 0);
  });
});

describe('beats that do not get out', () => {
  it('count as silence, and go on over new connections', async () => {
    proxy = await TcpProxy.before(database.url);
    const beats = await openPool(proxy.url, [], { statementTimeoutMs: 50 });
    listener = listenAt(database.url, beats);
    const before = await untilFresh();
    proxy.swallow();
    jumpAhead(FRESH_FOR_MS + 1);
    expect(listener.epoch()).toBeNull();
    proxy.letThrough();
    await untilFresh(before);
    stop(listener);
    await beats.close();
  });
});

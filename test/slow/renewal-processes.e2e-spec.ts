import { join } from 'node:path';
import { signUp, type Customer } from '../support/customers';
import { LockHolder } from '../support/lock-holder';
import { RecordingLane, storeRecording } from '../product/support/recordings';
import { Replicas } from '../support/replicas';
import { ServerProcess } from '../support/server-process';
import {
  changeSubscription,
  insertDueBusinesses,
  insertPlan,
  letPeriodEndIn,
  readClosedPeriods,
  readRecordingsByPeriod,
  readSubscription,
} from '../support/subscriptions';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

/* Renewal by the cron of real server processes: several at once, killed in the middle, with a wrong clock. */

const EVERY_SECOND = { ROLES: 'web,cron', RENEWAL_CRON: '* * * * * *' };

interface ClosedOnce {
  periods: number;
  distinct: number;
  used: number;
  /** Running subscriptions that do not go on where the closed period ended, in the next ordinal, from zero. */
  torn: number;
}

/** Of businesses that had one due period each: what was closed, over all. */
async function readRenewed(database: TestDatabase): Promise<ClosedOnce> {
  const [row] = await database.query<ClosedOnce>(
    `SELECT count(*)::integer AS periods, count(DISTINCT closed.business_id)::integer AS distinct,
            coalesce(sum((closed.usage ->> 'recordings')::integer), 0)::integer AS used,
            count(*) FILTER (WHERE running.period_start <> closed.end_time OR running.period_ordinal <> 2
                                   OR counter.period_ordinal <> 2 OR counter.used <> 0)::integer AS torn
     FROM subscription_periods AS closed JOIN subscriptions AS running USING (business_id)
     JOIN (SELECT * FROM usage_counters WHERE feature = 'recordings') AS counter USING (business_id)`,
  );
  return row!;
}

/** Each of so many businesses once, with the seven recordings that its counter held. */
function onceEach(count: number): ClosedOnce {
  return { periods: count, distinct: count, used: 7 * count, torn: 0 };
}

async function untilRenewed(database: TestDatabase, count: number): Promise<void> {
  await until(`${count} periods are closed`, async () => {
    const { periods } = await readRenewed(database);
    return periods >= count;
  });
}

describe('two processes with a cron that ticks every second', () => {
  let replicas: Replicas;
  beforeAll(async () => {
    replicas = await Replicas.start(EVERY_SECOND, EVERY_SECOND);
  });
  afterAll(() => replicas.stop());

  it('renew each due subscription once, run after run', async () => {
    await insertDueBusinesses(replicas.database, 20);
    await untilRenewed(replicas.database, 20);
    expect(await readRenewed(replicas.database)).toEqual(onceEach(20));
    await insertDueBusinesses(replicas.database, 500);
    await untilRenewed(replicas.database, 520);
    expect(await readRenewed(replicas.database)).toEqual(onceEach(520));
  });

  it('and recordings across the boundary: each counts in exactly one period, in which it was made', async () => {
    const customer = await onEndlessPlan();
    const { businessId } = customer;
    const lanes = Array.from(
      { length: 4 },
      (_, index) => new RecordingLane(replicas.at(index), customer),
    );
    await until('all lanes record', () => lanes.every(({ stored }) => stored > 0));
    await letPeriodEndIn(replicas.database, businessId, 300);
    await until('the period is over', async () => {
      const { periodOrdinal } = await readSubscription(replicas.database, businessId);
      return periodOrdinal === 2;
    });
    const before = lanes.map(({ stored }) => stored);
    await until('all lanes record in the next', () =>
      lanes.every(({ stored }, index) => stored >= before[index]! + 3),
    );
    const stored = await Promise.all(lanes.map((lane) => lane.stop()));
    const total = stored.reduce((sum, count) => sum + count, 0);

    const [first, second, ...others] = await readRecordingsByPeriod(replicas.database, businessId);
    expect(others).toEqual([]);
    expect(first).toMatchObject({ ordinal: 1, counted: first!.rows, outside: 0 });
    expect(second).toMatchObject({ ordinal: 2, counted: second!.rows, outside: 0 });
    expect(first!.rows + second!.rows).toBe(total);
    expect(second!.rows).toBeGreaterThanOrEqual(8);
  });

  async function onEndlessPlan(): Promise<Customer & { businessId: string }> {
    await insertPlan(replicas.database, 'endless', { unit: 'day', count: 15, recordings: null });
    const customer = await signUp(replicas.at(0));
    const businessId = customer.business.id;
    await changeSubscription(replicas.database, businessId, { planSlug: 'endless' });
    return { ...customer, businessId };
  }
});

describe('a renewal that is killed -9 halfway', () => {
  const DUE = 5_000; // several batches
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.drop());

  /** In the middle of the batch that this business is in. */
  async function killAt(businessId: string): Promise<void> {
    const lockHolder = await LockHolder.ofInserts(database, 'subscription_periods', businessId);
    const renewer = await start();
    await lockHolder.untilReached();
    await renewer.stop('SIGKILL');
    await lockHolder.release();
    await until('the database has noticed', async () => !(await hasServerSessions()));
  }

  async function hasServerSessions(): Promise<boolean> {
    const sessions = await database.query(
      `SELECT FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'tenantry'`,
    );
    return sessions.length > 0;
  }

  function start(): Promise<ServerProcess> {
    return ServerProcess.start({ ...EVERY_SECOND, DATABASE_URL: database.url });
  }

  it('leaves whole batches; run again, each period is closed once', async () => {
    const businessIds = await insertDueBusinesses(database, DUE);
    await killAt(businessIds[DUE / 2]!);
    const halfway = await readRenewed(database);
    expect(halfway.periods).toBeGreaterThan(0);
    expect(halfway.periods).toBeLessThan(DUE - 1_000);
    expect(halfway).toEqual(onceEach(halfway.periods));

    const another = await start();
    await untilRenewed(database, DUE);
    expect(await another.stop()).toBe(0);
    expect(await readRenewed(database)).toEqual(onceEach(DUE));
  });
});

describe.each([40, -40])('a process whose own clock is %d days off', (skewDays) => {
  let replicas: Replicas;
  beforeAll(async () => {
    replicas = await Replicas.start({
      ...EVERY_SECOND,
      NODE_OPTIONS: `--require ${join(process.cwd(), 'test/support/skewed-clock.js')}`,
      SKEW_DAYS: String(skewDays),
    });
  });
  afterAll(() => replicas.stop());

  it('renews what is due by the clock of the database, and nothing else', async () => {
    const server = replicas.at(0);
    expect(await skewOf(server)).toBe(skewDays);
    const customer = await signUp(server);
    const before = await readSubscription(replicas.database, customer.business.id);
    const { usage } = await storeRecording(server, customer);
    expect(usage.resetsAt).toBe(before.periodEnd.toISOString());

    const [due] = await insertDueBusinesses(replicas.database, 1);
    await until('the due one is renewed', async () => {
      const { periodOrdinal } = await readSubscription(replicas.database, due!);
      return periodOrdinal > 1;
    });
    expect(await readClosedPeriods(replicas.database, due!)).toHaveLength(1);
    expect(await readClosedPeriods(replicas.database, customer.business.id)).toEqual([]);
    expect(await readSubscription(replicas.database, customer.business.id)).toEqual(before);
    expect((await storeRecording(server, customer)).usage.used).toBe(2);
  });

  /** In whole days. The id of a request is a UUIDv7, which the process makes by its own clock. */
  async function skewOf(server: ServerProcess): Promise<number> {
    const { headers } = await server.get('/health/live');
    const madeAt = parseInt(headers['x-request-id']!.replace('-', '').slice(0, 12), 16);
    const [row] = await replicas.database.query<{ now: Date }>('SELECT now()');
    return Math.round((madeAt - row!.now.getTime()) / 86_400_000);
  }
});

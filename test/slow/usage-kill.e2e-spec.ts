import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { Replicas } from '../support/replicas';
import { expectExact, Sender, untilEachSent } from '../support/sender';
import { ServerProcess } from '../support/server-process';
import { createServiceKey } from '../support/service-keys';
import { addStaff } from '../support/staff';
import { TestApplication } from '../support/test-application';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';
import {
  createOtherProgram,
  insertEntitled,
  insertFeature,
  readCounter,
  sumEvents,
  type OtherProgram,
} from '../support/usage';

/*
 * kill -9 of what counts, three times: a server that takes usage events, and a program that calls tenantry.consume.
 * What was acknowledged is counted, nothing is counted twice, and the counter equals its events.
 */

const KILLS = 3;
const SENDERS = 6;
const ENOUGH = 10;
const AMOUNT = 2;
const LANES = 4;

async function insertBusiness(database: TestDatabase): Promise<string> {
  await insertFeature(database, 'exports', 'metered', 'period');
  const [business] = await insertEntitled(database, 1, { exports: { limit: null, mode: 'hard' } });
  return business!;
}

async function readEventIds(database: TestDatabase, business: string): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    'SELECT event_id AS id FROM usage_events WHERE business_id = $1',
    [business],
  );
  return rows.map(({ id }) => id);
}

async function expectCounted(
  database: TestDatabase,
  business: string,
  units: number,
): Promise<void> {
  const counter = await readCounter(database, business, 'exports');
  expect([counter?.used ?? 0, await sumEvents(database, business, 'exports')]).toEqual([
    units,
    units,
  ]);
}

describe('a server that takes usage events', () => {
  let replicas: Replicas;
  beforeAll(async () => {
    replicas = await Replicas.start({}, {});
  });
  afterAll(() => replicas.stop());

  async function makeKey(): Promise<string> {
    const application = await TestApplication.start({}, replicas.database);
    const { key } = await createServiceKey(application, await addStaff(application));
    await application.app.close();
    return key;
  }

  it(`is killed -9 ${KILLS} times: nothing is lost, nothing counts twice`, async () => {
    const businessId = await insertBusiness(replicas.database);
    const key = await makeKey();
    const event = { businessId, feature: 'exports', amount: AMOUNT };
    const send = async (eventId: string, server: number) =>
      replicas.at(server).post('/v1/usage-events', key, { ...event, eventId });
    const senders = Array.from({ length: SENDERS }, (_, number) => new Sender(number, send));
    for (let kill = 0; kill < KILLS; kill += 1) {
      await untilEachSent(senders, ENOUGH);
      await replicas.at(kill).stop('SIGKILL');
      await untilEachSent(senders, ENOUGH);
      replicas.servers[kill % 2] = await ServerProcess.start({
        DATABASE_URL: replicas.database.url,
      });
    }
    await untilEachSent(senders, ENOUGH);
    await Promise.all(senders.map((sender) => sender.stop()));

    const stored = await readEventIds(replicas.database, businessId);
    expectExact(senders, stored);
    await expectCounted(replicas.database, businessId, AMOUNT * stored.length);
  });
});

describe('a program that calls tenantry.consume', () => {
  let database: TestDatabase;
  let program: OtherProgram;
  let business: string;
  beforeEach(async () => {
    database = await createTestDatabase();
    business = await insertBusiness(database);
    program = await createOtherProgram(database, business);
    await database.query('CREATE TABLE public.exports (id text PRIMARY KEY)');
    await database.query(`GRANT ALL ON public.exports TO ${program.role}`);
  });
  afterEach(async () => {
    await database.query(`REVOKE ALL ON public.exports FROM ${program.role}`);
    await program.drop();
    await database.drop();
  });

  /** @param acknowledged where it puts the ids that it prints */
  function start(acknowledged: string[]): ChildProcess {
    const script = join(__dirname, '../support/consuming-program.js');
    const child = spawn(process.execPath, [script, program.url, business, String(LANES)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface(child.stdout).on('line', (id) => acknowledged.push(id));
    return child;
  }

  async function kill(child: ChildProcess): Promise<void> {
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
    await until('the database has ended its transactions', async () => !(await isConnected()));
  }

  /** Other roles may see who waits for a lock, and no statements. */
  async function countWaiting(): Promise<number> {
    const [row] = await database.query<{ count: number }>(
      `SELECT count(DISTINCT pid)::integer AS count FROM pg_locks JOIN pg_stat_activity USING (pid)
       WHERE NOT granted AND usename = $1`,
      [program.role],
    );
    return row!.count;
  }

  async function isConnected(): Promise<boolean> {
    const rows = await database.query('SELECT FROM pg_stat_activity WHERE usename = $1', [
      program.role,
    ]);
    return rows.length > 0;
  }

  const readExports = async (): Promise<string[]> =>
    (await database.query<{ id: string }>('SELECT id FROM public.exports')).map(({ id }) => id);

  it(`is killed -9 ${KILLS} times in the middle of it, and goes on where it was`, async () => {
    const acknowledged: string[] = [];
    for (let killed = 0; killed < KILLS; killed += 1) {
      const child = start(acknowledged);
      const enough = acknowledged.length + LANES * ENOUGH;
      await until('it has counted', () => acknowledged.length >= enough);
      await until('it is in the middle', async () => (await countWaiting()) > 0);
      await kill(child);
    }
    const rows = await readExports();
    expect(acknowledged.filter((id) => !rows.includes(id))).toEqual([]);
    expect((await readEventIds(database, business)).sort()).toEqual(rows.sort());
    await expectCounted(database, business, AMOUNT * rows.length);
  });

  it('is killed -9 while it waits for the counter: nothing of it is left', async () => {
    const holder = new Client({ connectionString: database.url, options: '-c app.scope=platform' });
    await holder.connect();
    await holder.query(`SELECT start_counters(ARRAY[$1]::uuid[], 'exports', true)`, [business]);
    await holder.query('BEGIN');
    await holder.query('SELECT FROM usage_counters FOR UPDATE');
    const child = start([]);
    await until('all of it waits', async () => (await countWaiting()) === LANES);
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
    await holder.query('COMMIT');
    await holder.end();
    await until('the database has ended its transactions', async () => !(await isConnected()));
    expect(await readExports()).toEqual([]);
    await expectCounted(database, business, 0);
  });
});

import { FaultCluster } from '../faults/support/fault-cluster';
import { RecordingLane } from '../product/support/recordings';
import { signUp } from '../support/customers';
import { ServerProcess } from '../support/server-process';
import {
  changeSubscription,
  insertDueBusinesses,
  insertPlan,
  letPeriodEndIn,
  readRecordingsByPeriod,
  readSubscription,
} from '../support/subscriptions';
import { until } from '../support/until';

/* Batches of plain renewals do not wait for the disk. kill -9 of PostgreSQL may undo the last of them; they run again. */

const DUE = 12_000;
const KILLS = 3;
const USED = 7;

let cluster: FaultCluster;
let server: ServerProcess;
beforeAll(async () => {
  cluster = await FaultCluster.start();
  const roles = { ROLES: 'web,cron', RENEWAL_CRON: '* * * * * *' };
  server = await ServerProcess.start({ ...roles, DATABASE_URL: cluster.url });
});
afterAll(async () => {
  await server.stop();
  await cluster.drop();
});

interface Renewed {
  periods: number;
  businesses: number;
  used: number;
  /** Running periods that do not begin where the closed one ended, as the second, with nothing used. */
  torn: number;
}

/** Of the businesses that were inserted as due. */
async function readRenewed(): Promise<Renewed> {
  const [row] = await cluster.query<Renewed>(
    `SELECT count(*)::integer AS periods, count(DISTINCT closed.business_id)::integer AS businesses,
            coalesce(sum((closed.usage ->> 'recordings')::integer), 0)::integer AS used,
            count(*) FILTER (WHERE running.period_start <> closed.end_time OR running.period_ordinal <> 2
                                   OR counter.period_ordinal <> 2 OR counter.used <> 0)::integer AS torn
     FROM subscription_periods AS closed JOIN subscriptions AS running USING (business_id)
     JOIN usage_counters AS counter ON counter.business_id = closed.business_id AND counter.feature = 'recordings'
     JOIN businesses ON businesses.id = closed.business_id AND businesses.name = 'Due'`,
  );
  return row!;
}

const onceEach = (count: number): Renewed => ({
  periods: count,
  businesses: count,
  used: USED * count,
  torn: 0,
});

async function untilRenewed(count: number): Promise<void> {
  await until(`${count} are renewed`, async () => (await readRenewed()).periods >= count);
}

it(`PostgreSQL is killed -9 ${KILLS} times during renewals: each period is closed once`, async () => {
  await insertDueBusinesses(cluster, DUE);
  for (let kill = 1; kill <= KILLS; kill += 1) {
    await untilRenewed(kill * 2_500);
    await cluster.killAtOnce();
    await cluster.startAgain();
    const { periods, ...others } = await readRenewed();
    expect({ periods, ...others }).toEqual(onceEach(periods));
  }
  await untilRenewed(DUE);
  expect(await readRenewed()).toEqual(onceEach(DUE));
});

it('a recording in the new period keeps the renewal before it', async () => {
  await insertPlan(cluster, 'endless', { recordings: null });
  const customer = await signUp(server);
  const { id } = customer.business;
  await changeSubscription(cluster, id, { planSlug: 'endless' });
  await letPeriodEndIn(cluster, id, 300);
  const lane = new RecordingLane(server, customer);
  await until('its period is over', async () => {
    const { periodOrdinal } = await readSubscription(cluster, id);
    return periodOrdinal === 2;
  });
  const before = lane.stored;
  await until('it records in the next', () => lane.stored > before);
  const stored = await lane.stop();
  await cluster.killAtOnce();
  await cluster.startAgain();
  const periods = await readRecordingsByPeriod(cluster, id);
  expect(periods.map(({ ordinal }) => ordinal)).toEqual([1, 2]);
  expect(periods.reduce((sum, { rows }) => sum + rows, 0)).toBe(stored);
  for (const { counted, rows } of periods) expect(counted).toBe(rows);
});

import { once } from 'node:events';
import { LockHolder } from '../support/lock-holder';
import { insertDueBusinesses } from '../support/subscriptions';
import { until } from '../support/until';
import { startCommand } from '../support/command-line';
import { runCommand } from './support/command';
import { FaultCluster } from './support/fault-cluster';
import { scenario } from './support/scenario';

const DUE = 6_000; // several batches

interface Renewed {
  periods: number;
  businesses: number;
  /** Running periods that do not begin where the closed one ended, as the second, with nothing used. */
  torn: number;
}

describe('the command subscriptions:renew', () => {
  let cluster: FaultCluster;
  beforeAll(async () => {
    cluster = await FaultCluster.start();
    await runCommand(cluster.url, 'usage:verify'); // migrates
  });
  afterAll(() => cluster.drop());

  async function readRenewed(): Promise<Renewed> {
    const [row] = await cluster.query<Renewed>(
      `SELECT count(*)::integer AS periods, count(DISTINCT closed.business_id)::integer AS businesses,
              count(*) FILTER (WHERE running.period_start <> closed.end_time OR running.period_ordinal <> 2
                                     OR counter.used <> 0)::integer AS torn
       FROM subscription_periods AS closed JOIN subscriptions AS running USING (business_id)
       JOIN (SELECT * FROM usage_counters WHERE feature = 'recordings') AS counter USING (business_id)`,
    );
    return row!;
  }

  /** In the middle of the batch that this business is in. */
  async function killAt(businessId: string): Promise<void> {
    const lockHolder = await LockHolder.ofInserts(cluster, 'subscription_periods', businessId);
    const command = startCommand({
      parameters: ['subscriptions:renew'],
      environment: { DATABASE_URL: cluster.url },
    });
    await lockHolder.untilReached();
    command.kill('SIGKILL');
    await once(command, 'exit');
    await lockHolder.release();
    await until('the database has noticed', async () => {
      const left = await cluster.query(
        `SELECT FROM pg_stat_activity WHERE application_name = 'tenantry'`,
      );
      return left.length === 0;
    });
  }

  scenario('is killed -9 halfway, three times, and run again', async ({ random, note }) => {
    const businessIds = await insertDueBusinesses(cluster, DUE);
    const halfway: number[] = [];
    for (const [from, to] of [
      [1_200, 2_000],
      [2_800, 3_600],
      [4_400, 5_500],
    ] as const) {
      await killAt(businessIds[random.between(from, to)]!);
      const renewed = await readRenewed();
      halfway.push(renewed.periods);
      expect(renewed).toEqual({ periods: renewed.periods, businesses: renewed.periods, torn: 0 });
    }
    const report = await runCommand<{ renewed: number }>(cluster.url, 'subscriptions:renew');
    const again = await runCommand<{ renewed: number }>(cluster.url, 'subscriptions:renew');

    note({ due: DUE, 'closed when killed': halfway.join(' '), 'then renewed': report.renewed });
    expect(halfway[2]).toBeLessThan(DUE);
    expect(await readRenewed()).toEqual({ periods: DUE, businesses: DUE, torn: 0 });
    expect(again.renewed).toBe(0);
  });
});

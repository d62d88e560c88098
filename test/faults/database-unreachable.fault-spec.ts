import { setTimeout as pause } from 'node:timers/promises';
import { TcpProxy } from '../support/tcp-proxy';
import { until } from '../support/until';
import { expectExact } from './support/balance';
import { Deployment, untilReady } from './support/deployment';
import { FaultCluster } from './support/fault-cluster';
import { Load } from './support/load';
import { expectRevocationHeard } from './support/revocation';
import { scenario, since, type Run } from './support/scenario';

/* Two replicas reach the database through a proxy that fails as networks do. */

const BACK_LIMIT_MS = 10_000;

let cluster: FaultCluster;
let proxy: TcpProxy;
let deployment: Deployment;
beforeEach(async () => {
  cluster = await FaultCluster.start();
  proxy = await TcpProxy.before(cluster.url);
  deployment = await Deployment.start({ cluster, databaseUrl: proxy.url, replicas: 2 });
});
afterEach(async () => {
  await proxy.stop();
  await deployment.stop();
});

/** The fault comes under load and goes again; then all is as it was. */
async function survive({ random, note }: Run, fault: () => Promise<void>): Promise<void> {
  const { customers } = deployment;
  const load = new Load({ customers, random, target: (count) => deployment.url(count) });
  await load.untilMore(200);
  await pause(random.between(0, 500));
  await fault();
  const overAt = performance.now();
  await Promise.all(deployment.servers.map(({ url }) => untilReady(url)));
  const backMs = since(overAt);
  await load.untilMore(200);
  await expectRevocationHeard(deployment, note);
  const ledger = await load.stop();

  note({ 'back ms': backMs, 'slowest ms': ledger.slowestMs });
  await expectExact(deployment, ledger, note);
  expect(ledger.unanswered).toBe(0);
  expect(backMs).toBeLessThanOrEqual(BACK_LIMIT_MS);
}

/** Until both replicas listen over connections that were made after this time. */
async function untilListeningSince(at: Date): Promise<void> {
  await until('both replicas listen again', async () => {
    const listeners = await cluster.query(
      `SELECT FROM pg_stat_activity WHERE application_name = 'tenantry-changes' AND backend_start > $1`,
      [at],
    );
    return listeners.length >= 2;
  });
}

async function readNow(): Promise<Date> {
  const [row] = await cluster.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  return row!.now;
}

describe('the network to the database', () => {
  scenario('swallows every byte', async (run) => {
    const beganAt = await readNow();
    await survive(run, async () => {
      proxy.swallow();
      await untilReady(deployment.url(), 503);
      await pause(run.random.between(4_000, 9_000));
      proxy.letThrough();
      await untilListeningSince(beganAt);
    });
  });

  scenario('refuses connections', async (run) => {
    await survive(run, async () => {
      const beganAt = await readNow();
      await proxy.refuse();
      await untilReady(deployment.url(), 503);
      await pause(run.random.between(1_000, 5_000));
      await proxy.accept();
      await untilListeningSince(beganAt);
    });
  });

  scenario('resets all connections, again and again', async (run) => {
    await survive(run, async () => {
      let beganAt = await readNow();
      for (let count = run.random.between(3, 8); count > 0; count -= 1) {
        beganAt = await readNow();
        proxy.reset();
        await pause(run.random.between(50, 1_500));
      }
      await untilListeningSince(beganAt);
    });
  });

  scenario('is slow', async (run) => {
    await survive(run, async () => {
      proxy.delayBy(run.random.between(50, 250));
      await pause(5_000);
      proxy.delayBy(0);
    });
  });
});

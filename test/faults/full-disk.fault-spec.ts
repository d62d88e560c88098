import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../support/until';
import { expectExact } from './support/balance';
import { Deployment, untilReady } from './support/deployment';
import { FaultCluster } from './support/fault-cluster';
import { Load } from './support/load';
import { scenario, since } from './support/scenario';
import { SmallFileSystem } from './support/small-file-system';

const SIZE_MEGABYTES = 160;
const BACK_LIMIT_MS = 10_000;

describe('the disk of the database', () => {
  let fileSystem: SmallFileSystem | null = null;
  let deployment: Deployment | null = null;
  afterAll(async () => {
    fileSystem?.free();
    await deployment?.stop();
    fileSystem?.unmount();
  });

  scenario('is full', async ({ random, note }) => {
    fileSystem = SmallFileSystem.mount(SIZE_MEGABYTES);
    const cluster = await FaultCluster.start(join(fileSystem.directory, '.data'));
    deployment = await Deployment.start({ cluster });
    const { customers } = deployment;
    const url = deployment.url();
    const load = new Load({ customers, random, target: () => url });
    await load.untilMore(200);
    fileSystem.fill(random.between(100, 2_000) * 1024);
    await until('the disk is full', () => refusals(load) > 50);
    await pause(random.between(2_000, 5_000));

    fileSystem.free();
    const freedAt = performance.now();
    const isRunning = cluster.isRunning;
    if (!isRunning) await cluster.startAgain(); // it gives up where not even recovery has room
    await untilReady(url);
    await load.untilMore(200);
    const backMs = since(freedAt);
    const ledger = await load.stop();

    note({ 'back ms': backMs, PostgreSQL: isRunning ? 'stayed' : 'was started again' });
    await expectExact(deployment, ledger, note);
    expect(ledger.unanswered).toBe(0);
    expect(backMs).toBeLessThanOrEqual(BACK_LIMIT_MS);
  });
});

function refusals({ ledger: { statuses } }: Load): number {
  return (statuses[503] ?? 0) + (statuses[507] ?? 0);
}

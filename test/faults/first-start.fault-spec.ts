import { join } from 'node:path';
import { signUp } from '../support/customers';
import { clearSandboxes, makeSandbox } from '../../packages/embedded-postgres/test/support/sandbox';
import { storeRecording } from '../product/support/recordings';
import { ServerProcess } from '../support/server-process';
import { untilReady } from './support/deployment';
import { FaultCluster } from './support/fault-cluster';
import { scenario, since } from './support/scenario';

const READY_LIMIT_MS = 20_000;

/** Starts two servers at the same moment. @returns how long it took until both were ready */
async function startTwo(environment: Record<string, string>): Promise<number> {
  const startedAt = performance.now();
  const starting = [ServerProcess.start(environment), ServerProcess.start(environment)];
  const servers = await Promise.all(starting);
  try {
    await Promise.all(servers.map(({ url }) => untilReady(url)));
    const readyMs = since(startedAt);
    const customer = await signUp(servers[0]!);
    const { usage } = await storeRecording(servers[1]!, customer);
    expect(usage.used).toBe(1);
    return readyMs;
  } finally {
    for (const server of servers) expect(await server.stop()).toBe(0);
  }
}

describe('two replicas started at once for the first time', () => {
  scenario('share an empty database', async ({ note }) => {
    const cluster = await FaultCluster.start();
    try {
      const readyMs = await startTwo({ DATABASE_URL: cluster.url });
      note({ 'ready ms': readyMs });
      expect(readyMs).toBeLessThanOrEqual(READY_LIMIT_MS);
    } finally {
      await cluster.drop();
    }
  });

  scenario('share an embedded database that is not there yet', async ({ note }) => {
    const readyMs = await startTwo({ DATA_DIR: join(makeSandbox(), '.data') });
    clearSandboxes();
    note({ 'ready ms': readyMs });
    expect(readyMs).toBeLessThanOrEqual(READY_LIMIT_MS);
  });
});

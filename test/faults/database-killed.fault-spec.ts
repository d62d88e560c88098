import { setTimeout as pause } from 'node:timers/promises';
import { expectExact } from './support/balance';
import { Deployment, untilReady } from './support/deployment';
import { Load } from './support/load';
import { scenario, since } from './support/scenario';

const ANSWER_LIMIT_MS = 5_000;
const BACK_LIMIT_MS = 10_000;

describe('PostgreSQL', () => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await Deployment.start();
  });
  afterAll(() => deployment.stop());

  scenario('is stopped at once and started again under a server that stays', async (run) => {
    const { random, note } = run;
    const { cluster, customers } = deployment;
    const { pid } = deployment.servers[0]!.child;
    const load = new Load({ customers, random, target: () => deployment.url() });
    await load.untilMore(200);
    await pause(random.between(0, 1_000));
    await cluster.kill();
    const noticedMs = await untilReady(deployment.url(), 503);
    await pause(random.between(500, 4_000));

    const startedAt = performance.now();
    await cluster.startAgain();
    await untilReady(deployment.url());
    const backMs = since(startedAt);
    await load.untilMore(200);
    const ledger = await load.stop();

    note({ 'not ready after ms': noticedMs, 'back ms': backMs, 'slowest ms': ledger.slowestMs });
    await expectExact(deployment, ledger, note);
    expect(deployment.servers[0]!.child).toMatchObject({ pid, exitCode: null, signalCode: null });
    expect(ledger.statuses[503]).toBeGreaterThan(0);
    expect(ledger.unanswered).toBe(0);
    expect(ledger.slowestMs).toBeLessThanOrEqual(ANSWER_LIMIT_MS);
    expect(backMs).toBeLessThanOrEqual(BACK_LIMIT_MS);
  });
});

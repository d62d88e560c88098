import { setTimeout as pause } from 'node:timers/promises';
import { expectExact } from './support/balance';
import { Deployment } from './support/deployment';
import { Load } from './support/load';
import { scenario } from './support/scenario';

/* A client that gets no answer sends the same recording again; the external id makes it one. */

const KILLS = 3;
const READY_LIMIT_MS = 10_000;

describe('the only server process', () => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await Deployment.start();
  });
  afterAll(() => deployment.stop());

  scenario('is killed -9 three times during ingestion', async ({ random, note }) => {
    const { customers } = deployment;
    const load = new Load({ customers, random, target: () => deployment.url() });
    const readyMs: number[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      await load.untilMore(200);
      await pause(random.between(0, 1_000));
      await deployment.servers[0]!.stop('SIGKILL');
      readyMs.push(await deployment.startAgain());
    }
    await load.untilMore(200);
    const ledger = await load.stop();

    note({ 'ready ms': Math.max(...readyMs), unanswered: ledger.unanswered });
    await expectExact(deployment, ledger, note);
    expect(Math.max(...readyMs)).toBeLessThanOrEqual(READY_LIMIT_MS);
    expect(ledger.unanswered).toBeGreaterThan(0);
  });
});

import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { race } from '../support/race';
import { expectExact } from './support/balance';
import { Deployment } from './support/deployment';
import { Load } from './support/load';
import { scenario, since } from './support/scenario';

/* Waits for the server's own time-outs, in real time: two minutes. */

const SLOW_HEADERS = 300;
const SLOW_BODIES = 100;
const CUT_LIMIT_MS = 120_000;
const P99_LIMIT_MS = 500;
const GIVE_UP_MS = 150_000;

/** Sends the beginning, then a byte a second, until it is cut. @returns after how long that was */
async function drip(url: string, beginning: string): Promise<number> {
  const { hostname, port } = new URL(url);
  const startedAt = performance.now();
  const socket = connect(Number(port), hostname, () => socket.write(beginning));
  const drops = setInterval(() => socket.writable && socket.write('x'), 1_000);
  socket.on('error', () => undefined);
  socket.resume();
  const closed = new Promise((resolve) => socket.on('close', resolve));
  await Promise.race([closed, pause(GIVE_UP_MS, undefined, { ref: false })]);
  clearInterval(drops);
  socket.destroy();
  return since(startedAt);
}

describe('slow clients', () => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await Deployment.start();
  });
  afterAll(() => deployment.stop());

  scenario('delay no other client, and are cut', async ({ random, note }) => {
    const { customers } = deployment;
    const head = `POST /v1/recordings HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${customers[0]!.key}\r\n`;
    const body = `${head}content-type: application/json\r\ncontent-length: 100000\r\n\r\n{`;
    const url = deployment.url();
    const slow = [
      race(SLOW_HEADERS, () => drip(url, `${head}x-slow: `)),
      race(SLOW_BODIES, () => drip(url, body)),
    ];
    await pause(1_000);
    const load = new Load({ customers, random, target: () => url, lanes: 4 });
    const cutMs = Math.max(...(await Promise.all(slow)).flat());
    const ledger = await load.stop();

    const p99Ms = ledger.percentileMs(0.99);
    note({ "others' p99 ms": p99Ms, 'cut after ms': cutMs });
    await expectExact(deployment, ledger, note);
    expect(ledger.unanswered).toBe(0);
    expect(p99Ms).toBeLessThanOrEqual(P99_LIMIT_MS);
    expect(cutMs).toBeLessThanOrEqual(CUT_LIMIT_MS);
  });
});

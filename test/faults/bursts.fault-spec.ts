import { connect } from 'node:net';
import { aRecording, PASSWORD } from '../support/customers';
import { race } from '../support/race';
import { until } from '../support/until';
import { expectExact } from './support/balance';
import { Deployment } from './support/deployment';
import { HttpClient, type TimedAnswer } from './support/http-client';
import { Ledger } from './support/ledger';
import type { Random } from './support/random';
import { scenario, since } from './support/scenario';

const BURST = 400;
const P99_LIMIT_MS = 8_000;
const NORMAL_MS = 250;
const NORMAL_AGAIN_LIMIT_MS = 5_000;
const HANG_UPS = 200;

let deployment: Deployment;
let client: HttpClient;
beforeEach(async () => {
  client = new HttpClient();
  deployment = await Deployment.start({ environment: { BCRYPT_COST: '12' } });
});
afterEach(async () => {
  client.close();
  await deployment.stop();
});

async function record(ledger: Ledger, count: number): Promise<TimedAnswer> {
  const { customers } = deployment;
  const recording = aRecording();
  const externalId = String(recording.externalId);
  ledger.sent.add(externalId);
  const { key } = customers[count % customers.length]!;
  const answer = await client.post(`${deployment.url()}/v1/recordings`, key, recording);
  ledger.take(externalId, answer);
  return answer;
}

/** What a busy server is asked: recordings, the dashboard's pages, and people who log in. */
async function askAnything(ledger: Ledger, kind: number, count: number): Promise<void> {
  if (kind <= 5) return void (await record(ledger, count));
  const { token, email } = deployment.customers[count % 2]!;
  const pages = ['/v1/me', '/v1/usage', '/v1/recordings?limit=100', '/v1/subscription'];
  const asked =
    kind === 10
      ? client.post(`${deployment.url()}/v1/auth/login`, undefined, { email, password: PASSWORD })
      : client.get(`${deployment.url()}${pages[kind - 6]}`, token);
  ledger.judge(await asked);
}

/** Writes a part of a request, or all of it, and is gone without a word. */
function hangUp(ledger: Ledger, random: Random, count: number): Promise<void> {
  const recording = aRecording();
  ledger.sent.add(String(recording.externalId)); // it may have come through
  const { key } = deployment.customers[count % 2]!;
  const body = JSON.stringify(recording);
  const head = `POST /v1/recordings HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${key}\r\n`;
  const request = `${head}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const { hostname, port } = new URL(deployment.url());
  const part = request.slice(0, random.between(1, request.length));
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () =>
      socket.write(part, () => socket.resetAndDestroy()),
    );
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
  });
}

describe('a crowd', () => {
  scenario('of 400 requests at once', async ({ random, note }) => {
    const ledger = new Ledger();
    const kinds = Array.from({ length: BURST }, () => random.between(0, 10));
    await race(BURST, (count) => askAnything(ledger, kinds[count]!, count));
    const overAt = performance.now();
    const p99Ms = ledger.percentileMs(0.99);
    await until('a request is quick again', async () => {
      const { status, durationMs } = await record(ledger, 0);
      return status === 201 && durationMs <= NORMAL_MS;
    });
    const normalMs = since(overAt);

    note({ 'p99 ms': p99Ms, 'normal after ms': normalMs });
    await expectExact(deployment, ledger, note);
    expect(p99Ms).toBeLessThanOrEqual(P99_LIMIT_MS);
    expect(normalMs).toBeLessThanOrEqual(NORMAL_AGAIN_LIMIT_MS);
  });

  scenario('of 200 clients that reset their connections mid-request', async (run) => {
    const { random, note } = run;
    const ledger = new Ledger();
    await race(HANG_UPS, (count) => hangUp(ledger, random, count));
    const answers = await race(100, (count) => record(ledger, count));
    note({ 'slowest ms': ledger.slowestMs });
    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
    await expectExact(deployment, ledger, note);
  });
});

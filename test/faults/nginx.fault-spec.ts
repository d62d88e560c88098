import { setTimeout as pause } from 'node:timers/promises';
import Stripe from 'stripe';
import { aRecording, type Customer } from '../support/customers';
import { race } from '../support/race';
import { sendBytes, sendRaw } from '../support/raw-http';
import { changeSubscription } from '../support/subscriptions';
import { anEvent, WEBHOOK_PATH } from '../support/webhooks';
import type { Answer } from '../support/problems';
import { Deployment } from './support/deployment';
import { HttpClient, type TimedAnswer } from './support/http-client';
import { Nginx } from './support/nginx';
import { scenario } from './support/scenario';

/* The example of deploy/nginx, run by the real nginx. */

const KIB = 1024;
const WEBHOOK_SECRET = 'whsec_of_the_tests';
const JSON_TYPE: [string, string][] = [['content-type', 'application/json']];
const ANSWER_LIMIT_MS = 10_000;
const REQUESTS_OF_A_KIND = 50;
const LANES = 8;
/** A little more than `fail_timeout`. */
const ALONE_MS = 3_000;

let deployment: Deployment;
let nginx: Nginx | null = null;
let client: HttpClient;
beforeAll(async () => {
  client = new HttpClient();
  deployment = await Deployment.start({
    replicas: 2,
    environment: {
      TRUST_PROXY: '127.0.0.1',
      STRIPE_SECRET_KEY: 'sk_test_of_the_tests',
      STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
      STRIPE_API_BASE: 'http://127.0.0.1:9',
    },
  });
  for (const { business } of deployment.customers)
    await changeSubscription(deployment.cluster, business.id, { planSlug: 'unlimited' });
});
afterEach(async () => {
  await nginx?.stop();
  nginx = null;
});
afterAll(async () => {
  client.close();
  await deployment.stop();
});

async function startNginx(change?: (configuration: string) => string): Promise<string> {
  nginx = await Nginx.before(deployment.servers, change);
  return nginx.url;
}

/** Refused by nginx itself: `type` is relative only there. */
function expectOwnProblem(answer: Answer, status: number, code: string): void {
  const { 'content-type': type, 'x-request-id': requestId } = answer.headers;
  expect([status, code, type]).toEqual([answer.status, code, 'application/problem+json']);
  const { title, ...members } = JSON.parse(answer.text) as Record<string, unknown>;
  expect(title).toMatch(/\S/);
  expect(members).toEqual({
    ...{ type: `/problems/${code}`, status, detail: title, code },
    instance: `urn:request:${String(requestId)}`,
  });
  expect(answer.headers['cache-control']).toBe('no-store');
}

/** An event of Stripe with so many bytes, and its signature. */
function webhookOf(bytes: number): { body: string; header: string } {
  const event = anEvent({ padding: '' });
  const padding = 'x'.repeat(bytes - JSON.stringify(event).length);
  const body = JSON.stringify({ ...event, padding });
  const header = Stripe.webhooks.generateTestHeaderString({
    payload: body,
    secret: WEBHOOK_SECRET,
  });
  return { body, header };
}

function deliver(url: string, bytes: number): Promise<Answer> {
  const { body, header } = webhookOf(bytes);
  const headers: [string, string][] = [...JSON_TYPE, ['stripe-signature', header]];
  return sendRaw(url, { method: 'POST', path: WEBHOOK_PATH, headers, body });
}

function post(url: string, path: string, bytes: number): Promise<Answer> {
  const body = `{}${' '.repeat(bytes - 2)}`;
  return sendRaw(url, { method: 'POST', path, headers: JSON_TYPE, body });
}

describe('nginx before two replicas', () => {
  scenario('takes the bodies that the server takes', async () => {
    const url = await startNginx();
    expect((await deliver(url, 900 * KIB)).status).toBe(200);
    expect((await deliver(url, 1024 * KIB)).status).toBe(200);
    expectOwnProblem(await deliver(url, 1024 * KIB + 1), 413, 'body_too_large');
    expect((await post(url, '/v1/auth/login', 256 * KIB)).status).toBe(422);
    expectOwnProblem(await post(url, '/v1/auth/login', 256 * KIB + 1), 413, 'body_too_large');
    expect((await post(url, '/v1/recordings/batch', 2048 * KIB)).status).toBe(401);
    const batch = await post(url, '/v1/recordings/batch', 2048 * KIB + 1);
    expectOwnProblem(batch, 413, 'body_too_large');
  });

  scenario('refuses in the words of the server', async () => {
    const url = await startNginx();
    const get = (path: string, headers?: [string, string][]) => sendRaw(url, { path, headers });
    expect((await get(`/v1/me?x=${'x'.repeat(15 * KIB)}`)).status).toBe(401);
    expect((await get('/v1/me', [['x-long', 'x'.repeat(15 * KIB)]])).status).toBe(401);
    expectOwnProblem(await get(`/${'x'.repeat(17 * KIB)}`), 431, 'headers_too_large');
    const tooLarge = await get('/v1/me', [['x-long', 'x'.repeat(17 * KIB)]]);
    expectOwnProblem(tooLarge, 431, 'headers_too_large');
    for (const nonsense of [
      'nonsense\r\n\r\n',
      'GET / HTTP/1.1\r\n\r\n',
      'GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n',
      'GET / HTTP/3.1\r\nhost: a\r\n\r\n',
      'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: unknown\r\nconnection: close\r\n\r\n',
    ])
      expectOwnProblem(await sendBytes(url, nonsense), 400, 'malformed_request');
    const traced = await sendRaw(url, { method: 'TRACE', path: '/v1/me' });
    expectOwnProblem(traced, 405, 'method_not_allowed');
    expect(traced.headers.allow).toContain('PATCH');
    expectOwnProblem(await get('/metrics'), 404, 'route_not_found');
    expectOwnProblem(await get('/problem'), 404, 'route_not_found');
    const { status, headers } = await get('/problems/server_unreachable');
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  });

  scenario('names a request as its client does, and logs no query', async () => {
    const url = await startNginx();
    const own: [string, string][] = [['x-request-id', 'my-own.id_1']];
    const path = '/v1/invitations/lookup?activationKey=of-the-mail';
    const found = await sendRaw(url, { path, headers: own });
    const large = await sendRaw(url, {
      ...{ method: 'POST', path: '/v1/auth/login?token=secret' },
      headers: [...JSON_TYPE, ...own, ['content-length', '9000000']],
    });
    expect([found, large].map(({ headers }) => headers['x-request-id'])).toEqual([
      'my-own.id_1',
      'my-own.id_1',
    ]);
    expectOwnProblem(large, 413, 'body_too_large');
    const lines = nginx!.log().filter(({ requestId }) => requestId === 'my-own.id_1');
    expect(lines).toMatchObject([
      { method: 'GET', path: '/v1/invitations/lookup', status: found.status },
      { method: 'POST', path: '/v1/auth/login', status: 413 },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/of-the-mail|secret/);
  });

  scenario('refuses in the words of the server where a limit was added', async () => {
    const url = await startNginx((configuration) =>
      configuration
        .replace('http {', 'http { limit_req_zone $binary_remote_addr zone=all:1m rate=1r/m;')
        .replace('  server {\n', '  server {\n limit_req zone=all;\n'),
    );
    const answer = await sendRaw(url, { path: '/v1/plans' });
    expectOwnProblem(answer, 429, 'rate_limited');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });

  scenario('hides a frozen replica from reads, and sends no write twice', async ({ note }) => {
    const url = await startNginx();
    const [customer] = deployment.customers as [Customer];
    const [frozen] = deployment.servers;
    const reads: TimedAnswer[] = [];
    const writes: TimedAnswer[] = [];
    frozen!.child.kill('SIGSTOP');
    const large = client.post(`${url}/v1/recordings/batch`, customer.key, largeBatch());
    const reading = inLanes(async () => {
      reads.push(await client.get(`${url}/v1/applications`, customer.token));
    });
    const writing = inLanes(async (number) => {
      const name = `Application ${number}`; // which no unique key makes one of
      writes.push(await client.post(`${url}/v1/applications`, customer.token, { name }));
    });
    await Promise.all([reading, writing]);
    const batch = await large;
    frozen!.child.kill('SIGCONT');
    await frozen!.stop(); // in order: what waited in it is done by then
    await deployment.startAgain(0);

    const answers = [...reads, ...writes, batch];
    const refused = writes.filter(({ status }) => status !== 201);
    const slowMs = answers
      .map(({ durationMs }) => Math.round(durationMs))
      .filter((ms) => ms > 4000);
    note({
      'slowest ms': Math.max(...slowMs),
      slow: slowMs.length,
      'refused writes': refused.length,
    });
    const sentTwice = nginx!.log().filter(({ method, upstream }) => {
      return method === 'POST' && String(upstream).includes(',');
    });
    expect(sentTwice).toEqual([]);
    const stored = await applicationsOf(customer);
    expect(stored.filter(({ count }) => count > 1)).toEqual([]);
    for (const answer of refused) expectOwnProblem(answer, 503, 'server_unreachable');
    for (const { headers } of refused) expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(reads.filter(({ status }) => status !== 200)).toEqual([]);
    expect([200, 503]).toContain(batch.status);
    expect(refused.length).toBeGreaterThan(0); // some were sent to the frozen one
    expect(slowMs.length).toBeLessThanOrEqual(2 * LANES);
    expect(slowMs.filter((ms) => ms > ANSWER_LIMIT_MS)).toEqual([]);
    expect(stored.length).toBeGreaterThanOrEqual(writes.length - refused.length);
  });

  scenario('lets replica after replica restart, and no read fails', async ({ note }) => {
    const url = await startNginx();
    const { key, token } = deployment.customers[1]!;
    const reads: number[] = [];
    const writes: number[] = [];
    let isOver = false;
    const asking = race(LANES, async () => {
      while (!isOver) {
        reads.push((await client.get(`${url}/v1/usage`, token)).status);
        writes.push((await client.post(`${url}/v1/recordings`, key, aRecording())).status);
      }
    });
    for (const index of [0, 1]) {
      await deployment.servers[index]!.stop();
      await deployment.startAgain(index);
      await pause(ALONE_MS); // nginx has tried it again by then
    }
    isOver = true;
    await asking;
    const refused = writes.filter((status) => status !== 201);
    note({ reads: reads.length, writes: writes.length, 'refused writes': refused.length });
    expect(reads.filter((status) => status !== 200)).toEqual([]);
    expect(refused.filter((status) => status !== 503)).toEqual([]);
    expect(refused.length).toBeLessThanOrEqual(2 * LANES); // those that were under way
  });

  scenario('says so where no replica answers', async () => {
    const url = await startNginx();
    await Promise.all(deployment.servers.map((server) => server.stop('SIGKILL')));
    const { token } = deployment.customers[0]!;
    for (const answer of [
      await client.get(`${url}/v1/me`, token),
      await client.post(`${url}/v1/applications`, token, { name: 'Late' }),
    ]) {
      expectOwnProblem(answer, 503, 'server_unreachable');
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
  });
});

/** Some at a time, as of so many clients. */
async function inLanes(ask: (number: number) => Promise<void>): Promise<void> {
  await race(LANES, async (lane) => {
    for (let number = lane; number < REQUESTS_OF_A_KIND; number += LANES) await ask(number);
  });
}

function applicationsOf({ business }: Customer): Promise<{ name: string; count: number }[]> {
  return deployment.cluster.query(
    'SELECT name, count(*)::int AS count FROM applications WHERE business_id = $1 GROUP BY name',
    [business.id],
  );
}

/** A body that no socket buffers as a whole. */
function largeBatch(): object {
  const metadata = { text: 'x'.repeat(15 * KIB) };
  return { recordings: Array.from({ length: 100 }, () => aRecording({ metadata })) };
}

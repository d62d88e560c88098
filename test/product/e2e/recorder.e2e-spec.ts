import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Tenantry } from '@tenantry/client';
import { fileStorage } from '@tenantry/client/node';
import { Recorder, type NewRecording, type RecorderEvent } from '@tenantry/client/product';
import { signUp, type Customer } from '../../support/customers';
import { letPeriodEndIn, readCount } from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';

/* The client's Recorder against the server itself: offline, restarted, over the quota. Nothing lost, nothing twice. */

let server: TestApplication;
let customer: Customer;
let client: Tenantry;
let events: RecorderEvent[];
beforeAll(async () => {
  server = await TestApplication.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  customer = await signUp(server);
  client = new Tenantry({ baseUrl: server.url, token: customer.key });
  events = [];
});

const onEvent = (event: RecorderEvent) => void events.push(event);
const aRecording = (changes: Partial<NewRecording> = {}): NewRecording => ({
  ...{ startedAt: '2026-11-20T15:36:00Z', durationMs: 1, ...changes },
});
const count = () => readCount(server.database, customer.business.id);

/** Every other answer is lost, after the server has done the work. */
function losingAnswers(): typeof fetch {
  let asked = 0;
  return async (...parameters) => {
    const answer = await fetch(...parameters);
    if ((asked += 1) % 2 === 1) throw new TypeError('the connection was cut');
    return answer;
  };
}

async function sendAll(recorder: Recorder): Promise<void> {
  for (let tries = 0; recorder.size > 0 && tries < 20; tries += 1) await recorder.resume();
}

it('counts each recording once, however many answers are lost', async () => {
  const recorder = new Recorder(client.with({ fetch: losingAnswers() }), {
    batchSize: 20,
    onEvent,
  });
  for (let made = 0; made < 90; made += 1) recorder.record(aRecording());
  await sendAll(recorder);
  await recorder.close();
  expect(recorder.size).toBe(0);
  expect(await count()).toEqual({ counter: 90, rows: 90 });
  expect(events.some(({ kind }) => kind === 'failed')).toBe(true);
});

it('sends what an earlier process has left in its file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tenantry-recorder-'));
  try {
    const storage = () => fileStorage<NewRecording>(join(folder, 'queue'));
    const offline = client.with({ fetch: () => Promise.reject(new TypeError('offline')) });
    const first = new Recorder(offline, { storage: storage() });
    const ids = [1, 2, 3].map((durationMs) => first.record(aRecording({ durationMs })));
    await first.close();
    const second = new Recorder(client, { storage: storage(), onEvent });
    await second.close();
    expect(events).toEqual([{ kind: 'sent', ids }]);
    expect(await storage().load()).toEqual([]);
    expect(await count()).toEqual({ counter: 3, rows: 3 });
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('stops at the used up quota until it resets, and goes on in the next period', async () => {
  const recorder = new Recorder(client, { onEvent });
  for (let made = 0; made < 120; made += 1) recorder.record(aRecording());
  await recorder.flush();
  expect(recorder.size).toBe(20);
  const stop = events.find((event) => event.kind === 'stopped');
  expect(stop?.error.code).toBe('quota_exceeded');
  expect(stop!.until!.getTime()).toBeGreaterThan(Date.now());
  await recorder.flush(); // sends no request
  expect(events.filter(({ kind }) => kind === 'stopped')).toHaveLength(1);

  await letPeriodEndIn(server.database, customer.business.id, -1_000);
  await recorder.resume();
  await recorder.close();
  expect(recorder.size).toBe(0);
  expect(events.at(-2)).toMatchObject({ kind: 'resumed' });
  expect(await count()).toEqual({ counter: 20, rows: 20 }); // of the new period
});

it('drops a recording that is not right, and sends the others', async () => {
  const recorder = new Recorder(client, { onEvent });
  [1, -1, 2].forEach((durationMs) => recorder.record(aRecording({ durationMs })));
  await recorder.close();
  expect(await count()).toEqual({ counter: 2, rows: 2 });
  const [refused] = events.filter((event) => event.kind === 'refused');
  expect(refused).toMatchObject({ item: { body: { durationMs: -1 } } });
  expect(refused!.error.code).toBe('validation_failed');
});

it('stops for a key that is revoked, and keeps what it has', async () => {
  await server.delete(`/v1/api-keys/${customer.apiKey.id}`, customer.token);
  const recorder = new Recorder(client, { onEvent });
  recorder.record(aRecording());
  await recorder.close();
  expect(events).toMatchObject([{ kind: 'stopped', until: null, error: { status: 401 } }]);
  expect(recorder.size).toBe(1);
});

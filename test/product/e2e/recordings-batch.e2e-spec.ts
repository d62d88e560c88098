import type { Response } from 'supertest';
import type { BatchResponse } from '../../../src/product/recordings/dto/recording.responses';
import { createApplication } from '../support/applications';
import { aRecording, signUp, type Customer } from '../../support/customers';
import { expectFaults, expectProblem } from '../../support/problems';
import { sendRecording, storeRecordings, type BatchResult } from '../support/recordings';
import { statementsOf } from '../../support/statement-counter';
import { changeSubscription, letPeriodEndIn, readCount } from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';

/* POST /v1/recordings/batch: each item as if it had been sent alone. */

const UNKNOWN_ID = '01890a5d-ac96-774b-bcce-b302099a8057';

let server: TestApplication;
let customer: Customer;
beforeAll(async () => {
  server = await TestApplication.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  customer = await signUp(server);
});

function sendBatch(recordings: unknown[], key = customer.key): Promise<Response> {
  return server.post('/v1/recordings/batch', key, { recordings });
}

function resultsOf(answer: Response): BatchResult[] {
  expect(answer.status).toBe(200);
  return (answer.body as BatchResponse).results;
}

function statusesOf(answer: Response): number[] {
  return resultsOf(answer).map(({ status }) => status);
}

function count(): Promise<{ counter: number; rows: number }> {
  return readCount(server.database, customer.business.id);
}

it('decides each item in order, as if it had been sent alone', async () => {
  const [stored, gone] = [aRecording(), aRecording()];
  await sendRecording(server, customer, stored);
  const sent = await sendRecording(server, customer, gone);
  await server.delete(`/v1/recordings/${(sent.body as { id: string }).id}`, customer.token);
  const fresh = aRecording();
  const items = [
    fresh,
    stored,
    { ...stored, durationMs: 1 },
    gone,
    aRecording({ applicationId: UNKNOWN_ID }),
    aRecording({ durationMs: -1 }),
    null,
    'text',
    [],
    fresh,
    aRecording(),
  ];
  const expected = [201, 200, 409, 410, 404, 422, 422, 422, 422, 200, 201];
  const answer = await sendBatch(items);
  expect(statusesOf(answer)).toEqual(expected);
  const results = resultsOf(answer);
  expect(results[0]!.recording).toMatchObject({ externalId: fresh.externalId, durationMs: 1000 });
  expect(results[9]!.recording).toEqual(results[0]!.recording);
  for (const { status, recording, problem } of results)
    expect([recording !== undefined, problem !== undefined]).toEqual([status < 300, status >= 300]);
  expect(await count()).toEqual({ counter: 4, rows: 4 });
});

it('gives the very problems that single requests get', async () => {
  const wrong = [
    aRecording({ durationMs: -1, device: { os: 1 } }),
    aRecording({ applicationId: UNKNOWN_ID }),
    { colour: 'red' },
  ];
  const alone = await Promise.all(wrong.map((item) => sendRecording(server, customer, item)));
  const together = resultsOf(await sendBatch(wrong));
  const withoutInstance = (problem: object) => ({ ...problem, instance: null });
  expect(together.map(({ problem }) => withoutInstance(problem!))).toEqual(
    alone.map(({ body }) => withoutInstance(body as object)),
  );
});

it('goes up to the limit and not beyond; what was refused counts nothing', async () => {
  await storeRecordings(server, customer, 98);
  const known = aRecording();
  const answer = await sendBatch([aRecording(), known, aRecording(), known, aRecording()]);
  expect(statusesOf(answer)).toEqual([201, 201, 402, 200, 402]);
  expect(resultsOf(answer)[2]!.problem).toMatchObject({
    code: 'quota_exceeded',
    feature: 'recordings',
    used: 100,
    limit: 100,
  });
  expect(await count()).toEqual({ counter: 100, rows: 100 });
});

it('is refused item by item without an active subscription', async () => {
  await changeSubscription(server.database, customer.business.id, { status: 'expired' });
  const results = resultsOf(await sendBatch([aRecording(), aRecording()]));
  expect(results.map(({ problem }) => problem)).toMatchObject([
    { status: 403, code: 'subscription_inactive' },
    { status: 403, code: 'subscription_inactive' },
  ]);
});

it.each([
  ['no items', { recordings: [] }, '/recordings'],
  ['101 items', { recordings: Array(101).fill({}) }, '/recordings'],
  ['something else than a list', { recordings: { 0: {} } }, '/recordings'],
  ['no list', {}, '/recordings'],
  ['another field', { recordings: [{}], more: true }, '/more'],
])('refuses %s altogether', async (_, body, pointer) => {
  expectFaults(await server.post('/v1/recordings/batch', customer.key, body), pointer);
});

it('takes 100 items', async () => {
  const answer = await sendBatch(Array.from({ length: 100 }, () => aRecording()));
  expect(statusesOf(answer)).toEqual(Array<number>(100).fill(201));
  expect(await count()).toEqual({ counter: 100, rows: 100 });
});

describe('the size of the body', () => {
  const LIMIT = 2 * 1024 * 1024;

  /** A batch of exactly so many bytes: one good item, and one that is too long. */
  function batchOf(bytes: number): string {
    const body = JSON.stringify({ recordings: [aRecording(), { padding: '' }] });
    return body.replace('"padding":""', `"padding":"${'x'.repeat(bytes - body.length)}"`);
  }

  function sendText(body: string) {
    return server.send('post', '/v1/recordings/batch', customer.key).type('json').send(body);
  }

  it('may be 2 MiB', async () => {
    const body = batchOf(LIMIT);
    expect(Buffer.byteLength(body)).toBe(LIMIT);
    expect(statusesOf(await sendText(body))).toEqual([201, 422]);
  });

  it('may not be more: nothing is stored', async () => {
    expectProblem(await sendText(batchOf(LIMIT + 1)), 413, 'body_too_large');
    expect(await count()).toEqual({ counter: 0, rows: 0 });
  });
});

it('under an Idempotency-Key is done once and answered alike', async () => {
  const recordings = [aRecording(), aRecording({ durationMs: -1 })];
  const post = () =>
    server
      .post('/v1/recordings/batch', customer.key, { recordings })
      .set('idempotency-key', 'batch');
  const [first, again] = [await post(), await post()];
  expect(statusesOf(first)).toEqual([201, 422]);
  expect(again.headers['idempotency-replayed']).toBe('true');
  expect(again.body).toEqual(first.body);
  expect(await count()).toEqual({ counter: 1, rows: 1 });
});

describe('the statements of a batch', () => {
  const ofTheBatch = (recordings: unknown[], key?: string) =>
    statementsOf(async () => {
      const sent = server.post('/v1/recordings/batch', customer.key, { recordings });
      statuses = statusesOf(await (key ? sent.set('idempotency-key', key) : sent));
    });
  const isAdmission = (text: string): boolean => text.includes('admit_recordings');
  const isLookUp = (text: string): boolean => /^SELECT .* FROM "recordings"/.test(text);
  let statuses: number[];
  beforeEach(async () => {
    await server.get('/v1/sdk/status', customer.key); // the key is known from now on
  });

  it.each([undefined, 'a key'])('are one admission for 100 items, with key %s', async (key) => {
    const { work } = await ofTheBatch(
      Array.from({ length: 100 }, () => aRecording()),
      key,
    );
    expect(statuses).toEqual(Array<number>(100).fill(201));
    expect(work.filter(isAdmission)).toHaveLength(1);
    expect(work.length).toBeLessThanOrEqual(key ? 6 : 1);
  });

  it.each([undefined, 'a key'])(
    'are one admission and one look-up for 100 that are there, with key %s',
    async (key) => {
      const recordings = Array.from({ length: 100 }, () => aRecording());
      await sendBatch(recordings);
      const { work } = await ofTheBatch(recordings, key);
      expect(statuses).toEqual(Array<number>(100).fill(200));
      expect([work.filter(isAdmission).length, work.filter(isLookUp).length]).toEqual([1, 1]);
    },
  );

  it.each([undefined, 'a key'])(
    'are one admission for one recording 100 times, taken or refused, with key %s',
    async (key) => {
      const again = (recording: object) => Array<object>(100).fill(recording);
      const { work } = await ofTheBatch(again(aRecording()), key);
      expect(statuses).toEqual([201, ...Array<number>(99).fill(200)]);
      await storeRecordings(server, customer, 99);
      const more = await ofTheBatch(again(aRecording()), key && 'another key');
      expect(statuses).toEqual(Array<number>(100).fill(402));
      expect([work, more.work].map((each) => each.filter(isAdmission).length)).toEqual([1, 1]);
    },
  );

  it.each([undefined, 'a key'])('close an ended period once, with key %s', async (key) => {
    await letPeriodEndIn(server.database, customer.business.id, -1000);
    const { work } = await ofTheBatch(
      Array.from({ length: 100 }, () => aRecording()),
      key,
    );
    expect(statuses).toEqual(Array<number>(100).fill(201));
    expect(work.filter(isAdmission)).toHaveLength(2);
    expect(work.length).toBeLessThan(40);
  });
});

it('of one external id for several applications decides each by its own', async () => {
  const { id } = await createApplication(server, customer);
  const externalId = 'the same';
  const [unknown, known] = [UNKNOWN_ID, id].map((applicationId) =>
    aRecording({ externalId, applicationId }),
  );
  for (const key of [undefined, 'a key']) {
    const sent = server.post('/v1/recordings/batch', customer.key, {
      recordings: [unknown, known, unknown, known],
    });
    const answer = await (key ? sent.set('idempotency-key', key) : sent);
    expect(statusesOf(answer)).toEqual(key ? [409, 200, 409, 200] : [404, 201, 409, 200]);
  }
});

it('opens to an API key alone', async () => {
  const body = { recordings: [aRecording()] };
  expectProblem(await server.post('/v1/recordings/batch', undefined, body), 401, 'unauthenticated');
  const bySession = await server.post('/v1/recordings/batch', customer.token, body);
  expectProblem(bySession, 403, 'wrong_credential_kind');
});

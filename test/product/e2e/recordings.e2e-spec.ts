import type { Response } from 'supertest';
import type { CreatedRecordingResponse } from '../../../src/product/recordings/dto/recording.responses';
import { createApplication } from '../support/applications';
import { aRecording, signUp, type Customer } from '../../support/customers';
import { comparable, expectFaults, expectProblem } from '../../support/problems';
import { sendRecording, storeRecording, storeRecordings } from '../support/recordings';
import {
  changeSubscription,
  FREE_RECORDINGS,
  readCount,
  readSubscription,
} from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';

/* What the SDK does with its key: POST /v1/recordings, its batch, and GET /v1/sdk/status. */

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const UNKNOWN_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let server: TestApplication;
let customer: Customer;
beforeAll(async () => {
  server = await TestApplication.start({ upgradeUrl: 'https://app.test/upgrade' });
});
afterAll(() => server.stop());
beforeEach(async () => {
  customer = await signUp(server);
});

function send(recording: object): Promise<Response> {
  return sendRecording(server, customer, recording);
}

function count(): Promise<{ counter: number; rows: number }> {
  return readCount(server.database, customer.business.id);
}

async function resetsAt(): Promise<string> {
  const { periodEnd } = await readSubscription(server.database, customer.business.id);
  return periodEnd.toISOString();
}

function expectReplay(answer: Response, first: CreatedRecordingResponse): void {
  expect(answer.status).toBe(200);
  expect(answer.headers['idempotency-replayed']).toBe('true');
  expect({ ...answer.body, usage: null }).toEqual({ ...first, usage: null });
}

/** A full one; its metadata is as deep and as odd as JSON allows. */
function aFullRecording(applicationId: string): Record<string, unknown> {
  return {
    externalId: 'session-1',
    applicationId,
    startedAt: '2026-03-29T02:30:00.5+01:00',
    durationMs: 86_400_000,
    device: { model: 'Pixel 9', os: 'Android', osVersion: '16', appVersion: '2.4.1' },
    metadata: { list: [1, -0.5, 1e-7, true, null, 'é😀'], deep: { er: { '': {} } } },
  };
}

describe('POST /v1/recordings', () => {
  it('answers 201 with the recording and the usage', async () => {
    const { id: applicationId } = await createApplication(server, customer);
    const recording = aFullRecording(applicationId);
    const answer = await send(recording);
    expect(answer.status).toBe(201);
    expect(answer.headers['idempotency-replayed']).toBeUndefined();
    expect(answer.body).toEqual({
      ...recording,
      id: expect.stringMatching(UUID_V7) as string,
      startedAt: '2026-03-29T01:30:00.500Z',
      reportedStartedAt: null,
      createdAt: expect.stringMatching(INSTANT) as string,
      usage: {
        used: 1,
        limit: 100,
        remaining: 99,
        resetsAt: await resetsAt(),
        credits: 0,
        overLimit: false,
      },
    });
    expect(await count()).toEqual({ counter: 1, rows: 1 });
  });

  it('needs three fields; the others are null', async () => {
    const answer = await send({
      externalId: 'a',
      startedAt: '2026-01-01T00:00:00Z',
      durationMs: 0,
    });
    expect(answer.body).toMatchObject({
      externalId: 'a',
      applicationId: null,
      durationMs: 0,
      device: null,
      metadata: null,
    });
  });

  it.each([
    ['an external id of 128 characters outside the BMP', { externalId: '😀'.repeat(128) }],
    ['an external id of white space, kept as it is', { externalId: '  ' }],
    ['the first moment', { startedAt: '1970-01-01T00:00:00Z' }],
    ['the last moment', { startedAt: '9999-12-31T23:59:59.999Z' }],
    ['the offset farthest from UTC', { startedAt: '2026-01-01T00:00:00+23:59' }],
    ['an empty device', { device: {} }],
    ['no device, said aloud', { device: null, metadata: null, applicationId: null }],
    ['metadata of 16 KiB', { metadata: { text: 'x'.repeat(16 * 1024 - '{"text":""}'.length) } }],
    ['metadata of large numbers', { metadata: { large: Number.MAX_SAFE_INTEGER, small: 5e-324 } }],
    ['metadata named like members of objects', { metadata: { toString: 1, length: 2, then: 3 } }],
  ])('takes %s', async (_, changes) => {
    const recording = aRecording(changes);
    const answer = await send(recording);
    expect([answer.status, answer.text]).toEqual([201, expect.any(String)]);
    const kept = ['externalId', 'device', 'metadata', 'applicationId'].filter(
      (field) => field in changes,
    );
    for (const field of kept)
      expect((answer.body as Record<string, unknown>)[field]).toEqual(recording[field]);
  });

  const TOO_LONG = 'x'.repeat(201);
  it.each<[string, object, string]>([
    ['no external id', { externalId: undefined }, '/externalId'],
    ['an empty external id', { externalId: '' }, '/externalId'],
    ['129 characters', { externalId: 'x'.repeat(129) }, '/externalId'],
    ['an external id that is a number', { externalId: 1 }, '/externalId'],
    ['an external id that is null', { externalId: null }, '/externalId'],
    ['NUL', { externalId: 'a\0b' }, '/externalId'],
    ['half a surrogate pair', { externalId: 'a\ud800' }, '/externalId'],
    ['an application id that is no UUID', { applicationId: 'shop' }, '/applicationId'],
    ['an application id that is a list', { applicationId: [] }, '/applicationId'],
    ['no start', { startedAt: undefined }, '/startedAt'],
    ['a start that is null', { startedAt: null }, '/startedAt'],
    ['a start in words', { startedAt: 'yesterday' }, '/startedAt'],
    ['a day', { startedAt: '2026-01-01' }, '/startedAt'],
    ['a start without an offset', { startedAt: '2026-01-01T00:00:00' }, '/startedAt'],
    ['a day that there is not', { startedAt: '2026-02-30T00:00:00Z' }, '/startedAt'],
    ['a time before 1970', { startedAt: '1969-12-31T23:59:59Z' }, '/startedAt'],
    ['milliseconds since 1970', { startedAt: 1_767_225_600_000 }, '/startedAt'],
    ['no duration', { durationMs: undefined }, '/durationMs'],
    ['a negative duration', { durationMs: -1 }, '/durationMs'],
    ['more than a day', { durationMs: 86_400_001 }, '/durationMs'],
    ['half a millisecond', { durationMs: 0.5 }, '/durationMs'],
    ['a duration that is text', { durationMs: '1000' }, '/durationMs'],
    ['a device that is text', { device: 'Pixel' }, '/device'],
    ['a device that is a list', { device: [] }, '/device'],
    ['a device field that is a number', { device: { model: 9 } }, '/device/model'],
    ['a device field that is null', { device: { os: null } }, '/device/os'],
    ['a device field that is too long', { device: { osVersion: TOO_LONG } }, '/device/osVersion'],
    ['metadata that is text', { metadata: 'x' }, '/metadata'],
    ['metadata that is a list', { metadata: [] }, '/metadata'],
    ['metadata over 16 KiB', { metadata: { text: 'x'.repeat(16 * 1024) } }, '/metadata'],
    ['metadata with NUL inside', { metadata: { a: [{ b: '\0' }] } }, '/metadata'],
    ['metadata with NUL in a name', { metadata: { 'a\0': 1 } }, '/metadata'],
    ['an integer that JavaScript cannot hold', { metadata: { n: 2 ** 53 } }, '/metadata'],
    ['an unknown field', { colour: 'red' }, '/colour'],
    ['an id of its own', { id: UNKNOWN_ID }, '/id'],
    ['a business of its own', { businessId: UNKNOWN_ID }, '/businessId'],
    ['a moment of its own', { createdAt: '2026-01-01T00:00:00Z' }, '/createdAt'],
  ])('refuses %s', async (_, changes, pointer) => {
    expectFaults(await send(aRecording(changes)), pointer);
    expect(await count()).toEqual({ counter: 0, rows: 0 });
  });

  it('names every field that is wrong', async () => {
    const wrong = { externalId: '', startedAt: 'now', durationMs: -1, device: { os: 1 } };
    expectFaults(await send(wrong), '/externalId', '/startedAt', '/durationMs', '/device/os');
  });

  it.each([
    ['nothing', undefined, ['/externalId', '/startedAt', '/durationMs']],
    ['null', 'null', ['']],
    ['a list', '[]', ['']],
    ['text', '"x"', ['']],
  ])('refuses a body of %s', async (_, body, pointers) => {
    const request = server.send('post', '/v1/recordings', customer.key);
    const answer = body ? request.type('json').send(body) : request;
    expectFaults(await answer, ...pointers);
  });

  it('refuses a number beyond JSON’s in JavaScript', async () => {
    const body = JSON.stringify(aRecording({ metadata: { n: 'N' } })).replace('"N"', '1e400');
    const answer = await server
      .send('post', '/v1/recordings', customer.key)
      .type('json')
      .send(body);
    expectFaults(answer, '/metadata');
  });

  it('refuses a body over 256 KiB', async () => {
    const answer = await send({ externalId: 'x'.repeat(256 * 1024) });
    expectProblem(answer, 413, 'body_too_large');
  });

  it('opens to an API key alone', async () => {
    expectProblem(await server.post('/v1/recordings', undefined, {}), 401, 'unauthenticated');
    const bySession = await server.post('/v1/recordings', customer.token, aRecording());
    expectProblem(bySession, 403, 'wrong_credential_kind');
    expect(await count()).toEqual({ counter: 0, rows: 0 });
  });
});

describe('the same recording again', () => {
  let first: CreatedRecordingResponse;
  let recording: Record<string, unknown>;
  beforeEach(async () => {
    const { id: applicationId } = await createApplication(server, customer);
    recording = aFullRecording(applicationId);
    first = (await send(recording)).body as CreatedRecordingResponse;
  });

  it('is the first one, counted once', async () => {
    const again = await send(recording);
    expectReplay(again, first);
    expect((again.body as CreatedRecordingResponse).usage).toEqual(first.usage);
    expect(await count()).toEqual({ counter: 1, rows: 1 });
  });

  it.each<[string, (recording: Record<string, unknown>) => object]>([
    ['the instant spelt in UTC', (same) => ({ ...same, startedAt: '2026-03-29T01:30:00.500Z' })],
    ['more digits of the second', (same) => ({ ...same, startedAt: '2026-03-29T01:30:00.5000Z' })],
    [
      'the application in capitals',
      (same) => ({ ...same, applicationId: String(same.applicationId).toUpperCase() }),
    ],
    ['its fields in another order', (same) => Object.fromEntries(Object.entries(same).reverse())],
    [
      'numbers spelt otherwise',
      (same) => ({
        ...same,
        metadata: { deep: { er: { '': {} } }, list: [1.0, -0.5, 0.0000001, true, null, 'é😀'] },
      }),
    ],
    [
      'the fields of the device in another order',
      (same) => ({
        ...same,
        device: { appVersion: '2.4.1', osVersion: '16', os: 'Android', model: 'Pixel 9' },
      }),
    ],
  ])('is the same with %s', async (_, spell) => {
    expectReplay(await send(spell(recording)), first);
  });

  it('is the same when what was left out is said to be null', async () => {
    const short = aRecording();
    const stored = (await send(short)).body as CreatedRecordingResponse;
    const again = await send({ ...short, applicationId: null, device: null, metadata: null });
    expectReplay(again, stored);
  });

  it.each<[string, object]>([
    ['another start', { startedAt: '2026-03-29T01:30:00.501Z' }],
    ['another duration', { durationMs: 86_399_999 }],
    ['no application', { applicationId: null }],
    ['another device', { device: { model: 'Pixel 9' } }],
    ['no device', { device: undefined }],
    ['other metadata', { metadata: { list: [] } }],
    [
      'a list in another order',
      { metadata: { list: [-0.5, 1, 1e-7, true, null, 'é😀'], deep: { er: { '': {} } } } },
    ],
    ['empty metadata', { metadata: {} }],
  ])('is a conflict with %s', async (_, changes) => {
    expectProblem(await send({ ...recording, ...changes }), 409, 'external_id_conflict');
    expect(await count()).toEqual({ counter: 1, rows: 1 });
  });

  it('is gone once it was deleted, with any fields', async () => {
    await server.delete(`/v1/recordings/${first.id}`, customer.token);
    expectProblem(await send(recording), 410, 'recording_deleted');
    expectProblem(await send({ ...recording, durationMs: 1 }), 410, 'recording_deleted');
    expect(await count()).toEqual({ counter: 1, rows: 1 });
  });

  it('is another one in another business', async () => {
    const other = await signUp(server, 'Other');
    const { applicationId: _, ...withoutApplication } = recording;
    const answer = await sendRecording(server, other, withoutApplication);
    expect(answer.status).toBe(201);
    expect((answer.body as CreatedRecordingResponse).id).not.toBe(first.id);
  });

  it('is found again when its application is deleted meanwhile', async () => {
    await server.delete(`/v1/applications/${String(recording.applicationId)}`, customer.token);
    expectReplay(await send(recording), first);
  });

  it('is found again at the limit, where a new one is refused', async () => {
    await storeRecordings(server, customer, FREE_RECORDINGS - 1);
    expectReplay(await send(recording), first);
    expectProblem(await send(aRecording()), 402, 'quota_exceeded');
    expectProblem(await send({ ...recording, durationMs: 1 }), 409, 'external_id_conflict');
  });

  it('is found again on a subscription that is not active any more', async () => {
    await changeSubscription(server.database, customer.business.id, { status: 'paused' });
    expectReplay(await send(recording), first);
  });

  it('gives the first answer under one Idempotency-Key, and refuses the key for another', async () => {
    const post = (body: object) =>
      server.post('/v1/recordings', customer.key, body).set('idempotency-key', 'key-1');
    const other = aRecording();
    const stored = await post(other);
    const again = await post(other);
    expect([stored.status, again.status]).toEqual([201, 201]);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.body).toEqual(stored.body);
    expectProblem(await post(aRecording()), 422, 'idempotency_key_reused');
    expect(await count()).toEqual({ counter: 2, rows: 2 });
  });
});

describe('the application of a recording', () => {
  it('must be a living one of the same business; a foreign one is like one that never was', async () => {
    const other = await signUp(server, 'Other');
    const foreign = await createApplication(server, other);
    const own = await createApplication(server, customer);
    await server.delete(`/v1/applications/${own.id}`, customer.token);
    const answers = await Promise.all(
      [UNKNOWN_ID, foreign.id, own.id].map((applicationId) => send(aRecording({ applicationId }))),
    );
    for (const answer of answers) expectProblem(answer, 404, 'application_not_found');
    const [unknown, ...others] = answers.map(comparable);
    expect(others).toEqual([unknown, unknown]);
    expect(await count()).toEqual({ counter: 0, rows: 0 });
  });
});

describe('at the limit', () => {
  beforeEach(() => storeRecordings(server, customer, FREE_RECORDINGS));

  it('a recording is 402 with the reason and the way out, and nothing is stored', async () => {
    const problem = expectProblem(await send(aRecording()), 402, 'quota_exceeded');
    expect(problem).toMatchObject({
      feature: 'recordings',
      used: 100,
      limit: 100,
      resetsAt: await resetsAt(),
      upgradeUrl: 'https://app.test/upgrade',
      explanation: expect.stringContaining('100') as string,
    });
    expect(await count()).toEqual({ counter: 100, rows: 100 });
  });

  it('a larger plan has room at once', async () => {
    await changeSubscription(server.database, customer.business.id, { planSlug: 'pro' });
    const { usage } = await storeRecording(server, customer);
    expect(usage).toMatchObject({ used: 101, limit: 10_000, remaining: 9_899 });
  });
});

import type { Response } from 'supertest';
import type { CreatedRecordingResponse } from '../../../src/product/recordings/dto/recording.responses';
import { aRecording, signUp, type Customer } from '../../support/customers';
import { expectProblem } from '../../support/problems';
import { sendRecording } from '../support/recordings';
import { ONE_DAY_MS } from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';

/* A device whose clock is broken: the recording is stored as started when it arrives. */

let server: TestApplication;
let customer: Customer;
beforeAll(async () => {
  server = await TestApplication.start();
});
afterAll(() => server.stop());
beforeEach(async () => {
  customer = await signUp(server);
});

function send(recording: object): Promise<Response> {
  return sendRecording(server, customer, recording);
}

async function store(startedAt: string): Promise<CreatedRecordingResponse> {
  const answer = await send(aRecording({ startedAt }));
  expect(answer.status).toBe(201);
  return answer.body as CreatedRecordingResponse;
}

async function list(): Promise<unknown[]> {
  const answer = await server.get('/v1/recordings', customer.token);
  return (answer.body as { data: unknown[] }).data;
}

/** The moment so many milliseconds after the database's now. */
async function inMilliseconds(milliseconds: number): Promise<string> {
  const [row] = await server.database.query<{ now: Date }>('SELECT now()');
  return new Date(server.clock.at(row!.now).getTime() + milliseconds).toISOString();
}

describe('a start', () => {
  it.each([
    '1970-01-01T00:00:00Z',
    '2001-01-01T00:00:00Z',
    '2014-12-31T23:59:59.999Z',
    '2126-11-20T15:36:00.5+02:00',
    '9999-12-31T23:59:59.999Z',
  ])('in %s is reported, and the recording starts when it arrives', async (startedAt) => {
    const { usage: _, ...recording } = await store(startedAt);
    expect(recording).toMatchObject({
      startedAt: recording.createdAt,
      reportedStartedAt: new Date(startedAt).toISOString(),
    });
    expect(await list()).toEqual([recording]);
    const one = await server.get(`/v1/recordings/${recording.id}`, customer.token);
    expect(one.body).toEqual(recording);
  });

  it('from 2015 up to a day ahead is believed', async () => {
    const ahead = await inMilliseconds(ONE_DAY_MS - 60_000);
    for (const startedAt of ['2015-01-01T00:00:00.000Z', ahead])
      expect(await store(startedAt)).toMatchObject({ startedAt, reportedStartedAt: null });
  });

  it('more than a day ahead is not', async () => {
    const reportedStartedAt = await inMilliseconds(ONE_DAY_MS + 60_000);
    expect(await store(reportedStartedAt)).toMatchObject({ reportedStartedAt });
  });

  it('in a batch is judged for each item', async () => {
    const recordings = ['2126-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'].map((startedAt) =>
      aRecording({ startedAt }),
    );
    const answer = await server.post('/v1/recordings/batch', customer.key, { recordings });
    expect(answer.body).toMatchObject({
      results: [
        { recording: { reportedStartedAt: '2126-01-01T00:00:00.000Z' } },
        { recording: { startedAt: '2026-01-01T00:00:00.000Z', reportedStartedAt: null } },
      ],
    });
  });
});

describe('a recording with a reported start', () => {
  const reported = { externalId: 'session-1', startedAt: '2126-01-01T00:00:00Z', durationMs: 1 };

  it('is the same when it is sent again, also once its start would be believed', async () => {
    const { usage: _, ...first } = (await send(reported)).body as CreatedRecordingResponse;
    const again = await send(reported);
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject(first);

    const startedAt = await inMilliseconds(2 * ONE_DAY_MS);
    const early = { ...reported, externalId: 'session-2', startedAt };
    expect(await send(early)).toMatchObject({ body: { reportedStartedAt: startedAt } });
    server.clock.moveBy(1.5 * ONE_DAY_MS);
    try {
      const later = await send(early);
      expect(later.status).toBe(200);
      expect(later.body).toMatchObject({ reportedStartedAt: startedAt });
    } finally {
      server.clock.moveBy(-1.5 * ONE_DAY_MS);
    }
  });

  it('is another one with another start, that of its arrival too', async () => {
    const { startedAt } = (await send(reported)).body as CreatedRecordingResponse;
    for (const other of [startedAt, '2126-01-01T00:00:00.001Z', '1970-01-01T00:00:00Z'])
      expectProblem(await send({ ...reported, startedAt: other }), 409, 'external_id_conflict');
  });

  it('leaves nothing of its start when it is deleted, in the audit log neither', async () => {
    const { id } = (await send(reported)).body as CreatedRecordingResponse;
    await server.delete(`/v1/recordings/${id}`, customer.token);
    const rows = await server.database.query(
      'SELECT started_at, reported_started_at FROM recordings WHERE id = $1',
      [id],
    );
    expect(rows).toEqual([{ started_at: null, reported_started_at: null }]);
    const audit = await server.database.query<{ changes: object }>(
      `SELECT changes FROM audit_log WHERE target_id = $1`,
      [id],
    );
    expect(audit).toMatchObject([{ changes: { reported_started_at: ['***', '***'] } }]);
    expect(JSON.stringify(audit)).not.toContain('2126');
    await expect(
      server.database.query('UPDATE recordings SET reported_started_at = now() WHERE id = $1', [
        id,
      ]),
    ).rejects.toThrow('ck_recordings_reported_start');
  });
});

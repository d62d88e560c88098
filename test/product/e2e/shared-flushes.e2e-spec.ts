import type { Response } from 'supertest';
import { IngestionQueue } from '../../../src/product/recordings/ingestion-queue';
import type {
  BatchResponse,
  CreatedRecordingResponse,
} from '../../../src/product/recordings/dto/recording.responses';
import { aRecording, signUp, type Customer } from '../../support/customers';
import { LockHolder } from '../../support/lock-holder';
import { sentBy } from '../support/ingestion';
import { insertTenants } from '../../support/tenants';
import { expectProblem } from '../../support/problems';
import { race, tally } from '../../support/race';
import { sendRecording, type BatchResult } from '../support/recordings';
import { statementsOf } from '../../support/statement-counter';
import { FREE_RECORDINGS, readCount } from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';
import { until } from '../../support/until';

/* What callers see of the flushes that they share. */

const MAXIMUM_WAITING_OF_ONE = 2_500;

let server: TestApplication;
let customer: Customer;
let tenant: string;
beforeAll(async () => {
  server = await TestApplication.start();
  [tenant] = (await insertTenants(server.database, 1)) as [string];
});
afterAll(() => server.stop());
beforeEach(async () => {
  customer = await signUp(server);
});

function send(recording: object = aRecording()): Promise<Response> {
  return sendRecording(server, customer, recording);
}

function sendBatch(recordings: object[]): Promise<Response> {
  return server.post('/v1/recordings/batch', customer.key, { recordings });
}

function resultsOf(answer: Response): BatchResult[] {
  expect(answer.status).toBe(200);
  return (answer.body as BatchResponse).results;
}

function flushesIn(statements: string[]): string[] {
  return statements.filter((text) => text.includes('admit_recordings'));
}

async function expectStored(count: number): Promise<void> {
  expect(await readCount(server.database, customer.business.id)).toEqual({
    ...{ counter: count, rows: count },
  });
}

it('a batch of 100 is one flush', async () => {
  const recordings = Array.from({ length: 100 }, () => aRecording());
  const { all } = await statementsOf(async () => {
    const results = resultsOf(await sendBatch(recordings));
    expect(results.map(({ recording }) => recording?.externalId)).toEqual(
      recordings.map(({ externalId }) => externalId),
    );
  });
  expect(flushesIn(all)).toHaveLength(1);
  await expectStored(100);
});

it('a batch over the limit stores the first of its items, in their order', async () => {
  await sendBatch(Array.from({ length: FREE_RECORDINGS - 40 }, () => aRecording()));
  const results = resultsOf(await sendBatch(Array.from({ length: 100 }, () => aRecording())));
  expect(results.map(({ status }) => status)).toEqual(
    results.map((_, index) => (index < 40 ? 201 : 402)),
  );
  await expectStored(FREE_RECORDINGS);
});

it('a batch of 100 with repetitions inside: each finds the one before it', async () => {
  const distinct = Array.from({ length: 50 }, () => aRecording());
  const results = resultsOf(await sendBatch([...distinct, ...distinct.toReversed()]));
  expect(results.map(({ status }) => status)).toEqual(
    results.map((_, index) => (index < 50 ? 201 : 200)),
  );
  const ids = results.map(({ recording }) => recording!.id);
  expect(ids.slice(50)).toEqual(ids.slice(0, 50).reverse());
  await expectStored(50);
});

it('two with one external id that wait for one flush: 201 and a replay', async () => {
  const lockHolder = await LockHolder.ofInserts(server.database, 'recordings', tenant);
  const held = server.app.get(IngestionQueue).admit(sentBy(tenant));
  await lockHolder.untilReached();
  const recording = aRecording();
  const answers = race(2, () => send(recording));
  await send(aRecording({ durationMs: -1 })); // has come after them, and needs no flush
  await lockHolder.release();
  await held;
  const [first, second] = (await answers).sort((one, other) => other.status - one.status);
  expect([first!.status, second!.status]).toEqual([201, 200]);
  expect(second!.headers['idempotency-replayed']).toBe('true');
  const idOf = (answer: Response) => (answer.body as CreatedRecordingResponse).id;
  expect(idOf(second!)).toBe(idOf(first!));
  await expectStored(1);
});

it('a full queue is 503 with Retry-After, in a batch for the item; sent again it is stored', async () => {
  const queue = server.app.get(IngestionQueue);
  const lockHolder = await LockHolder.ofInserts(server.database, 'recordings', tenant);
  const first = queue.admit(sentBy(tenant));
  await lockHolder.untilReached();
  const crowd = await insertTenants(server.database, 2);
  const taken = crowd.flatMap((each) =>
    Array.from({ length: MAXIMUM_WAITING_OF_ONE }, () => queue.admit(sentBy(each))),
  );
  const recording = aRecording();
  const refused = await send(recording);
  expectProblem(refused, 503, 'ingestion_overloaded');
  expect(refused.headers['retry-after']).toBe('1');
  const [result] = resultsOf(await sendBatch([recording]));
  expect(result).toMatchObject({ status: 503, problem: { code: 'ingestion_overloaded' } });
  await lockHolder.release();
  await Promise.all([first, ...taken]);
  expect((await send(recording)).status).toBe(201);
  await expectStored(1);
});

it('clients who hang up while they wait: what was on its way is stored once, and counted', async () => {
  const lockHolder = await LockHolder.ofInserts(server.database, 'recordings', tenant);
  const held = server.app.get(IngestionQueue).admit(sentBy(tenant));
  await lockHolder.untilReached();
  const recordings = Array.from({ length: 10 }, () => aRecording());
  const patience = new AbortController();
  const abandoned = recordings.map((recording) =>
    fetch(`${server.url}/v1/recordings`, {
      method: 'POST',
      headers: { authorization: `Bearer ${customer.key}`, 'content-type': 'application/json' },
      body: JSON.stringify(recording),
      signal: patience.signal,
    }).catch(() => null),
  );
  await send(aRecording({ durationMs: -1 })); // has come after them, and needs no flush
  patience.abort();
  await Promise.all(abandoned);
  await lockHolder.release();
  await held;
  const again = await Promise.all(recordings.map(send));
  const { 200: found = 0, 201: created = 0 } = tally(again);
  expect(found + created).toBe(10);
  await until('all is counted', async () => {
    const { counter } = await readCount(server.database, customer.business.id);
    return counter === 10;
  });
  await expectStored(10);
});

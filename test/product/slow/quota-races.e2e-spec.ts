import type { Response } from 'supertest';
import type {
  BatchResponse,
  CreatedRecordingResponse,
} from '../../../src/product/recordings/dto/recording.responses';
import { aRecording, signUp, type Customer } from '../../support/customers';
import { race, tally, untilAnswered } from '../../support/race';
import { sendRecording, storeRecording, storeRecordings } from '../support/recordings';
import { Replicas } from '../../support/replicas';
import { FREE_RECORDINGS, readCount } from '../../support/subscriptions';

/* The quota is exact, however many race for it over two server processes on one database. */

let replicas: Replicas;
let customer: Customer;
beforeAll(async () => {
  replicas = await Replicas.start({}, {});
});
afterAll(() => replicas.stop());
beforeEach(async () => {
  customer = await signUp(replicas.at(0));
});

/** From one of the two processes, by number. */
function send(index: number, recording: object = aRecording()): Promise<Response> {
  return untilAnswered(() => sendRecording(replicas.at(index), customer, recording));
}

async function expectCount(expected: number): Promise<void> {
  const count = { counter: expected, rows: expected };
  expect(await readCount(replicas.database, customer.business.id)).toEqual(count);
  const verified = await replicas.at(1).get('/v1/usage/recordings/verify', customer.token);
  expect(verified.body).toEqual({ ...count, equal: true });
}

function remainingOf(answers: Response[]): (number | null)[] {
  const stored = answers.filter(({ status }) => status === 201);
  return stored.map(({ body }) => (body as CreatedRecordingResponse).usage.remaining);
}

it(`${3 * FREE_RECORDINGS} for ${FREE_RECORDINGS}: exactly as many get in, each with a number of its own`, async () => {
  const answers = await race(3 * FREE_RECORDINGS, send);
  expect(tally(answers)).toEqual({ 201: FREE_RECORDINGS, 402: 2 * FREE_RECORDINGS });
  const numbers = remainingOf(answers).sort((one, other) => one! - other!);
  expect(numbers).toEqual(Array.from({ length: FREE_RECORDINGS }, (_, index) => index));
  await expectCount(FREE_RECORDINGS);
});

it('20 for the last unit: one gets it', async () => {
  await storeRecordings(replicas.at(0), customer, FREE_RECORDINGS - 1);
  expect(tally(await race(20, (index) => send(index)))).toEqual({ 201: 1, 402: 19 });
  await expectCount(FREE_RECORDINGS);
});

it('25 with one external id: one row, and all are told of it', async () => {
  const recording = aRecording();
  const answers = await race(25, (index) => send(index, recording));
  expect(tally(answers)).toEqual({ 201: 1, 200: 24 });
  const ids = answers.map(({ body }) => (body as CreatedRecordingResponse).id);
  expect(new Set(ids).size).toBe(1);
  await expectCount(1);
});

it('25 with one external id and two payloads: one row; the others conflict or find it', async () => {
  const recording = aRecording();
  const answers = await race(25, (index) => send(index, { ...recording, durationMs: index % 2 }));
  const statuses = tally(answers);
  const winner = answers.findIndex(({ status }) => status === 201) % 2;
  expect(statuses[201]).toBe(1);
  expect(statuses[200]).toBe(winner === 0 ? 12 : 11);
  expect(statuses[409]).toBe(winner === 0 ? 12 : 13);
  await expectCount(1);
});

it('25 with one external id for the last unit: one is stored, and the others find it', async () => {
  await storeRecordings(replicas.at(0), customer, FREE_RECORDINGS - 1);
  const recording = aRecording();
  const answers = await race(25, (index) => send(index, recording));
  expect(tally(answers)).toEqual({ 201: 1, 200: 24 });
  await expectCount(FREE_RECORDINGS);
});

it('25 under one Idempotency-Key: one is done; the others get its answer or are told to wait', async () => {
  const recording = aRecording();
  const answers = await race(25, (index) =>
    untilAnswered(async () =>
      replicas
        .at(index)
        .post('/v1/recordings', customer.key, recording)
        .set('idempotency-key', 'one'),
    ),
  );
  const done = answers.filter(({ status }) => status === 201);
  expect(done.filter(({ headers }) => !headers['idempotency-replayed'])).toHaveLength(1);
  const others = answers.filter(({ status }) => status !== 201);
  expect(others.map(({ body }) => (body as { code: string }).code)).toEqual(
    others.map(() => 'idempotency_key_in_use'),
  );
  await expectCount(1);
});

it('batches and single ones at once: the limit is kept', async () => {
  const batches = race(6, (index) =>
    untilAnswered(async () =>
      replicas.at(index).post('/v1/recordings/batch', customer.key, {
        recordings: Array.from({ length: 20 }, () => aRecording()),
      }),
    ),
  );
  const [inBatches, alone] = await Promise.all([batches, race(40, (index) => send(index))]);
  const results = inBatches.flatMap(({ body }) => (body as BatchResponse).results);
  const statuses = tally([...results, ...alone]);
  expect(statuses).toEqual({ 201: FREE_RECORDINGS, 402: 60 });
  await expectCount(FREE_RECORDINGS);
});

it('deleting while others record gives nothing back', async () => {
  const stored = await race(20, (index) => storeRecording(replicas.at(index), customer));
  const remove = async (index: number): Promise<Response> =>
    replicas.at(index).send('delete', `/v1/recordings/${stored[index % 20]!.id}`, customer.token);
  const deleting = race(40, (index) => untilAnswered(() => remove(index)));
  const [deleted, created] = await Promise.all([deleting, race(100, (index) => send(index))]);
  expect(tally(deleted)).toEqual({ 204: 20, 404: 20 });
  expect(tally(created)).toEqual({ 201: 80, 402: 20 });
  await expectCount(FREE_RECORDINGS);
});

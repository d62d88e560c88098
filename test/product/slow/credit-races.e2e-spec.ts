import type { Response } from 'supertest';
import type { CreatedRecordingResponse } from '../../../src/product/recordings/dto/recording.responses';
import type { CreditResponse } from '../../../src/modules/entitlements/dto/credit';
import { aRecording, signUp, type Customer } from '../../support/customers';
import { race, tally, untilAnswered } from '../../support/race';
import { sendRecording } from '../support/recordings';
import { Replicas } from '../../support/replicas';
import { addStaff, assignPlan, grantCredit, makePlan, type StaffMember } from '../../support/staff';
import { readCount } from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';

/* No credit is spent twice, however many race for the last one over two server processes. */

const LIMIT = 20;
const CREDITS = 13;

let replicas: Replicas;
/** A third process on that database, where staff work. */
let office: TestApplication;
let staff: StaffMember;
let customer: Customer;
beforeAll(async () => {
  replicas = await Replicas.start({}, {});
  office = await TestApplication.start({}, replicas.database);
  staff = await addStaff(office);
});
afterAll(async () => {
  await office.app.close();
  await replicas.stop();
});
beforeEach(async () => {
  customer = await signUp(office);
  const plan = await makePlan(office, staff, {
    limits: { recordings: LIMIT, applications: 1, seats: 1 },
  });
  await assignPlan(office, staff, customer, plan);
});

function send(index: number, recording: object = aRecording()): Promise<Response> {
  return untilAnswered(() => sendRecording(replicas.at(index), customer, recording));
}

async function listCredits(): Promise<CreditResponse[]> {
  const path = `/v1/staff/businesses/${customer.business.id}/credits`;
  return ((await office.get(path, staff.token)).body as { data: CreditResponse[] }).data;
}

async function expectStored(stored: number): Promise<void> {
  const count = { counter: stored, rows: stored };
  expect(await readCount(replicas.database, customer.business.id)).toEqual(count);
  const verified = await replicas.at(1).get('/v1/usage/recordings/verify', customer.token);
  expect(verified.body).toEqual({ ...count, equal: true });
  const spent = (await listCredits()).reduce((sum, credit) => sum + credit.spent, 0);
  expect(spent).toBe(Math.max(0, stored - LIMIT));
}

it('three times as many as allowance and credits: exactly as many get in, each with a number of its own', async () => {
  for (const amount of [1, 5, 7]) await grantCredit(office, staff, customer, amount);
  const most = LIMIT + CREDITS;
  const answers = await race(3 * most, (index) => send(index));
  expect(tally(answers)).toEqual({ 201: most, 402: 2 * most });
  const stored = answers.filter(({ status }) => status === 201);
  const left = stored.map(({ body }) => (body as CreatedRecordingResponse).usage.remaining!);
  expect(left.sort((one, other) => one - other)).toEqual(stored.map((_, index) => index));
  await expectStored(most);
});

it('twenty of one external id: one credit', async () => {
  await race(LIMIT, (index) => send(index));
  await grantCredit(office, staff, customer, CREDITS);
  const recording = aRecording();
  expect(tally(await race(20, (index) => send(index, recording)))).toEqual({ 201: 1, 200: 19 });
  await expectStored(LIMIT + 1);
});

it('a credit that is taken back meanwhile: what got in is spent, and nothing gets in afterwards', async () => {
  await race(LIMIT, (index) => send(index));
  const { id } = await grantCredit(office, staff, customer, 1_000);
  const path = `/v1/staff/businesses/${customer.business.id}/credits/${id}`;
  const answers = race(40, (index) => send(index));
  const voided = await race(3, () => untilAnswered(async () => office.delete(path, staff.token)));
  expect(tally(voided)).toEqual({ 204: 3 });
  const { 201: stored = 0, 402: refused = 0 } = tally(await answers);
  expect(stored + refused).toBe(40);
  expect((await send(0)).status).toBe(402);
  expect(await listCredits()).toMatchObject([{ spent: stored, remaining: 0 }]);
  await expectStored(LIMIT + stored);
});

it('credits that are granted meanwhile: none is lost', async () => {
  const answers = race(40, (index) => send(index));
  await race(5, () => grantCredit(office, staff, customer, 2));
  const { 201: stored = 0 } = tally(await answers);
  const more = tally(await race(40, (index) => send(index)));
  expect(stored + (more[201] ?? 0)).toBe(LIMIT + 10);
  await expectStored(LIMIT + 10);
});

import { IngestionQueue } from '../../../src/product/recordings/ingestion-queue';
import { signUp, type Customer } from '../../support/customers';
import { sentBy } from '../support/ingestion';
import { race } from '../../support/race';
import { addStaff, assignPlan, grantCredit, makePlan, type StaffMember } from '../../support/staff';
import { letPeriodEndIn, readRecordingsByPeriod, renewAll } from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';

/* Flushes over many tenants, renewals and changes of plan lock the same counters at once, on two servers. */

const ROUNDS = 5;
/** Of so many the period ends in a round; later their plans are changed. */
const ENDING = 2;
const CUSTOMERS = ROUNDS * ENDING + 2;

let here: TestApplication;
let elsewhere: TestApplication;
let staff: StaffMember;
let customers: Customer[];
beforeAll(async () => {
  here = await TestApplication.start();
  elsewhere = await TestApplication.start({}, here.database);
  staff = await addStaff(here);
  customers = await Promise.all(Array.from({ length: CUSTOMERS }, () => signUp(here)));
});
afterAll(async () => {
  await elsewhere.app.close();
  await here.stop();
});

/** Recordings of all customers in one flush, in any order. */
async function flushAll(server: TestApplication): Promise<string[]> {
  const queue = server.app.get(IngestionQueue);
  const sent = customers.flatMap(({ business }) => [sentBy(business.id), sentBy(business.id)]);
  sent.sort(() => Math.random() - 0.5);
  const admissions = await Promise.all(sent.map((recording) => queue.admit(recording)));
  return admissions.map(({ outcome }) => outcome);
}

async function countDeadlocks(): Promise<number> {
  const [row] = await here.database.query<{ deadlocks: number }>(
    'SELECT deadlocks::integer FROM pg_stat_database WHERE datname = current_database()',
  );
  return row!.deadlocks;
}

it('none waits for another for ever, none fails, and counters equal their rows', async () => {
  const plans = await race(2, () =>
    makePlan(here, staff, { limits: { recordings: 10_000, applications: 9, seats: 9 } }),
  );
  const outcomes: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { business } of customers.slice(round * ENDING, (round + 1) * ENDING))
      await letPeriodEndIn(here.database, business.id, 1);
    const work = [
      ...[here, elsewhere, here, elsewhere].map(async (server) => {
        outcomes.push(...(await flushAll(server)));
      }),
      ...[here, elsewhere].map((server) => renewAll(server)),
      ...customers
        .slice(0, round * ENDING)
        .map((customer, index) => assignPlan(here, staff, customer, plans[(round + index) % 2]!)),
      ...customers.slice(-4).map((customer) => grantCredit(here, staff, customer, 3)),
    ];
    await Promise.all(work);
  }
  const expected = ['inserted', 'not_running', 'refused'];
  expect(outcomes.filter((outcome) => !expected.includes(outcome))).toEqual([]);
  expect(outcomes.filter((outcome) => outcome === 'inserted').length).toBeGreaterThan(CUSTOMERS);
  await renewAll(here);
  for (const { business, token } of customers) {
    const verified = await here.get('/v1/usage/recordings/verify', token);
    expect(verified.body).toMatchObject({ equal: true });
    const periods = await readRecordingsByPeriod(here.database, business.id);
    expect(periods.filter(({ outside }) => outside > 0)).toEqual([]);
  }
  expect(await countDeadlocks()).toBe(0);
});

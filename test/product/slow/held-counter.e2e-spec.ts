import type { Client } from 'pg';
import { aRecording, signUp, type Customer } from '../../support/customers';
import { Replicas } from '../../support/replicas';
import { Sender, untilEachSent } from '../../support/sender';
import { createServiceKey } from '../../support/service-keys';
import { addStaff } from '../../support/staff';
import { changeSubscription, insertPlan } from '../../support/subscriptions';
import { TestApplication } from '../../support/test-application';
import { until } from '../../support/until';
import { createOtherProgram, type OtherProgram } from '../../support/usage';
import { sendRecording } from '../support/recordings';

/*
 * Another program leaves a transaction open for 30 s that has counted for some customers. Everybody else is served
 * meanwhile, by the table and by events, over two servers; what the program holds is refused, each time within seconds.
 */

const OPEN_FOR_SECONDS = [10, 20, 30];
const HELD = 6;
const FREE = 4;
const ENOUGH = 20;

let replicas: Replicas;
let program: OtherProgram;
let key: string;
let held: Customer[];
let free: Customer[];
beforeAll(async () => {
  replicas = await Replicas.start({}, {});
  const { database } = replicas;
  await insertPlan(database, 'endless', { recordings: null });
  program = await createOtherProgram(database, null);
  const application = await TestApplication.start({}, database);
  ({ key } = await createServiceKey(application, await addStaff(application)));
  await application.app.close();
  const customers: Customer[] = [];
  for (let count = 0; count < HELD + FREE; count += 1)
    customers.push(await signUp(replicas.at(count)));
  for (const { business } of customers)
    await changeSubscription(database, business.id, { planSlug: 'endless' });
  [held, free] = [customers.slice(0, HELD), customers.slice(HELD)];
});
afterAll(async () => {
  await program.drop();
  await replicas.stop();
});

const sendEvent = async ({ business }: Customer, eventId: string, server: number) =>
  replicas.at(server).post('/v1/usage-events', key, {
    ...{ businessId: business.id, feature: 'recordings', amount: 1, eventId },
  });
const byTable = (customer: Customer) => (externalId: string, server: number) =>
  sendRecording(replicas.at(server), customer, aRecording({ externalId }));
const byEvent = (customer: Customer) => (eventId: string, server: number) =>
  sendEvent(customer, eventId, server);

/** One by each way; they begin with different servers. */
const sendersOf = (customer: Customer, number: number): Sender[] => [
  new Sender(number, byTable(customer)),
  new Sender(number + 1, byEvent(customer)),
];

async function openTransaction(client: Client): Promise<void> {
  await client.query('BEGIN');
  for (const id of held.map(({ business }) => business.id).sort())
    await client.query(`SELECT tenantry.consume($1, 'recordings')`, [id]);
}

async function untilOpenFor(seconds: number, client: Client): Promise<void> {
  await until(`it is open for ${seconds} s`, async () => {
    const { rows } = await client.query<{ isOpen: boolean }>(
      'SELECT clock_timestamp() - now() > $1 * interval \'1 second\' AS "isOpen"',
      [seconds],
    );
    return rows[0]!.isOpen;
  });
}

it('an open transaction of another program holds up those that it has counted for, and no others', async () => {
  const client = await program.connect();
  await openTransaction(client);
  const [waiting, served] = [held.flatMap(sendersOf), free.flatMap(sendersOf)];
  for (const seconds of OPEN_FOR_SECONDS) {
    await untilEachSent(served, ENOUGH);
    await untilOpenFor(seconds, client);
  }
  expect(served.flatMap(({ uncertain }) => uncertain)).toEqual([]);
  expect(waiting.flatMap(({ acknowledged }) => acknowledged)).toEqual([]);
  await client.query('ROLLBACK');
  await untilEachSent(waiting, 1);
  await Promise.all([...waiting, ...served].map((sender) => sender.stop()));
  for (const { token } of [...held, ...free]) {
    const verified = await replicas.at(0).get('/v1/usage/recordings/verify', token);
    expect(verified.body).toMatchObject({ equal: true });
  }
});

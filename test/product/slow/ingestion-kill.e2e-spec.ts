import { aRecording, signUp, type Customer } from '../../support/customers';
import { expectExact, Sender, untilEachSent } from '../../support/sender';
import { sendRecording } from '../support/recordings';
import { Replicas } from '../../support/replicas';
import { ServerProcess } from '../../support/server-process';
import { changeSubscription, insertPlan, readCount } from '../../support/subscriptions';

/*
 * Two server processes take recordings while one of them is killed -9 and started again, and while clients hang up in
 * the middle. What was acknowledged is there, nothing is there twice, and counters equal their rows.
 */

const CUSTOMERS = 2;
const SENDERS_A_CUSTOMER = 6;
const ENOUGH = 10;

let replicas: Replicas;
let customers: Customer[];
beforeAll(async () => {
  replicas = await Replicas.start({}, {});
  await insertPlan(replicas.database, 'endless', { recordings: null });
  customers = await Promise.all(Array.from({ length: CUSTOMERS }, () => signUp(replicas.at(1))));
  for (const { business } of customers)
    await changeSubscription(replicas.database, business.id, { planSlug: 'endless' });
});
afterAll(() => replicas.stop());

function senderOf(customer: Customer, number: number): Sender {
  const send = (externalId: string, server: number) =>
    sendRecording(replicas.at(server), customer, aRecording({ externalId }));
  const hangUp = (externalId: string) => hangUpOn(customer, aRecording({ externalId }));
  return new Sender(number, send, number % 2 === 0 ? hangUp : undefined);
}

/** Sends it, and does not wait for the answer. */
async function hangUpOn({ key }: Customer, recording: object): Promise<void> {
  const sending = fetch(`${replicas.at(1).url}/v1/recordings`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(recording),
    signal: AbortSignal.timeout(1),
  });
  await sending.then((answer) => answer.text()).catch(() => undefined);
}

async function readExternalIds({ business }: Customer): Promise<string[]> {
  const rows = await replicas.database.query<{ external_id: string }>(
    'SELECT external_id FROM recordings WHERE business_id = $1',
    [business.id],
  );
  return rows.map(({ external_id }) => external_id);
}

it('kill -9 under load: nothing is lost, nothing is twice, counters equal their rows', async () => {
  const senders = customers.map((customer) =>
    Array.from({ length: SENDERS_A_CUSTOMER }, (_, number) => senderOf(customer, number)),
  );
  await untilEachSent(senders.flat(), ENOUGH);
  await replicas.servers[0]!.stop('SIGKILL');
  await untilEachSent(senders.flat(), ENOUGH);
  replicas.servers[0] = await ServerProcess.start({ DATABASE_URL: replicas.database.url });
  await untilEachSent(senders.flat(), ENOUGH);
  await Promise.all(senders.flat().map((sender) => sender.stop()));

  for (const [index, customer] of customers.entries()) {
    const stored = await readExternalIds(customer);
    expectExact(senders[index]!, stored);
    const count = { counter: stored.length, rows: stored.length };
    expect(await readCount(replicas.database, customer.business.id)).toEqual(count);
    const verified = await replicas.at(1).get('/v1/usage/recordings/verify', customer.token);
    expect(verified.body).toEqual({ ...count, equal: true });
  }
});

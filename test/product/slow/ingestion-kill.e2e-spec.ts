import type { Response } from 'supertest';
import { aRecording, signUp, type Customer } from '../../support/customers';
import { sendRecording } from '../support/recordings';
import { Replicas } from '../../support/replicas';
import { ServerProcess } from '../../support/server-process';
import { changeSubscription, insertPlan, readCount } from '../../support/subscriptions';
import { until } from '../../support/until';

/*
 * Two server processes take recordings while one of them is killed -9 and started again, and while clients hang up in
 * the middle. What was acknowledged is there, nothing is there twice, and counters equal their rows.
 */

const CUSTOMERS = 2;
const LANES_A_CUSTOMER = 6;
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

/** A client that sends one recording after the other, each once more where no answer came, from the other server. */
class Client {
  readonly acknowledged: string[] = [];
  /** Sent, and never answered. */
  readonly uncertain: string[] = [];
  readonly unexpected: string[] = [];
  private isStopped = false;
  private readonly running: Promise<void>;

  constructor(
    private readonly number: number,
    private readonly customer: Customer,
    private readonly hangsUp: boolean,
  ) {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    for (let count = 0; !this.isStopped; count += 1) {
      const recording = aRecording();
      if (this.hangsUp && count % 3 === 0) await this.hangUp(recording);
      await this.send(recording, count);
    }
  }

  private async send(recording: Record<string, unknown>, count: number): Promise<void> {
    const first = await this.attempt(recording, this.number + count);
    const answer = first ?? (await this.attempt(recording, this.number + count + 1));
    const externalId = String(recording.externalId);
    if (!answer) this.uncertain.push(externalId);
    else if (answer.status === 201 || answer.status === 200) this.acknowledged.push(externalId);
    else this.unexpected.push(`${answer.status} ${answer.text}`);
  }

  /** @returns null without an answer, and where the server is too busy: 503 */
  private async attempt(recording: object, server: number): Promise<Response | null> {
    const answer = await sendRecording(replicas.at(server), this.customer, recording).catch(
      () => null,
    );
    return answer?.status === 503 ? null : answer;
  }

  /** Sends it, and does not wait for the answer. */
  private async hangUp(recording: object): Promise<void> {
    const { url } = replicas.at(1);
    const sending = fetch(`${url}/v1/recordings`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.customer.key}`, 'content-type': 'application/json' },
      body: JSON.stringify(recording),
      signal: AbortSignal.timeout(1),
    });
    await sending.then((answer) => answer.text()).catch(() => undefined);
  }
}

async function untilAllHaveStored(clients: Client[], more: number): Promise<void> {
  const before = clients.map(({ acknowledged }) => acknowledged.length);
  await until(`each has stored ${more} more`, () =>
    clients.every(({ acknowledged }, index) => acknowledged.length >= before[index]! + more),
  );
}

async function readExternalIds({ business }: Customer): Promise<string[]> {
  const rows = await replicas.database.query<{ external_id: string }>(
    'SELECT external_id FROM recordings WHERE business_id = $1',
    [business.id],
  );
  return rows.map(({ external_id }) => external_id);
}

it('kill -9 under load: nothing is lost, nothing is twice, counters equal their rows', async () => {
  const lanes = customers.map((customer) =>
    Array.from(
      { length: LANES_A_CUSTOMER },
      (_, number) => new Client(number, customer, number % 2 === 0),
    ),
  );
  await untilAllHaveStored(lanes.flat(), ENOUGH);
  await replicas.servers[0]!.stop('SIGKILL');
  await untilAllHaveStored(lanes.flat(), ENOUGH);
  replicas.servers[0] = await ServerProcess.start({ DATABASE_URL: replicas.database.url });
  await untilAllHaveStored(lanes.flat(), ENOUGH);
  await Promise.all(lanes.flat().map((client) => client.stop()));

  for (const [index, customer] of customers.entries()) {
    const clients = lanes[index]!;
    expect(clients.flatMap(({ unexpected }) => unexpected)).toEqual([]);
    const acknowledged = clients.flatMap((client) => client.acknowledged);
    const uncertain = new Set(clients.flatMap((client) => client.uncertain));
    const stored = await readExternalIds(customer);
    const known = new Set(stored);
    expect(acknowledged.filter((externalId) => !known.has(externalId))).toEqual([]);
    expect(known.size).toBe(stored.length);
    const certain = stored.filter((externalId) => !uncertain.has(externalId));
    expect(certain.sort()).toEqual(acknowledged.sort());
    const count = { counter: stored.length, rows: stored.length };
    expect(await readCount(replicas.database, customer.business.id)).toEqual(count);
    const verified = await replicas.at(1).get('/v1/usage/recordings/verify', customer.token);
    expect(verified.body).toEqual({ ...count, equal: true });
  }
});

import { Client } from 'pg';
import { newId } from '../../src/common/ids';
import { signUp } from './customers';
import { ServerProcess } from './server-process';
import type { TestDatabase } from './test-database';
import { until } from './until';
import {
  createEndpoint,
  makeDeliveriesDue,
  verify,
  WebhookReceiver,
  type ReceivedWebhook,
} from './webhook-receiver';

export const ALLOWED = { WEBHOOK_ALLOWED_NETWORKS: '127.0.0.1' };
const WORKER = { ...ALLOWED, ROLES: 'web,worker' };

/** The ordered endpoint gets events of this type, and the other one all. */
const ORDERED_TYPE = 'member.joined';

/** Of every three requests or so, one fails: the same in each run. */
function failsThirtyPercent(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648 < 0.3 ? 500 : 200;
  };
}

/** Of 100,000 events, one would fail so often by chance, and be given up. */
const MOST_FAILURES = 8;

/** An endpoint that fails 30 % and checks each signature. */
class FailingEndpoint {
  readonly taken = new Set<string>();
  readonly unsigned: unknown[] = [];
  private readonly failures = new Map<string, number>();
  private secret = '';

  private constructor(readonly receiver: WebhookReceiver) {}

  static async start(
    web: ServerProcess,
    token: string,
    { seed, ...body }: { seed: number; types?: string[]; ordered?: boolean },
  ): Promise<FailingEndpoint> {
    const receiver = await WebhookReceiver.start();
    const endpoint = new FailingEndpoint(receiver);
    const next = failsThirtyPercent(seed);
    receiver.answer = (received) => endpoint.take(received, next());
    const { secret } = await createEndpoint(web, token, { url: receiver.url, ...body });
    endpoint.secret = secret;
    return endpoint;
  }

  private take(received: Omit<ReceivedWebhook, 'status'>, drawn: number): number {
    try {
      verify(received, this.secret);
    } catch (error) {
      this.unsigned.push(error);
    }
    const failures = this.failures.get(received.id) ?? 0;
    const status = failures < MOST_FAILURES ? drawn : 200;
    if (status === 200) this.taken.add(received.id);
    else this.failures.set(received.id, failures + 1);
    return status;
  }
}

/** Every `step`-th is of the ordered type. */
async function appendEvents(
  url: string,
  businessId: string,
  { events, step }: { events: number; step: number },
): Promise<void> {
  const client = new Client({ connectionString: url, options: '-c app.scope=platform' });
  await client.connect();
  for (let done = 0; done < events; done += 1_000) {
    const size = Math.min(1_000, events - done);
    const types = Array.from({ length: size }, (_, index) =>
      (done + index) % step === 0 ? ORDERED_TYPE : 'business.updated',
    );
    await client.query(
      `SELECT count(*) FROM append_events(array_fill($1::uuid, ARRAY[$2::integer]), $3::uuid[],
         $4::text[], now(), array_fill('{}'::jsonb, ARRAY[$2::integer]), array_fill(NULL::uuid, ARRAY[$2::integer]),
         array_fill(true, ARRAY[$2::integer]))`,
      [businessId, size, types.map(() => newId()), types],
    );
  }
  await client.end();
}

/** A server that does no jobs, allowed to call this machine, and its database. */
interface Installation {
  web: ServerProcess;
  database: TestDatabase & { url: string };
}

interface Play {
  events: number;
  /** How many of them the ordered endpoint gets, one after the other. */
  ordered: number;
  kills: number;
}

/**
 * Two endpoints that fail 30 % at random, one of them ordered, and a worker that is killed -9 again and again.
 * @returns how many tries the endpoints have seen
 * @throws where an event is not delivered, has two ids, or comes before an earlier one to the ordered endpoint
 */
export async function playWebhookFaults(
  { web, database }: Installation,
  { events, ordered: inOrder, kills }: Play,
): Promise<number> {
  const { token, business } = await signUp(web);
  const any = await FailingEndpoint.start(web, token, { seed: 1 });
  const ordered = await FailingEndpoint.start(web, token, {
    ...{ seed: 2, types: [ORDERED_TYPE], ordered: true },
  });
  await appendEvents(database.url, business.id, { events, step: events / inOrder });
  const worker = { DATABASE_URL: database.url, ...WORKER };
  let server = await ServerProcess.start(worker);
  try {
    await web.send('patch', '/v1/business', token).send({ name: 'Wakes the dispatcher' });
    const all = events + 1 + inOrder;
    const taken = () => any.taken.size + ordered.taken.size;
    for (let kill = 1; kill <= kills; kill += 1) {
      await untilTaken(database, () => taken() >= Math.floor((all * kill) / (kills + 1)));
      await server.stop('SIGKILL');
      server = await ServerProcess.start(worker);
    }
    await untilTaken(database, () => taken() === all);
    expectOneIdEach([any, ordered]);
    expectInOrder(ordered.receiver);
    expect([...any.unsigned, ...ordered.unsigned]).toEqual([]);
    return any.receiver.received.length + ordered.receiver.received.length;
  } finally {
    await server.stop();
    await Promise.all([any, ordered].map(({ receiver }) => receiver.stop()));
  }
}

/** Waits as long as something comes: `until` gives up after 30 seconds, and a dead worker's jobs take as long. */
async function untilTaken(database: TestDatabase, isDone: () => boolean): Promise<void> {
  for (let patience = 0; patience < 20 && !isDone(); patience += 1)
    await until('the next part is delivered', async () => {
      await makeDeliveriesDue(database);
      return isDone();
    }).catch((error: Error) => {
      if (patience === 19) throw error;
    });
}

function expectOneIdEach(endpoints: readonly FailingEndpoint[]): void {
  for (const { receiver } of endpoints) {
    const { received } = receiver;
    const ids = new Map(received.map(({ id, event }) => [event.sequence, id]));
    expect(new Set(ids.values()).size).toBe(ids.size);
    expect(received.filter(({ id, event }) => ids.get(event.sequence) !== id)).toEqual([]);
  }
}

/** What was sent and not recorded before a kill comes again, before anything that follows it. */
function expectInOrder({ received }: WebhookReceiver): void {
  const sequences = received.map(({ event }) => event.sequence);
  const backwards = sequences.filter((sequence, index) => sequence < (sequences[index - 1] ?? 0));
  expect(backwards).toEqual([]);
  const tooEarly = received.filter(
    ({ event, status }, index) =>
      status !== 200 && (received[index + 1]?.event.sequence ?? event.sequence) !== event.sequence,
  );
  expect(tooEarly).toEqual([]); // after a failure the same event comes again
}

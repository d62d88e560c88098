import { Client } from 'pg';
import { newId } from '../../src/common/ids';
import { signUp } from './customers';
import { ServerProcess } from './server-process';
import type { TestDatabase } from './test-database';
import { until } from './until';
import { createEndpoint, makeDeliveriesDue, verify, WebhookReceiver } from './webhook-receiver';

export const ALLOWED = { WEBHOOK_ALLOWED_NETWORKS: '127.0.0.1' };
const WORKER = { ...ALLOWED, ROLES: 'web,worker' };

/** Of every three requests or so, one fails: the same in each run. */
function failsThirtyPercent(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648 < 0.3 ? 500 : 200;
  };
}

async function appendEvents(url: string, businessId: string, count: number): Promise<void> {
  const client = new Client({ connectionString: url, options: '-c app.scope=platform' });
  await client.connect();
  for (let done = 0; done < count; done += 1_000) {
    const size = Math.min(1_000, count - done);
    await client.query(
      `SELECT count(*) FROM append_events(array_fill($1::uuid, ARRAY[$2::integer]), $3::uuid[],
         array_fill('business.updated'::text, ARRAY[$2::integer]), now(),
         array_fill('{"changed": ["name"]}'::jsonb, ARRAY[$2::integer]))`,
      [businessId, size, Array.from({ length: size }, () => newId())],
    );
  }
  await client.end();
}

/** A server that does no jobs, allowed to call this machine, and its database. */
interface Installation {
  web: ServerProcess;
  database: TestDatabase & { url: string };
}

/**
 * Two endpoints that fail 30 % at random, one of them ordered, and a worker that is killed -9 again and again.
 * @returns how many tries the endpoints have seen
 * @throws where an event is not delivered, has two ids, or comes before an earlier one to the ordered endpoint
 */
export async function playWebhookFaults(
  { web, database }: Installation,
  { events, kills }: { events: number; kills: number },
): Promise<number> {
  const receivers = [await WebhookReceiver.start(), await WebhookReceiver.start()] as const;
  const [any, ordered] = receivers;
  for (const [index, receiver] of receivers.entries())
    receiver.answer = failsThirtyPercent(index + 1);
  const { token, business } = await signUp(web);
  const { secret } = await createEndpoint(web, token, { url: any.url });
  await createEndpoint(web, token, { url: ordered.url, ordered: true });
  await appendEvents(database.url, business.id, events);
  const worker = { DATABASE_URL: database.url, ...WORKER };
  let server = await ServerProcess.start(worker);
  await web.send('patch', '/v1/business', token).send({ name: 'Wakes the dispatcher' }).expect(200);
  const all = events + 1;
  const taken = ({ received }: WebhookReceiver) =>
    new Set(received.filter(({ status }) => status === 200).map(({ id }) => id)).size;
  for (let kill = 1; kill <= kills; kill += 1) {
    const enough = Math.floor((all * kill) / (kills + 1));
    await untilBoth(database, () => taken(ordered) >= enough);
    await server.stop('SIGKILL');
    server = await ServerProcess.start(worker);
  }
  await untilBoth(database, () => taken(any) === all && taken(ordered) === all);
  expectOneIdEach(receivers);
  expectInOrder(ordered);
  verify(any.received[0]!, secret);
  await server.stop();
  await Promise.all(receivers.map((receiver) => receiver.stop()));
  return any.received.length + ordered.received.length;
}

/** Waits as long as something comes: `until` gives up after 30 seconds, and a dead worker's jobs take as long. */
async function untilBoth(database: TestDatabase, isDone: () => boolean): Promise<void> {
  for (let patience = 0; patience < 20 && !isDone(); patience += 1)
    await until('the next part is delivered', async () => {
      await makeDeliveriesDue(database);
      return isDone();
    }).catch((error: Error) => {
      if (patience === 19) throw error;
    });
}

function expectOneIdEach(receivers: readonly WebhookReceiver[]): void {
  for (const { received } of receivers) {
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

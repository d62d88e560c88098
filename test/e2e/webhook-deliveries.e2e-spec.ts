import { Webhook } from 'standardwebhooks';
import type { WebhookDeliveryResponse } from '../../src/modules/webhooks/dto/webhook-delivery';
import type { WebhookEndpointResponse } from '../../src/modules/webhooks/dto/webhook-endpoint';
import { PAUSES_SECONDS } from '../../src/modules/webhooks/delivery';
import { signUp, type Customer } from '../support/customers';
import { MailServer } from '../support/mail-server';
import { addMember } from '../support/members';
import { expectProblem } from '../support/problems';
import { scrape } from '../support/scrape';
import { addStaff } from '../support/staff';
import { TestApplication } from '../support/test-application';
import { until } from '../support/until';
import {
  createEndpoint,
  finishWebhooks,
  listDeliveries,
  makeDeliveriesDue,
  verify,
  WebhookReceiver,
} from '../support/webhook-receiver';

const LONG_AGO = '2020-01-01T00:00:00.000Z';
const FAILING = `SELECT FROM webhook_endpoint_states WHERE endpoint_id = $1 AND first_failure_at IS NOT NULL`;

let server: TestApplication;
let mails: MailServer;
let receiver: WebhookReceiver;
let customer: Customer;
beforeAll(async () => {
  mails = await MailServer.start();
  server = await TestApplication.start({
    roles: ['worker'],
    smtpUrl: mails.url,
    webhookAllowedNetworks: ['127.0.0.1'],
  });
});
beforeEach(async () => {
  receiver = await WebhookReceiver.start();
  customer = await signUp(server);
});
afterEach(async () => {
  await deleteEndpoints();
  await receiver.stop();
});
afterAll(async () => {
  await server.stop();
  await mails.close();
});

/** A job that sends has the endpoint's rows in another order; the server repeats what ends in a deadlock, too. */
async function deleteEndpoints(): Promise<void> {
  const sql = 'DELETE FROM webhook_endpoints';
  await server.database.query(sql).catch((error: { code?: string }) => {
    if (error.code !== '40P01') throw error;
    return deleteEndpoints();
  });
}

const path = (id: string, rest: string) => `/v1/webhook-endpoints/${id}/${rest}`;
const endpoint = (body: object = {}, token = customer.token) =>
  createEndpoint(server, token, { url: receiver.url, ...body });

async function rename(name = 'Renamed'): Promise<void> {
  await server.patch('/v1/business', customer.token, { name }).expect(200);
}

async function get(id: string): Promise<WebhookEndpointResponse> {
  return (await server.get(`/v1/webhook-endpoints/${id}`, customer.token))
    .body as WebhookEndpointResponse;
}

describe('a webhook', () => {
  it('has the event of the log, signed by the specification', async () => {
    const { id, secret } = await endpoint();
    await rename();
    await finishWebhooks(server.database);
    const [received] = receiver.received;
    const log = await server.get('/v1/events?limit=1', customer.token);
    const [event] = (log.body as { data: { id: string; createdAt: string }[] }).data;
    const { createdAt, id: eventId, ...rest } = event!;
    const sent = { ...rest, businessId: customer.business.id, timestamp: createdAt };
    expect(received!.event).toEqual(sent);
    expect(verify(received!, secret)).toEqual(sent);
    expect(received!.headers).toMatchObject({
      'webhook-id': eventId,
      'content-type': 'application/json',
    });
    const [delivery] = await listDeliveries(server, customer.token, id);
    expect(delivery).toMatchObject({
      ...{ eventId, type: 'business.updated', status: 'delivered', tries: 1, nextTryAt: null },
      lastTry: { status: 200, error: null, text: null }, // from an allowed network: its text is not kept
    });
  });

  it('is signed with both secrets for a day after a rotation', async () => {
    const { id, secret } = await endpoint();
    const rotated = await server.post(path(id, 'rotate-secret'), customer.token);
    const { secret: newSecret } = rotated.body as { secret: string };
    await rename();
    await finishWebhooks(server.database);
    for (const each of [secret, newSecret]) verify(receiver.received[0]!, each);
    await server.database.query(
      `UPDATE webhook_endpoints SET previous_secret_ends_at = '2020-01-01' WHERE id = $1`,
      [id],
    );
    await rename('Again');
    await finishWebhooks(server.database);
    verify(receiver.received[1]!, newSecret);
    expect(() => verify(receiver.received[1]!, secret)).toThrow('No matching signature');
  });

  it('as a test has a type of its own', async () => {
    const { id, secret } = await endpoint({ types: ['member.joined'] });
    const answer = await server.post(path(id, 'test'), customer.token);
    expect(answer.status).toBe(202);
    await finishWebhooks(server.database);
    expect(receiver.received[0]!.event).toMatchObject({
      type: 'webhook_endpoint.test',
      data: { webhookEndpointId: id },
    });
    verify(receiver.received[0]!, secret);
  });

  it('comes of the types named only, and from the making of the endpoint on', async () => {
    await rename();
    await endpoint({ types: ['api_key.created'] });
    await rename('Again');
    await server.post('/v1/api-keys', customer.token, { name: 'One' }).expect(201);
    await finishWebhooks(server.database);
    await until('it has come', () => receiver.received.length > 0);
    expect(receiver.events().map(({ type }) => type)).toEqual(['api_key.created']);
  });

  it('covers what its maker may read now, and after the maker has left the last role', async () => {
    const admin = await addMember(server, customer, 'admin');
    await endpoint({}, admin.token);
    await server
      .patch(`/v1/team-members/${admin.id}`, customer.token, { role: 'viewer' })
      .expect(200);
    await server.post('/v1/api-keys', customer.token, { name: 'Hidden from viewers' }).expect(201);
    await rename();
    await finishWebhooks(server.database);
    expect(receiver.events('api_key.created')).toEqual([]);
    expect(receiver.events('business.updated')).toHaveLength(1);
    await server.delete(`/v1/team-members/${admin.id}`, customer.token).expect(204);
    await server.post('/v1/api-keys', customer.token, { name: 'Hidden still' }).expect(201);
    await finishWebhooks(server.database);
    expect(receiver.events('api_key.created')).toEqual([]);
    const another = await addMember(server, customer, 'admin');
    await endpoint({}, another.token);
    await server.delete(`/v1/team-members/${another.id}`, customer.token).expect(204);
    await server.post('/v1/api-keys', customer.token, { name: 'Shown' }).expect(201);
    await finishWebhooks(server.database);
    expect(receiver.events('api_key.created')).toHaveLength(1);
  });

  it('reaches the endpoint of the installation from all businesses', async () => {
    const staff = await addStaff(server);
    const other = await signUp(server);
    const made = await server.post('/v1/staff/webhook-endpoints', staff.token, {
      url: receiver.url,
    });
    const { id, secret } = made.body as { id: string; secret: string };
    await rename();
    await server.patch('/v1/business', other.token, { name: 'Other' }).expect(200);
    await finishWebhooks(server.database);
    const ids = receiver.events('business.updated').map(({ businessId }) => businessId);
    expect(ids.sort()).toEqual([customer.business.id, other.business.id].sort());
    for (const received of receiver.received) verify(received, secret);
    receiver.received.length = 0;
    await server
      .post(`/v1/staff/webhook-endpoints/${id}/replay`, staff.token, { since: LONG_AGO })
      .expect(202);
    await finishWebhooks(server.database);
    expect(receiver.events('business.updated').length).toBeGreaterThan(1);
    expect(new Set(receiver.events().map(({ businessId }) => businessId)).size).toBeGreaterThan(1);
    await server.delete(`/v1/staff/webhook-endpoints/${id}`, staff.token).expect(204);
  });
});

describe('a webhook that fails', () => {
  it('is tried again with the same id, until it is given up after three days', async () => {
    receiver.answer = () => 503;
    const { id } = await endpoint();
    await rename();
    const tries = PAUSES_SECONDS.length + 1;
    for (let count = 1; count <= tries; count += 1) {
      await until(`try ${count}`, () => receiver.received.length === count);
      await until('it is recorded', async () => {
        const [delivery] = await listDeliveries(server, customer.token, id);
        return delivery?.tries === count;
      });
      if (count < tries) await makeDeliveriesDue(server.database);
    }
    expect(new Set(receiver.received.map((received) => received.id)).size).toBe(1);
    const [delivery] = await listDeliveries(server, customer.token, id);
    expect(delivery).toMatchObject({
      status: 'failed',
      tries,
      nextTryAt: null,
      lastTry: { status: 503 },
    });
    expect(PAUSES_SECONDS.reduce((sum, pause) => sum + pause) / 3_600).toBeCloseTo(71.6, 1);
    receiver.answer = () => 200;
    const again = await server.post(
      `/v1/webhook-deliveries/${delivery!.id}/redeliver`,
      customer.token,
    );
    expect([again.status, (again.body as WebhookDeliveryResponse).status]).toEqual([
      202,
      'pending',
    ]);
    await finishWebhooks(server.database);
    expect(receiver.received.at(-1)!.id).toBe(receiver.received[0]!.id);
  });

  it('by a redirect is not sent elsewhere', async () => {
    receiver.answer = () => 307;
    const { id } = await endpoint();
    await rename();
    await until('it is tried', async () => {
      const [delivery] = await listDeliveries(server, customer.token, id);
      return delivery?.lastTry?.status === 307;
    });
    expect(receiver.received).toHaveLength(1);
  });

  it('with 410 disables the endpoint, in the log and by a mail to the owners', async () => {
    receiver.answer = () => 410;
    const { id } = await endpoint();
    await rename();
    await until('it is disabled', async () => (await get(id)).status === 'disabled');
    expect((await get(id)).disabledReason).toBe('gone');
    const log = await server.get('/v1/events?type=webhook_endpoint.disabled', customer.token);
    expect((log.body as { data: unknown[] }).data).toMatchObject([
      { data: { webhookEndpointId: id, reason: 'gone' } },
    ]);
    await until('the mail has come', () =>
      mails.mails.some(
        ({ recipients, subject }) =>
          recipients.includes(customer.email) && /webhook/.test(subject ?? ''),
      ),
    );
    await rename('Unseen');
    receiver.answer = () => 200;
    await server.post(path(id, 'enable'), customer.token).expect(200);
    await rename('Seen');
    await finishWebhooks(server.database);
    expect(receiver.received.map(({ event }) => event.data)).toHaveLength(2);
  });

  it('for five days disables the endpoint; one success begins anew', async () => {
    receiver.answer = () => 500;
    const { id } = await endpoint();
    const { database } = server;
    const failsOnce = async (name: string) => {
      const before = receiver.received.length;
      await rename(name);
      await until('it has failed', () => receiver.received.length > before);
      await until('that is written', async () => (await database.query(FAILING, [id])).length > 0);
    };
    const failedDaysBefore = (days: number) =>
      database.query(
        `UPDATE webhook_endpoint_states SET first_failure_at = first_failure_at - $1::integer * interval '1 day'`,
        [days],
      );
    await failsOnce('One');
    await failedDaysBefore(6);
    receiver.answer = () => 200;
    await rename('Two');
    await makeDeliveriesDue(server.database);
    await finishWebhooks(server.database);
    receiver.answer = () => 500;
    await failsOnce('Three');
    await failedDaysBefore(4);
    await failsOnce('Four');
    await until('both are recorded', async () => {
      const deliveries = await listDeliveries(server, customer.token, id);
      return deliveries.filter(({ tries }) => tries > 0).length === 4;
    });
    expect((await get(id)).status).toBe('enabled');
    await failedDaysBefore(1);
    await rename('Five');
    await until('it is disabled', async () => (await get(id)).status === 'disabled');
    expect((await get(id)).disabledReason).toBe('failing');
  });

  it('to an address that is not public makes no connection', async () => {
    const { id } = await endpoint();
    const inside = receiver.url.replace('127.0.0.1', 'localhost');
    await server.database.query('UPDATE webhook_endpoints SET url = $2 WHERE id = $1', [
      id,
      inside.replace('localhost', '127.0.0.2'),
    ]);
    await rename();
    await until('it is tried', async () => {
      const [delivery] = await listDeliveries(server, customer.token, id);
      return delivery?.lastTry !== null && delivery?.lastTry !== undefined;
    });
    const [delivery] = await listDeliveries(server, customer.token, id);
    expect(delivery!.lastTry!.error).toContain('not public');
    expect(receiver.received).toEqual([]);
  });
});

describe('an ordered endpoint', () => {
  it('gets an event after the one before it only', async () => {
    let failures = 3;
    receiver.answer = ({ event }) => (event.sequence % 2 === 0 && failures-- > 0 ? 500 : 200);
    await endpoint({ ordered: true });
    for (const name of ['A', 'B', 'C', 'D', 'E']) await rename(name);
    await until('all are delivered', async () => {
      await makeDeliveriesDue(server.database);
      return receiver.received.filter(({ status }) => status === 200).length === 5;
    });
    const taken = receiver.received.filter(({ status }) => status === 200);
    const sequences = taken.map(({ event }) => event.sequence);
    expect(sequences).toEqual([...sequences].sort((one, other) => one - other));
    expect(receiver.received.length).toBe(8);
  });
});

describe('a replay', () => {
  it('sends what the log has again, with the same ids, one at a time', async () => {
    const { id } = await endpoint();
    await rename('One');
    await rename('Two');
    await finishWebhooks(server.database);
    const ids = receiver.received.map((received) => received.id);
    receiver.received.length = 0;
    receiver.answer = () => null;
    const replay = () => server.post(path(id, 'replay'), customer.token, { since: LONG_AGO });
    await replay().expect(202);
    expectProblem(await replay(), 409, 'webhook_replay_running');
    await until('it has begun', () => receiver.received.length > 0);
    receiver.answer = () => 200;
    receiver.letGo();
    await finishWebhooks(server.database);
    expect(receiver.received.map((received) => received.id)).toEqual(expect.arrayContaining(ids));
    await replay().expect(202);
    await finishWebhooks(server.database);
  });
});

describe('an endpoint that never answers', () => {
  it('holds up no other business, and no connection of the database', async () => {
    receiver.answer = ({ event }) => (event.businessId === customer.business.id ? null : 200);
    for (let count = 0; count < 20; count += 1) await endpoint();
    await rename();
    await until('they hang', () => receiver.received.length >= 8);
    const other = await signUp(server);
    const quick = await WebhookReceiver.start();
    await createEndpoint(server, other.token, { url: quick.url });
    // It was served before, so it is in the lane of the quick ones.
    await server.database.query(
      'UPDATE webhook_endpoint_states SET is_slow = false WHERE business_id = $1',
      [other.business.id],
    );
    await server.patch('/v1/business', other.token, { name: 'Other' }).expect(200);
    await server
      .post('/v1/invitations', other.token, { email: 'guest@example.com', role: 'viewer' })
      .expect(201);
    await until('its webhook has come', () => quick.events('business.updated').length === 1);
    await until('its mail has come', () =>
      mails.mails.some(({ recipients }) => recipients.includes('guest@example.com')),
    );
    const [held] = await server.database.query<{ count: number }>(
      `SELECT count(*)::integer FROM pg_stat_activity
       WHERE datname = current_database() AND state LIKE 'idle in transaction%'
         AND state_change < now() - interval '1 second'`,
    );
    expect(held!.count).toBe(0);
    expect(receiver.received.every(({ status }) => status === 0)).toBe(true); // nothing of it has ended meanwhile
    await quick.stop();
  });
});

describe('figures', () => {
  it('count tries by outcome', async () => {
    const delivered = async () =>
      (await scrape(server)).valueOf('webhook_deliveries_total{outcome="delivered"}')!;
    const before = await delivered();
    await endpoint();
    await rename();
    await finishWebhooks(server.database);
    await until('it is counted', async () => (await delivered()) > before);
  });
});

it('the specification signs as its own example says', () => {
  const webhook = new Webhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
  const at = new Date(1_614_265_330_000);
  expect(webhook.sign('msg_p5jXN8AQM9LWM0D4loKWxJek', at, '{"test": 2432232314}')).toBe(
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  );
});

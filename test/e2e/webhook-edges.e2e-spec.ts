import type { WebhookEndpointResponse } from '../../src/modules/webhooks/dto/webhook-endpoint';
import { signUp, type Customer } from '../support/customers';
import { logIn } from '../support/members';
import { expectFaults } from '../support/problems';
import { TestApplication } from '../support/test-application';
import { until } from '../support/until';
import {
  createEndpoint,
  finishWebhooks,
  listDeliveries,
  WebhookReceiver,
} from '../support/webhook-receiver';

/* What endpoints show, and what they get when things are sent again or people leave. */

const LONG_AGO = '2020-01-01T00:00:00.000Z';

let server: TestApplication;
let receiver: WebhookReceiver;
let customer: Customer;
beforeAll(async () => {
  server = await TestApplication.start({
    roles: ['worker'],
    webhookAllowedNetworks: ['127.0.0.1'],
  });
});
beforeEach(async () => {
  receiver = await WebhookReceiver.start();
  customer = await signUp(server);
});
afterEach(() => receiver.stop());
afterAll(() => server.stop());

const path = (id: string, rest = '') => `/v1/webhook-endpoints/${id}${rest}`;

async function rename(name: string): Promise<void> {
  await server.patch('/v1/business', customer.token, { name }).expect(200);
}

it('an empty change changes nothing', async () => {
  const { secret: _, ...made } = await createEndpoint(server, customer.token, {
    url: receiver.url,
  });
  for (const body of [{}, undefined]) {
    const answer = await server.patch(path(made.id), customer.token, body).expect(200);
    expect(answer.body).toEqual(made);
  }
});

it.each([
  [' http://127.0.0.1:4000/hook ', 'http://127.0.0.1:4000/hook'],
  ['http:\\\\127.0.0.1:4000\\hook', 'http://127.0.0.1:4000/hook'],
  ['http://127.0.0.1:4000/a\nb#part', 'http://127.0.0.1:4000/ab'],
  ['HTTP://@127.1:4000', 'http://127.0.0.1:4000/'],
])('the URL %j is shown as it is called', async (url, called) => {
  const { id } = await createEndpoint(server, customer.token, { url });
  const { body } = (await server.get(path(id), customer.token)) as {
    body: WebhookEndpointResponse;
  };
  expect(body.url).toBe(called);
});

it('a replay to an ordered endpoint comes in the order of the log', async () => {
  await rename('Before the endpoint');
  const { id } = await createEndpoint(server, customer.token, { url: receiver.url, ordered: true });
  await rename('After it');
  await finishWebhooks(server.database);
  receiver.received.length = 0;
  for (const times of [1, 2]) {
    await server.post(path(id, '/replay'), customer.token, { since: LONG_AGO }).expect(202);
    await finishWebhooks(server.database);
    const sequences = receiver.received.map(({ event }) => event.sequence);
    const log = [...sequences].sort((one, other) => one - other);
    expect(sequences.length).toBeGreaterThan(2);
    expect([times, sequences]).toEqual([times, log]);
    receiver.received.length = 0;
  }
});

it('a replay from a moment to come is refused', async () => {
  const { id } = await createEndpoint(server, customer.token, { url: receiver.url });
  const since = '2199-01-01T00:00:00.000Z';
  const answer = await server.post(path(id, '/replay'), customer.token, { since });
  expectFaults(answer, '/since');
});

it('a redirect is not followed, and the delivery says so', async () => {
  receiver.answer = () => 302;
  const { id } = await createEndpoint(server, customer.token, { url: receiver.url });
  await rename('Renamed');
  await until('it was tried', async () => {
    const [delivery] = await listDeliveries(server, customer.token, id);
    return delivery?.lastTry?.error === 'Redirects are not followed.';
  });
  expect(receiver.received).toHaveLength(1);
  await server.delete(path(id), customer.token).expect(204); // what waits would hold up the next test
});

it('to invite an admin or an owner asks for a recent proof', async () => {
  server.clock.moveBy(11 * 60_000);
  const invite = (role: string) =>
    server.post('/v1/invitations', customer.token, { email: `${role}@guests.example`, role });
  for (const role of ['admin', 'owner'])
    expect((await invite(role)).body).toMatchObject({ code: 'reauthentication_required' });
  await invite('member').expect(201);
  const { session } = await logIn(server, customer.email);
  const admin = { email: 'admin@guests.example', role: 'admin' };
  await server.post('/v1/invitations', session.token, admin).expect(201);
});

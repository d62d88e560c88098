import { signUp, type Customer } from '../support/customers';
import { expectStatus, findingOf } from '../support/doctor';
import { scrapeAnew } from '../support/scrape';
import { TestApplication } from '../support/test-application';
import { until } from '../support/until';
import { createEndpoint, finishWebhooks, WebhookReceiver } from '../support/webhook-receiver';

/* How far webhook endpoints are behind the log: the gauge `events_behind`, and what the doctor says of it. */

let server: TestApplication;
let receiver: WebhookReceiver;
let customer: Customer;
beforeAll(async () => {
  server = await TestApplication.start({ webhookAllowedNetworks: ['127.0.0.1'] });
  receiver = await WebhookReceiver.start();
  customer = await signUp(server);
  await createEndpoint(server, customer.token, { url: receiver.url });
});
afterAll(async () => {
  await server.stop();
  await receiver.stop();
});

async function rename(times: number): Promise<void> {
  for (let number = 1; number <= times; number += 1)
    await server.patch('/v1/business', customer.token, { name: `Shop ${number}` }).expect(200);
}

async function behind(): Promise<(number | undefined)[]> {
  const found = await scrapeAnew(server);
  return ['new', 'due', 'delayed'].map((state) => found.valueOf(`events_behind{state="${state}"}`));
}

/** A process that makes deliveries works until this has happened. */
async function workUntil(what: string, isDone: () => Promise<boolean>): Promise<void> {
  const options = { roles: ['worker' as const], webhookAllowedNetworks: ['127.0.0.1'] };
  const worker = await TestApplication.start(options, {
    ...server.database,
    drop: () => Promise.resolve(),
  });
  await until(what, isDone);
  await worker.stop();
}

const find = () => findingOf(server.database, 'events');
const age = (interval: string) =>
  server.database.query('UPDATE events SET created_at = now() - $1::interval', [interval]);

it('counts what has no delivery, what is due and what is tried later', async () => {
  await rename(1);
  await workUntil('the first is delivered', async () => {
    await finishWebhooks(server.database);
    return receiver.received.length === 1;
  });
  expect(await behind()).toEqual([0, 0, 0]);
  expectStatus(await find(), 'ok', /deliveries of all/);
  await rename(3);
  expect(await behind()).toEqual([3, 0, 0]);
  expectStatus(await find(), 'ok', /3 behind/);
  receiver.answer = () => 503;
  await workUntil('all have failed', async () => (await behind())[2] === 3);
  expect(await behind()).toEqual([0, 0, 3]);
  await server.database.query(
    `UPDATE webhook_deliveries SET next_try_at = '2020-01-01' WHERE status = 'pending'`,
  );
  expect(await behind()).toEqual([0, 3, 0]);
});

it('is a warning of the doctor after five minutes and a failure after an hour', async () => {
  await rename(2);
  await age('6 minutes');
  expectStatus(
    await find(),
    'warn',
    /2 behind, the oldest for 36\d s/,
    /worker.*webhooks\.dispatch/,
  );
  await age('61 minutes');
  expectStatus(await find(), 'fail', /2 behind/, /ROLES/);
  await server.database.query(
    `UPDATE webhook_endpoints SET status = 'disabled', disabled_reason = 'by_person'`,
  );
  expectStatus(await find(), 'ok', /deliveries of all/);
  expect((await behind())[0]).toBe(0);
});

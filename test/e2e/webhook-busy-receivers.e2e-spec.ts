import { signUp } from '../support/customers';
import { TestApplication } from '../support/test-application';
import { until } from '../support/until';
import { createEndpoint, listDeliveries, WebhookReceiver } from '../support/webhook-receiver';

/* A receiver that says when to come again. */

let server: TestApplication;
let receiver: WebhookReceiver;
beforeAll(async () => {
  server = await TestApplication.start({
    roles: ['worker'],
    webhookAllowedNetworks: ['127.0.0.1'],
  });
  receiver = await WebhookReceiver.start();
});
afterAll(async () => {
  await server.stop();
  await receiver.stop();
});

it.each([429, 503])('with %i is tried again when it says', async (status) => {
  const { token } = await signUp(server);
  receiver.answer = () => status;
  receiver.headers = { 'retry-after': '1800' };
  const { id } = await createEndpoint(server, token, { url: receiver.url });
  await server.patch('/v1/business', token, { name: 'Renamed' }).expect(200);
  const first = async () => (await listDeliveries(server, token, id))[0];
  await until('it was tried', async () => (await first())?.tries === 1);
  const { nextTryAt, lastTry } = (await first())!;
  expect(Date.parse(nextTryAt!) - Date.parse(lastTry!.at)).toBe(1_800_000);
});

import { text } from 'node:stream/consumers';
import { startCommand } from '../support/command-line';
import { signUp } from '../support/customers';
import { TestApplication } from '../support/test-application';
import { until } from '../support/until';
import { verify, WebhookReceiver } from '../support/webhook-receiver';

/* `npm run cli -- listen`, as a developer calls it. */

it('shows the events of one business as they happen, and sends them on, signed', async () => {
  const server = await TestApplication.start();
  const receiver = await WebhookReceiver.start();
  const { token, business } = await signUp(server);
  const other = await signUp(server);
  const parameters = ['listen', '--business', business.id, '--forward', receiver.url];
  const command = startCommand({ parameters, environment: { DATABASE_URL: server.database.url } });
  let printed = '';
  command.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const said = text(command.stderr);
  await until('it listens', () => printed.includes('secret whsec_'));
  const secret = /secret (\S+)/.exec(printed)![1]!;
  await server.patch('/v1/business', other.token, { name: 'Unheard' }).expect(200);
  await until('it has come', async () => {
    await server.patch('/v1/business', token, { name: `Name ${Math.random()}` }).expect(200);
    return receiver.received.length > 0;
  });
  expect(receiver.received[0]!.event).toMatchObject({
    type: 'business.updated',
    businessId: business.id,
  });
  verify(receiver.received[0]!, secret);
  await until('it is shown', () => /business\.updated .*\n {2}200 from/.test(printed));
  command.kill('SIGINT');
  expect(await said).toContain('Ctrl-C ends it');
  await receiver.stop();
  await server.stop();
});

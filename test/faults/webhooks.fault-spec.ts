import { playWebhookFaults } from '../support/webhook-faults';

it('100,000 webhooks survive endpoints that fail 30 % and a worker that is killed ten times', async () => {
  await playWebhookFaults(100_000, 10);
}, 7_200_000);

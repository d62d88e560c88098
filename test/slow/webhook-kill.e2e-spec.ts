import { playWebhookFaults } from '../support/webhook-faults';

/* Each event is delivered at least once under one id, and in order where asked, whatever fails and is killed. */

it('webhooks survive endpoints that fail 30 % and a worker that is killed twice', async () => {
  await playWebhookFaults(200, 2);
});

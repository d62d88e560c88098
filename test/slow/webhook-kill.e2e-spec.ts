import { playWebhookFaults } from '../support/webhook-faults';

/* Each event is delivered at least once under one id, and in order where asked, whatever fails and is killed. */

const LIMIT_MS = 300_000; // the jobs of a killed worker are released after 10 to 25 seconds

it(
  'webhooks survive endpoints that fail 30 % and a worker that is killed twice',
  async () => {
    await playWebhookFaults(60, 2);
  },
  LIMIT_MS,
);

import { playWebhookFaults } from '../support/webhook-faults';
import { scenario } from './support/scenario';

const LIMIT_MS = 7_200_000;

scenario(
  '100,000 webhooks survive endpoints that fail 30 % and a worker that is killed ten times',
  async ({ note }) => {
    const tries = await playWebhookFaults(100_000, 10);
    note({ deliveries: 200_000, tries });
  },
  LIMIT_MS,
);

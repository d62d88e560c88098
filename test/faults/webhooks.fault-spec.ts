import { ALLOWED, playWebhookFaults } from '../support/webhook-faults';
import { Deployment } from './support/deployment';
import { scenario } from './support/scenario';

const EVENTS = 100_000;
const LIMIT_MS = 7_200_000;

scenario(
  '100,000 webhooks survive endpoints that fail 30 % and a worker that is killed ten times',
  async ({ note }) => {
    const deployment = await Deployment.start({ environment: ALLOWED, customers: 0 });
    const installation = { web: deployment.servers[0]!, database: deployment.cluster };
    const tries = await playWebhookFaults(installation, { events: EVENTS, kills: 10 });
    note({ deliveries: EVENTS * 2, tries });
    await deployment.stop();
  },
  LIMIT_MS,
);

import { ALLOWED, playWebhookFaults } from '../support/webhook-faults';
import { Deployment } from './support/deployment';
import { scenario } from './support/scenario';

const PLAY = { events: 100_000, ordered: 2_000, kills: 10 };
const LIMIT_MS = 7_200_000;

scenario(
  '100,000 webhooks survive endpoints that fail 30 % and a worker that is killed ten times',
  async ({ note }) => {
    const deployment = await Deployment.start({ environment: ALLOWED, customers: 0 });
    const installation = { web: deployment.servers[0]!, database: deployment.cluster };
    try {
      note({ ...PLAY, tries: await playWebhookFaults(installation, PLAY) });
    } finally {
      await deployment.stop();
    }
  },
  LIMIT_MS,
);

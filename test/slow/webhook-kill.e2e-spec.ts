import { Replicas } from '../support/replicas';
import type { ServerProcess } from '../support/server-process';
import { ALLOWED, playWebhookFaults } from '../support/webhook-faults';

/* Each event is delivered at least once under one id, and in order where asked, whatever fails and is killed. */

const LIMIT_MS = 300_000; // the jobs of a killed worker are released after 10 to 25 seconds

it(
  'webhooks survive endpoints that fail 30 % and a worker that is killed twice',
  async () => {
    const replicas = await Replicas.start(ALLOWED);
    const [web] = replicas.servers as [ServerProcess];
    const { database } = replicas;
    await playWebhookFaults({ web, database }, { events: 60, ordered: 20, kills: 2 });
    await replicas.stop();
  },
  LIMIT_MS,
);

import { setTimeout as pause } from 'node:timers/promises';
import { MailServer } from '../support/mail-server';
import { newEmail } from '../support/signups';
import { until } from '../support/until';
import { Deployment } from './support/deployment';
import { HttpClient } from './support/http-client';
import { scenario, since } from './support/scenario';

const AGAIN_LIMIT_MS = 60_000;

describe('a worker', () => {
  let mailServer: MailServer;
  let deployment: Deployment;
  beforeAll(async () => {
    mailServer = await MailServer.start();
    deployment = await Deployment.start({
      environment: { ROLES: 'web,worker', SMTP_URL: mailServer.url },
      customers: 1,
    });
  });
  afterAll(async () => {
    await deployment.stop();
    await mailServer.close();
  });

  async function untilMailed(email: string, from: number): Promise<void> {
    while (mailServer.mailsTo(email).length === 0) {
      if (since(from) > AGAIN_LIMIT_MS) throw new Error('the job has not run again');
      await pause(50);
    }
  }

  scenario(
    'is killed -9 in the middle of a job: it runs again within a minute',
    async ({ note }) => {
      const email = newEmail('guest');
      mailServer.hang();
      const client = new HttpClient();
      const { token } = deployment.customers[0]!;
      await client.post(`${deployment.url()}/v1/invitations`, token, { email, role: 'viewer' });
      client.close();
      await until('the job is in the middle', () => mailServer.heldCount > 0);
      const [job] = await deployment.cluster.query(
        'SELECT FROM graphile_worker._private_jobs WHERE locked_by IS NOT NULL',
      );
      expect(job).toBeDefined();
      await deployment.servers[0]!.stop('SIGKILL');
      const killedAt = performance.now();
      mailServer.recover();
      await deployment.startAgain();
      await untilMailed(email, killedAt);
      const againMs = since(killedAt);

      note({ 'again after ms': againMs });
      expect(mailServer.mailsTo(email)).toHaveLength(1);
      expect(againMs).toBeLessThanOrEqual(AGAIN_LIMIT_MS);
    },
  );
});

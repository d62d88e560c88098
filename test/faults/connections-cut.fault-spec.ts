import { setTimeout as pause } from 'node:timers/promises';
import { hurryJobs, MailServer } from '../support/mail-server';
import { aSignup, newEmail } from '../support/signups';
import { until } from '../support/until';
import { Deployment } from './support/deployment';
import { HttpClient } from './support/http-client';
import { Ledger } from './support/ledger';
import type { Random } from './support/random';
import { scenario, since } from './support/scenario';

const CUTS = 100;
const CLIENTS = 4;
/** A claim whose answer was lost is given back within a minute; then the rest has to be done. */
const DONE_LIMIT_MS = 120_000;

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

/** People who sign up, one after the other; each gets a mail. */
class SignUps {
  readonly ledger = new Ledger();
  readonly asked: string[] = [];
  readonly acknowledged: string[] = [];
  private readonly client = new HttpClient();
  private readonly running: Promise<unknown>;
  private isStopped = false;

  constructor() {
    this.running = Promise.all(Array.from({ length: CLIENTS }, () => this.run()));
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.running;
    this.client.close();
  }

  private async run(): Promise<void> {
    while (!this.isStopped) await this.signUp(newEmail());
  }

  private async signUp(email: string): Promise<void> {
    this.asked.push(email);
    const url = `${deployment.url()}/v1/auth/signup`;
    const answer = await this.client.post(url, undefined, aSignup({ email }));
    this.ledger.judge(answer);
    if (answer.status === 201) this.acknowledged.push(email);
    else await pause(20);
  }
}

/** Of all connections but its own: those of requests, of the jobs, of their locks and of what listens. */
async function cutConnections(): Promise<number> {
  const cut = await deployment.cluster.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
  return cut.length;
}

/** Each time soon after a sign-up: the job of the mail begins, runs, or is being marked. */
async function cutAgainAndAgain(signUps: SignUps, random: Random): Promise<number> {
  let connections = 0;
  for (let count = 0; count < CUTS; count += 1) {
    const before = signUps.acknowledged.length;
    await until('a sign-up is acknowledged', () => signUps.acknowledged.length > before);
    await pause(random.between(0, 100));
    connections += await cutConnections();
  }
  return connections;
}

async function untilNoJobs(): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    await hurryJobs(deployment.cluster);
    const jobs = await deployment.cluster.query(
      'SELECT FROM graphile_worker._private_jobs LIMIT 1',
    );
    if (jobs.length === 0) return since(startedAt);
    if (since(startedAt) > DONE_LIMIT_MS) throw new Error('jobs are left');
    await pause(100);
  }
}

describe('the connections to the database', () => {
  scenario(
    'are cut 100 times under jobs: the process stays, each job is done once',
    async ({ random, note }) => {
      const { pid } = deployment.servers[0]!.child;
      const signUps = new SignUps();
      const connections = await cutAgainAndAgain(signUps, random);
      await signUps.stop();
      const doneMs = await untilNoJobs();

      const { ledger, asked, acknowledged } = signUps;
      const countOf = (email: string) => mailServer.mailsTo(email).length;
      note({
        'connections cut': connections,
        answers: ledger.tally,
        mails: mailServer.mails.length,
      });
      note({ 'all done after ms': doneMs });
      expect(deployment.servers[0]!.child).toMatchObject({ pid, exitCode: null, signalCode: null });
      expect(ledger.offences).toEqual([]);
      expect(acknowledged.length).toBeGreaterThanOrEqual(CUTS);
      expect(acknowledged.filter((email) => countOf(email) !== 1)).toEqual([]);
      expect(asked.filter((email) => countOf(email) > 1)).toEqual([]);
      const metrics = await new HttpClient().get(`${deployment.url()}/metrics`);
      expect(metrics.text).toContain('process_unhandled_faults_total{kind="rejection"} 0');
    },
  );
});

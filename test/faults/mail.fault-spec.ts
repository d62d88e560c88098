import { setTimeout as pause } from 'node:timers/promises';
import { MailServer, hurryJobs, type ReceivedMail } from '../support/mail-server';
import { newEmail } from '../support/signups';
import { until } from '../support/until';
import { Deployment } from './support/deployment';
import { HttpClient } from './support/http-client';
import { scenario, type Run } from './support/scenario';

/* Invitations while the mail server fails in its different ways. */

const INVITATIONS = 8;
const ANSWER_LIMIT_MS = 2_000;

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

interface Failing {
  begin: () => void | Promise<void>;
  end: () => void | Promise<void>;
}

/** Requests are answered meanwhile, and in the end each mail has come once. */
async function inviteWhile({ begin, end }: Failing, { random, note }: Run): Promise<string[]> {
  await begin();
  const emails = Array.from({ length: INVITATIONS }, () => newEmail('guest'));
  const slowestMs = Math.round(Math.max(...(await Promise.all(emails.map(invite)))));
  await pause(random.between(500, 3_000));
  await end();
  const hurrying = setInterval(
    () => void hurryJobs(deployment.cluster).catch(() => undefined),
    200,
  );
  for (const email of emails) await mailServer.mailTo(email);
  await until('all jobs are done', hasNoJobs);
  clearInterval(hurrying);

  const mails = emails.flatMap((email) => mailServer.mailsTo(email));
  const tries = mails.length + triesOf(emails).length;
  note({ 'slowest request ms': slowestMs, mails: mails.length, tries });
  expect(emails.map((email) => mailServer.mailsTo(email).length)).toEqual(emails.map(() => 1));
  for (const { to, messageId } of triesOf(emails))
    expect(messageId).toBe(mailServer.mailsTo(to![0]!.address!)[0]!.messageId);
  expect(slowestMs).toBeLessThanOrEqual(ANSWER_LIMIT_MS);
  return emails;
}

/** @returns how long the answer took */
async function invite(email: string): Promise<number> {
  const client = new HttpClient();
  const { token } = deployment.customers[0]!;
  const body = { email, role: 'viewer' };
  const answer = await client.post(`${deployment.url()}/v1/invitations`, token, body);
  client.close();
  expect(answer.status).toBe(201);
  return answer.durationMs;
}

async function hasNoJobs(): Promise<boolean> {
  const jobs = await deployment.cluster.query('SELECT FROM graphile_worker._private_jobs LIMIT 1');
  return jobs.length === 0;
}

/** What was read to the end and not taken. */
function triesOf(emails: string[]): ReceivedMail[] {
  return mailServer.refused.filter(({ recipients }) => emails.includes(recipients[0]!));
}

describe('the mail server', () => {
  scenario('refuses connections', async (run) => {
    await inviteWhile({ begin: () => mailServer.close(), end: () => mailServer.open() }, run);
  });

  scenario('hangs', async (run) => {
    await inviteWhile({ begin: () => mailServer.hang(), end: () => mailServer.recover() }, run);
  });

  scenario('answers with a NUL', async (run) => {
    await inviteWhile(
      {
        begin: () => mailServer.greetRudely('554 no\0'),
        end: () => mailServer.open(),
      },
      run,
    );
    const { exitCode, signalCode } = deployment.servers[0]!.child;
    expect({ exitCode, signalCode }).toEqual({ exitCode: null, signalCode: null });
  });

  scenario('is slow', async (run) => {
    const slownessMs = run.random.between(1_000, 3_000);
    await inviteWhile(
      { begin: () => mailServer.slowDown(slownessMs), end: () => mailServer.slowDown(0) },
      run,
    );
  });

  scenario('drops the connection after it has read the mail', async (run) => {
    const emails = await inviteWhile(
      { begin: () => mailServer.dropNext(INVITATIONS), end: () => undefined },
      run,
    );
    expect(triesOf(emails)).toHaveLength(INVITATIONS);
  });
});

import { RequestContext } from '../../src/common/request-context';
import { Database } from '../../src/platform/database/database';
import { JobQueue } from '../../src/platform/queue/job-queue';
import { LANES } from '../../src/platform/queue/lanes';
import { signUp, type Customer } from '../support/customers';
import { finishJobs, MailServer } from '../support/mail-server';
import { newEmail } from '../support/signups';
import { TestApplication } from '../support/test-application';
import { until } from '../support/until';

/* What one tenant sends in bulk, and a mail server that says nothing, hold up nothing else. */

let mailServer: MailServer;
let server: TestApplication;
let noisy: Customer;
let other: Customer;
beforeAll(async () => {
  mailServer = await MailServer.start();
  server = await TestApplication.start({
    roles: ['web', 'worker'],
    smtpUrl: mailServer.url,
    rateLimitRequests: null,
  });
  noisy = await signUp(server, 'Noisy');
  other = await signUp(server, 'Other');
  await finishJobs(server.database);
});
afterAll(async () => {
  mailServer.letGo();
  await server.stop();
  await mailServer.close();
});

async function invite({ token }: Customer): Promise<string> {
  const email = newEmail('guest');
  await server.post('/v1/invitations', token, { email, role: 'viewer' }).expect(201);
  return email;
}

/** The mail server has read as many of the tenant's mails as are sent at once, and says nothing; more wait. */
async function keepAll(count: number): Promise<string[]> {
  mailServer.keepNext(LANES.bulk);
  const emails = [];
  for (let index = 0; index < count; index += 1) emails.push(await invite(noisy));
  await until('the mail server keeps them', () => mailServer.keptCount === LANES.bulk);
  return emails;
}

/** Those that are being sent, for the first time. */
async function countBulkRuns(): Promise<number> {
  const rows = await server.database.query(
    `SELECT FROM graphile_worker.jobs WHERE task_identifier = 'mail.send' AND locked_at IS NOT NULL AND attempts = 1`,
  );
  return rows.length;
}

async function countJobs(name: string): Promise<number> {
  const rows = await server.database.query(
    'SELECT FROM graphile_worker.jobs WHERE task_identifier = $1',
    [name],
  );
  return rows.length;
}

it("a person's reset mail and the work for Stripe pass by a tenant's invitations", async () => {
  const emails = await keepAll(3 * LANES.bulk);
  await server
    .post('/v1/auth/password/forgot', undefined, { email: other.email })
    .expect((answer) => expect(answer.status).toBeLessThan(300));
  await server.app
    .get(Database)
    .transaction(RequestContext.job('test.lanes'), (tx) =>
      server.app.get(JobQueue).enqueue(tx, 'housekeeping.prune', {}),
    );
  await mailServer.mailTo(other.email, 'password');
  await until('other work is done', async () => (await countJobs('housekeeping.prune')) === 0);
  expect(await countBulkRuns()).toBe(LANES.bulk);
  expect(emails.flatMap((email) => mailServer.mailsTo(email))).toEqual([]);
  mailServer.letGo();
  await finishJobs(server.database);
  expect(emails.map((email) => mailServer.mailsTo(email).length)).toEqual(emails.map(() => 1));
});

it("one tenant's first invitation goes before the many that another has waiting", async () => {
  const emails = await keepAll(6 * LANES.bulk);
  const guest = await invite(other);
  const sentBefore = mailServer.mails.length;
  mailServer.letGo();
  await finishJobs(server.database);
  const order = mailServer.mails.slice(sentBefore).map(({ recipients: [address] }) => address);
  expect(order).toHaveLength(emails.length + 1);
  expect(order.indexOf(guest)).toBeLessThan(3 * LANES.bulk);
});

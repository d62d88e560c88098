import { LANE_NAMES } from '../../src/platform/queue/lanes';
import { holdingLocks } from '../support/held-locks';
import { newPresence } from '../support/jobs';
import { hurryJobs, MailServer } from '../support/mail-server';
import { ServerProcess } from '../support/server-process';
import { aSignup, newEmail } from '../support/signups';
import { createTestDatabase, type TestDatabase } from '../support/test-database';
import { until } from '../support/until';

/* The outcome of a job is written down, also when connections break: real processes, real mails. */

interface JobRow {
  attempts: number;
  lockedBy: string | null;
  lastError: string | null;
}

let database: TestDatabase;
let mailServer: MailServer;
let server: ServerProcess;
beforeAll(async () => {
  database = await createTestDatabase();
  mailServer = await MailServer.start();
  server = await ServerProcess.start({
    DATABASE_URL: database.url,
    ROLES: 'web,worker',
    SMTP_URL: mailServer.url,
  });
});
afterAll(async () => {
  await server.stop('SIGKILL');
  await mailServer.close();
  await database.drop();
});

/** The mail that asks whether the address is right is a job. */
async function signUpWithMail(): Promise<string> {
  const email = newEmail();
  await server.post('/v1/auth/signup', undefined, aSignup({ email })).expect(201);
  return email;
}

async function findJob(): Promise<JobRow | undefined> {
  const [job] = await database.query<JobRow>(
    `SELECT attempts, locked_by AS "lockedBy", last_error AS "lastError" FROM graphile_worker._private_jobs`,
  );
  return job;
}

async function hasNoJob(): Promise<boolean> {
  return (await findJob()) === undefined;
}

/** Cuts the connection under the mark of the running job, again and again, before the mark is written. */
async function cutUnderMark(finishJob: () => void): Promise<void> {
  const lock = 'SELECT FROM graphile_worker._private_jobs FOR UPDATE';
  await holdingLocks(database, lock, [], async (untilWaited) => {
    finishJob();
    for (let count = 0; count < 3; count += 1) {
      const [marking] = await untilWaited();
      await database.query('SELECT pg_terminate_backend($1, 5000)', [marking]);
    }
  });
}

function expectSameProcess(): void {
  expect(server.child).toMatchObject({ exitCode: null, signalCode: null });
}

it('a connection that breaks under "done" ends no process, and the job is done once', async () => {
  mailServer.keepNext(1);
  const email = await signUpWithMail();
  await until('the mail is being sent', () => mailServer.keptCount === 1);
  await cutUnderMark(() => mailServer.letGo());
  await until('the job is marked', hasNoJob);
  expect(mailServer.mailsTo(email)).toHaveLength(1);
  expectSameProcess();
});

it('a connection that breaks under "failed" ends no process, and the job is tried again', async () => {
  mailServer.hang();
  const email = await signUpWithMail();
  await until('the mail is being sent', () => mailServer.heldCount === 1);
  await cutUnderMark(() => mailServer.recover()); // it sends away who waited
  await until('the failure is written down', async () => (await findJob())?.lockedBy === null);
  const job = await findJob();
  expect(job).toMatchObject({ attempts: 1 });
  expect(job!.lastError).toContain('421');
  await hurryJobs(database);
  await until('the job is done', hasNoJob);
  expect(mailServer.mailsTo(email)).toHaveLength(1);
  expectSameProcess();
});

it.each([
  ['a NUL', 'no\0', 'no\uFFFD'],
  ['an escape sequence', 'no\u001B[2J', 'no\uFFFD[2J'],
  ['more than a person reads', 'x'.repeat(100_000), 'xxx'],
])('a mail server that answers with %s is written down as it can be', async (_what, said, kept) => {
  await mailServer.greetRudely(`554 ${said}`);
  const email = await signUpWithMail();
  await until('the failure is written down', async () => Boolean((await findJob())?.lastError));
  await mailServer.open();
  const { lastError } = (await findJob())!;
  expect(lastError).toContain(kept);
  expect(lastError!.length).toBeLessThanOrEqual(2_000);
  await hurryJobs(database);
  await until('the job is done', hasNoJob);
  expect(mailServer.mailsTo(email)).toHaveLength(1);
  expectSameProcess();
});

it('a long job stays with its live worker', async () => {
  mailServer.keepNext(1);
  const email = await signUpWithMail();
  await until('the mail is being sent', () => mailServer.keptCount === 1);
  await database.query(
    `UPDATE graphile_worker._private_jobs SET locked_at = now() - interval '1 hour'`,
  );
  const presence = newPresence(database.url);
  await presence.start();
  expect(await presence.sweep()).toEqual([]);
  await presence.stop();
  mailServer.letGo();
  await until('the job is done', hasNoJob);
  expect(mailServer.mailsTo(email)).toHaveLength(1);
});

it('a worker whose very first queries fail works all the same', async () => {
  await server.stop();
  const lock = 'LOCK TABLE graphile_worker._private_tasks IN EXCLUSIVE MODE';
  await holdingLocks(database, lock, [], async (untilWaited) => {
    server = await ServerProcess.start({ DATABASE_URL: database.url, ROLES: 'worker' });
    for (const pid of await untilWaited(LANE_NAMES.length))
      await database.query('SELECT pg_terminate_backend($1, 5000)', [pid]);
  });
  await database.query(`SELECT graphile_worker.add_job('housekeeping.prune', '{}')`);
  await until('the job is done', hasNoJob);
});

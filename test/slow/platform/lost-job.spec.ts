import { RequestContext } from '../../../src/common/request-context';
import { Database } from '../../../src/platform/database/database';
import { JobQueue } from '../../../src/platform/queue/job-queue';
import { withConnection } from '../../support/connection';
import { newPresence, listJobs } from '../../support/jobs';
import { ServerProcess } from '../../support/server-process';
import { TestApplication } from '../../support/test-application';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { until } from '../../support/until';

/* A job whose worker process is killed. */

const context = RequestContext.job('test.queue');

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.query('DELETE FROM graphile_worker._private_jobs'));

const jobs = () => listJobs(database);

async function queueIsEmpty(): Promise<boolean> {
  return (await jobs()).length === 0;
}

/* Real processes: the built server, killed during housekeeping, which a lock blocks. */
describe('a worker that is killed -9 in the middle of a job', () => {
  it('loses the job to another', async () => {
    const application = await TestApplication.start({}, database);
    const killed = await ServerProcess.start({ DATABASE_URL: database.url, ROLES: 'worker' });
    try {
      await withConnection(database.url, { scope: 'platform' }, async (client) => {
        await client.query('BEGIN; LOCK TABLE idempotency_keys IN ACCESS EXCLUSIVE MODE');
        await enqueueHousekeeping(application);
        await until('the job waits for the lock', isOneWaiting);
        await killed.stop('SIGKILL');
        await client.query('ROLLBACK');
      });
      const [job] = await jobs();
      expect(job).toMatchObject({ name: 'housekeeping.prune', attempts: 1, lastError: null });
      expect(job!.lockedBy).not.toBeNull();
      await makeOlder(11);
      await sweepUntilReleased(job!.lockedBy!);
      await finishWithAnother();
    } finally {
      await killed.stop('SIGKILL');
      await application.app.close();
    }
  });

  function enqueueHousekeeping(application: TestApplication): Promise<void> {
    return application.app
      .get(Database)
      .transaction(context, (tx) =>
        application.app.get(JobQueue).enqueue(tx, 'housekeeping.prune', {}),
      );
  }

  async function isOneWaiting(): Promise<boolean> {
    const rows = await database.query(
      `SELECT FROM pg_locks WHERE NOT granted AND relation = 'idempotency_keys'::regclass`,
    );
    return rows.length > 0;
  }

  /** As if the worker had been dead for so long. */
  async function makeOlder(seconds: number): Promise<void> {
    await database.query(
      `UPDATE graphile_worker._private_jobs SET locked_at = locked_at - $1::integer * interval '1 second'`,
      [seconds],
    );
  }

  async function sweepUntilReleased(workerId: string): Promise<void> {
    const presence = newPresence(database.url);
    await presence.start();
    await until('the dead worker is found', async () =>
      (await presence.sweep()).includes(workerId),
    );
    await presence.stop();
  }

  async function finishWithAnother(): Promise<void> {
    const other = await ServerProcess.start({ DATABASE_URL: database.url, ROLES: 'worker' });
    await until('the job is done', queueIsEmpty);
    expect(await other.stop()).toBe(0);
  }
});

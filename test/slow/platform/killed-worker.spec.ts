import { RequestContext } from '../../../src/common/request-context';
import { Database } from '../../../src/platform/database/database';
import { JobQueue } from '../../../src/platform/queue/job-queue';
import { withConnection } from '../../support/connection';
import { ServerProcess } from '../../support/server-process';
import { TestApplication } from '../../support/test-application';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { until } from '../../support/until';

/* Two real processes, without help: no time is moved, no lock taken away, no sweep called by hand. */

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function holder(): Promise<string | null | undefined> {
  const [job] = await database.query<{ lockedBy: string | null }>(
    'SELECT locked_by AS "lockedBy" FROM graphile_worker._private_jobs',
  );
  return job?.lockedBy;
}

/** Blocked by a lock, so that its worker can be killed in the middle of it. */
async function isOneWaiting(): Promise<boolean> {
  const rows = await database.query(
    `SELECT FROM pg_locks WHERE NOT granted AND relation = 'idempotency_keys'::regclass`,
  );
  return rows.length > 0;
}

async function enqueueHousekeeping(): Promise<void> {
  const { app } = await TestApplication.start({}, database);
  await app
    .get(Database)
    .transaction(RequestContext.job('test.killed'), (tx) =>
      app.get(JobQueue).enqueue(tx, 'housekeeping.prune', {}),
    );
  await app.close();
}

it('the job of a worker that is killed -9 is done by another', async () => {
  const killed = await ServerProcess.start({ DATABASE_URL: database.url, ROLES: 'worker' });
  let other: ServerProcess | null = null;
  let dead: string | null | undefined;
  try {
    await withConnection(database.url, { scope: 'platform' }, async (client) => {
      await client.query('BEGIN; LOCK TABLE idempotency_keys IN ACCESS EXCLUSIVE MODE');
      await enqueueHousekeeping();
      await until('the job waits for the lock', isOneWaiting);
      dead = await holder(); // before the other one starts, which may take longer than a statement may wait for a lock
      other = await ServerProcess.start({ DATABASE_URL: database.url, ROLES: 'worker' });
      await killed.stop('SIGKILL');
      await client.query('ROLLBACK');
    });
    expect(dead).toEqual(expect.any(String));
    await until('the dead worker has lost it', async () => (await holder()) !== dead);
    await until('it is done', async () => (await holder()) === undefined);
  } finally {
    await killed.stop('SIGKILL');
    await (other as ServerProcess | null)?.stop();
  }
});

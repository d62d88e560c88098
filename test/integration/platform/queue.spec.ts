import type { INestApplicationContext } from '@nestjs/common';
import { RequestContext } from '../../../src/common/request-context';
import { Database } from '../../../src/platform/database/database';
import { JobQueue, type JobOptions } from '../../../src/platform/queue/job-queue';
import { LostClaims } from '../../../src/platform/queue/lost-claims';
import type { WorkerPresence } from '../../../src/platform/queue/worker-presence';
import { withConnection } from '../../support/connection';
import { insertJob, newPresence, listJobs } from '../../support/jobs';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { until } from '../../support/until';
import {
  RecordingWorker,
  startWorker,
  type RecordedPayload,
} from '../../support/worker-application';

/* Jobs: rows of a transaction, done after its commit, at least once, also when their worker is killed. */

const context = RequestContext.job('test.queue');

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.query('DELETE FROM graphile_worker._private_jobs'));

const jobs = () => listJobs(database);

const CLAIM = `
  UPDATE graphile_worker._private_jobs SET locked_by = 'a worker', locked_at = now(), attempts = attempts + 1`;

async function queueIsEmpty(): Promise<boolean> {
  return (await jobs()).length === 0;
}

describe('a job', () => {
  let workers: INestApplicationContext[];
  beforeAll(async () => {
    workers = await Promise.all([startWorker(database.url), startWorker(database.url)]);
  });
  afterAll(() => Promise.all(workers.map((worker) => worker.close())));
  beforeEach(() => workers.forEach((worker) => worker.get(RecordingWorker).runs.splice(0)));

  function enqueue(payload: RecordedPayload, options?: JobOptions): Promise<void> {
    const [worker] = workers;
    return worker!
      .get(Database)
      .transaction(context, (tx) =>
        worker!.get(JobQueue).enqueue(tx, 'test.record', { ...payload }, options),
      );
  }

  function runs(): RecordingWorker['runs'] {
    return workers.flatMap((worker) => worker.get(RecordingWorker).runs);
  }

  function namesOfRuns(): string[] {
    return runs().map(({ payload }) => payload.name);
  }

  it('of a committed transaction runs once, with any number of workers', async () => {
    const names = Array.from({ length: 30 }, (_, number) => `job ${number}`);
    await Promise.all(names.map((name) => enqueue({ name })));
    await until('all jobs are done', queueIsEmpty);
    expect(namesOfRuns().sort()).toEqual(names.sort());
  });

  it('bears the name of the job as its action', async () => {
    await enqueue({ name: 'only' });
    await until('the job is done', queueIsEmpty);
    const [run] = runs();
    expect(run!.context).toMatchObject({ action: 'test.record', actor: { kind: 'job' } });
  });

  it('of a rolled back transaction never runs', async () => {
    const [worker] = workers;
    const work = worker!.get(Database).transaction(context, async (tx) => {
      await worker!.get(JobQueue).enqueue(tx, 'test.record', { name: 'undone' });
      throw new Error('undo');
    });
    await expect(work).rejects.toThrow('undo');
    expect(await jobs()).toEqual([]);
    await enqueue({ name: 'after it' });
    await until('the job after it is done', queueIsEmpty);
    expect(namesOfRuns()).toEqual(['after it']);
  });

  it('that fails is tried again', async () => {
    await enqueue({ name: 'fails once', failsFirst: true });
    await until('it has failed', () => runs().length > 0);
    await until('it is done', async () => {
      await bringForward();
      return queueIsEmpty();
    });
    expect(namesOfRuns()).toEqual(['fails once', 'fails once']);
  });

  it('that has failed as often as it may stays as it is', async () => {
    await enqueue({ name: 'fails for good', failsFirst: true }, { maximumTries: 1 });
    await until('it has failed', async () => (await jobs())[0]?.lastError !== null);
    expect(await jobs()).toMatchObject([{ attempts: 1, lastError: 'the first time fails' }]);
    await bringForward();
    await enqueue({ name: 'after it' });
    await until('the job after it is done', async () => (await jobs()).length === 1);
    expect(namesOfRuns().sort()).toEqual(['after it', 'fails for good']);
  });

  it('with a key replaces the one that waits', async () => {
    const [{ tomorrow }] = (await database.query<{ tomorrow: Date }>(
      `SELECT now() + interval '1 day' AS tomorrow`,
    )) as [{ tomorrow: Date }];
    await enqueue({ name: 'first' }, { key: 'one', runAt: tomorrow });
    await enqueue({ name: 'second' }, { key: 'one', runAt: tomorrow });
    expect(await jobs()).toHaveLength(1);
    await bringForward();
    await until('it is done', queueIsEmpty);
    expect(namesOfRuns()).toEqual(['second']);
  });

  it('with a key is added to one that a worker claims meanwhile', async () => {
    const runAt = new Date(Date.now() + 86_400_000);
    await enqueue({ name: 'first' }, { key: 'one', runAt });
    await withConnection(database.url, { scope: 'platform' }, async (claim) => {
      await claim.query('BEGIN');
      await claim.query(CLAIM);
      const second = enqueue({ name: 'second' }, { key: 'one', runAt });
      await until('the second waits for the claim', () => isLockWaitedFor());
      await claim.query('COMMIT');
      await second;
    });
    expect(await jobs()).toMatchObject([{ lockedBy: 'a worker' }, { lockedBy: null }]);
  });

  async function isLockWaitedFor(): Promise<boolean> {
    const waiting = await database.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return waiting.length > 0;
  }

  /** The pause before the next try is over. A worker polls every two seconds. */
  async function bringForward(): Promise<void> {
    await database.query('UPDATE graphile_worker._private_jobs SET run_at = now()');
  }
});

describe('the jobs of a worker that died', () => {
  let presence: WorkerPresence;
  beforeEach(async () => {
    presence = newPresence(database.url);
    await presence.start();
  });
  afterEach(() => presence.stop());

  async function insertLockedJob(lockedBy: string, secondsAgo: number): Promise<void> {
    await database.query(
      `WITH job AS (SELECT id FROM graphile_worker.add_job('test.locked', '{}'))
       SELECT id FROM job`,
    );
    await database.query(
      `UPDATE graphile_worker._private_jobs
       SET locked_by = $1, locked_at = now() - $2::integer * interval '1 second', attempts = 1
       WHERE locked_by IS NULL`,
      [lockedBy, secondsAgo],
    );
  }

  async function holders(): Promise<(string | null)[]> {
    return (await jobs()).map(({ lockedBy }) => lockedBy);
  }

  it('are released once they have been locked for more than ten seconds', async () => {
    await insertLockedJob('dead', 11);
    await insertLockedJob('dead', 3600);
    expect(await presence.sweep()).toEqual(['dead']);
    expect(await holders()).toEqual([null, null]);
    expect(await presence.sweep()).toEqual([]);
  });

  it('are left alone while they are younger, since a worker announces itself after it was made', async () => {
    await insertLockedJob('young', 5);
    expect(await presence.sweep()).toEqual([]);
    expect(await holders()).toEqual(['young']);
  });

  it('are left alone while the worker is alive, in this process or another', async () => {
    const elsewhere = newPresence(database.url);
    await elsewhere.start();
    const here = Array.from({ length: 8 }, (_, number) => `here ${number}`);
    const there = Array.from({ length: 8 }, (_, number) => `there ${number}`);
    await Promise.all(here.map((worker) => presence.announce(worker)));
    await Promise.all(there.map((worker) => elsewhere.announce(worker)));
    for (const worker of [...here, ...there]) await insertLockedJob(worker, 60);
    expect(await presence.sweep()).toEqual([]);

    await elsewhere.stop();
    await until('its locks are gone', async () => (await advisoryLocks()) === here.length);
    expect((await presence.sweep()).sort()).toEqual(there);
    expect(await holders()).toEqual([...here, ...there.map(() => null)]);
  });

  it('are left alone again after the connection of a live worker was lost and re-established', async () => {
    await presence.announce('living');
    await insertLockedJob('living', 60);
    await database.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
       WHERE application_name = 'tenantry-jobs' AND datname = current_database()`,
    );
    await until('the lock is held again', async () => (await advisoryLocks()) === 1);
    expect(await presence.sweep()).toEqual([]);
  });

  async function advisoryLocks(): Promise<number> {
    const rows = await database.query(
      `SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    return rows.length;
  }
});

describe('jobs that are locked by a process that does not do them', () => {
  const POOL = 'pool-of-this-process';
  let running: string[];
  let isRetrying: boolean;
  let lostClaims: LostClaims;
  beforeEach(() => {
    running = [];
    isRetrying = false;
    lostClaims = new LostClaims(
      () => running,
      () => isRetrying,
    );
  });

  async function insertClaimed(lockedBy: string, secondsAgo: number): Promise<string> {
    const { id } = await insertJob(database, { tries: 1, lockedBy });
    await database.query(
      `UPDATE graphile_worker._private_jobs SET locked_at = now() - $2::integer * interval '1 second' WHERE id = $1`,
      [id, secondsAgo],
    );
    return id;
  }

  function release(): Promise<string[]> {
    return withConnection(database.url, {}, (client) => lostClaims.release(client, [POOL]));
  }

  it('are given back when they are found twice, and the try does not count', async () => {
    const lost = await insertClaimed(POOL, 11);
    expect(await release()).toEqual([]);
    expect(await release()).toEqual([lost]);
    expect(await jobs()).toMatchObject([{ lockedBy: null, attempts: 0 }]);
    expect(await release()).toEqual([]);
  });

  it('are left alone while they are done, are new, or are of another process', async () => {
    running = [await insertClaimed(POOL, 60)];
    await insertClaimed(POOL, 5);
    await insertClaimed('pool-of-another', 60);
    expect([await release(), await release()]).toEqual([[], []]);
  });

  it('are left alone while marks wait to be written', async () => {
    const lost = await insertClaimed(POOL, 60);
    expect(await release()).toEqual([]);
    isRetrying = true;
    expect([await release(), await release()]).toEqual([[], []]);
    isRetrying = false;
    expect([await release(), await release()]).toEqual([[], [lost]]);
  });
});

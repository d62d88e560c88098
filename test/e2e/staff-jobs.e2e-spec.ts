import type { INestApplicationContext } from '@nestjs/common';
import type { Response } from 'supertest';
import { newId, PLATFORM_ID } from '../../src/common/ids';
import { RequestContext } from '../../src/common/request-context';
import type { JobResponse } from '../../src/modules/ops/dto/job';
import { Database } from '../../src/platform/database/database';
import { DEFAULT_MAXIMUM_TRIES, JobQueue } from '../../src/platform/queue/job-queue';
import { signUp } from '../support/customers';
import { insertFailedJob, insertJob, newPresence } from '../support/jobs';
import { BAD_CURSORS, BAD_LIST_QUERIES, walkPages } from '../support/pages';
import { comparable, expectFaults, expectProblem } from '../support/problems';
import { race, tally } from '../support/race';
import { addStaff, readAuditLog, type StaffMember } from '../support/staff';
import { TestApplication } from '../support/test-application';
import { until } from '../support/until';
import { RecordingWorker, startWorker } from '../support/worker-application';

/* What staff see of the queue, and how a job that was given up comes back. */

const JOBS = '/v1/staff/jobs';

let server: TestApplication;
let staff: StaffMember;
beforeAll(async () => {
  server = await TestApplication.start();
  staff = await addStaff(server);
});
afterAll(() => server.stop());
beforeEach(() => server.database.query('DELETE FROM graphile_worker._private_jobs'));

function asStaff(path: string): Promise<Response> {
  return Promise.resolve(server.get(path, staff.token));
}

async function list(query = ''): Promise<JobResponse[]> {
  const response = await asStaff(`${JOBS}${query}`);
  expect(response.status).toBe(200);
  return (response.body as { data: JobResponse[] }).data;
}

function retry(id: string): Promise<Response> {
  return Promise.resolve(server.post(`${JOBS}/${id}/retry`, staff.token));
}

/** One in each state, and two that come near another. */
async function insertOneOfEach(): Promise<Record<string, string>> {
  const { id: fresh } = await insertJob(server.database);
  const { id: tried } = await insertJob(server.database, { tries: 2, lastError: 'the first two' });
  const { id: running } = await insertJob(server.database, { tries: 1, lockedBy: 'a worker' });
  const { id: lastTry } = await insertJob(server.database, { tries: 3, lockedBy: 'a worker' });
  const { id: failed } = await insertFailedJob(server.database);
  return { fresh, tried, running, lastTry, failed };
}

describe('GET /v1/staff/jobs', () => {
  it('shows a failed job: what it is about, how often it was tried and why it failed', async () => {
    const mailId = newId();
    const payload = { mailId, _origin: { businessId: newId() } };
    const { id } = await insertFailedJob(server.database, { name: 'mail.send', payload });
    expect(await list('?state=failed')).toEqual([
      {
        id,
        name: 'mail.send',
        state: 'failed',
        payload: { mailId },
        ...{ tries: 3, maximumTries: 3, lastError: 'it was poisoned', lockedAt: null },
        createdAt: expect.stringMatching(/Z$/) as string,
        runAt: expect.stringMatching(/Z$/) as string,
      },
    ]);
  });

  it('tells the states apart; without one, all are listed, newest first', async () => {
    const { fresh, tried, running, lastTry, failed } = await insertOneOfEach();
    const idsOf = async (query: string) => (await list(query)).map(({ id }) => id);
    expect(await idsOf('?state=failed')).toEqual([failed]);
    expect(await idsOf('?state=running')).toEqual([lastTry, running]);
    expect(await idsOf('?state=waiting')).toEqual([tried, fresh]);
    expect(await idsOf('')).toEqual([failed, lastTry, running, tried, fresh]);
    const [found] = await list('?state=running');
    expect(found!.lockedAt).toMatch(/Z$/);
  });

  it('goes page by page, each job once', async () => {
    const ids: string[] = [];
    for (let made = 0; made < 5; made += 1)
      ids.unshift((await insertFailedJob(server.database)).id);
    const pages = await walkPages<JobResponse>(asStaff, JOBS, 2);
    expect(pages.map((page) => page.length)).toEqual([2, 2, 1]);
    expect(pages.flat().map(({ id }) => id)).toEqual(ids);
  });

  it('cuts what a failing job said off where it gets too long', async () => {
    await insertFailedJob(server.database, { lastError: 'x'.repeat(100_000) });
    expect((await list())[0]!.lastError).toHaveLength(2_000);
  });

  it.each(BAD_CURSORS)('refuses a cursor that is %s', async (_, cursor) => {
    const query = `cursor=${encodeURIComponent(cursor)}`;
    expectFaults(await asStaff(`${JOBS}?${query}`), '/cursor');
  });

  it.each(BAD_LIST_QUERIES)('refuses ?%s', async (query, pointer) => {
    const response = await asStaff(`${JOBS}?${query}`);
    expect(response.status).toBe(422);
    expect(response.body).toMatchObject({ errors: [{ pointer }] });
  });

  it.each(['done', '', 'FAILED', 'failed&state=running'])('refuses ?state=%s', async (state) => {
    expect((await asStaff(`${JOBS}?state=${state}`)).status).toBe(422);
  });

  it('is for staff alone', async () => {
    const { token, key } = await signUp(server);
    expectProblem(await server.get(JOBS), 401, 'unauthenticated');
    for (const credential of [token, key])
      expectProblem(await server.get(JOBS, credential), 403, 'wrong_credential_kind');
  });
});

describe('POST /v1/staff/jobs/{id}/retry', () => {
  it('gives a failed job all its tries again, from now on', async () => {
    const { id } = await insertFailedJob(server.database);
    const [before] = await list();
    const response = await retry(id);
    expect(response.status).toBe(200);
    const job = response.body as JobResponse;
    expect(job).toMatchObject({ id, state: 'waiting', tries: 0, maximumTries: 3 });
    expect(job.lastError).toBe('it was poisoned');
    expect(Date.parse(job.runAt)).toBeLessThan(Date.parse(before!.runAt));
    expect(await list()).toEqual([job]);
  });

  it('is in the audit log of the installation, under who did it', async () => {
    const { id } = await insertFailedJob(server.database);
    const { headers } = await retry(id);
    const [entry] = await readAuditLog(
      server,
      staff.token,
      '&action=job.retry',
      '/v1/staff/audit-log',
    );
    expect(entry).toMatchObject({
      action: 'job.retry',
      actor: { kind: 'staff', email: staff.email },
      target: { type: 'job', id },
      changes: { tries: [3, 0] },
      requestId: headers['x-request-id'],
    });
  });

  it('refuses a job that has not failed, and leaves it as it is', async () => {
    const { fresh, tried, running, lastTry } = await insertOneOfEach();
    const before = await list();
    for (const id of [fresh, tried, running, lastTry])
      expectProblem(await retry(id!), 409, 'job_not_failed');
    expect(await list()).toEqual(before);
  });

  it('answers 404 where there is no such job, for any form of the id', async () => {
    const answers = ['1', '0', '-1', '01', '9'.repeat(18), '9'.repeat(30), newId(), 'x', '1e3'].map(
      (id) => server.post(`${JOBS}/${id}/retry`, staff.token).set('x-request-id', 'same'),
    );
    const [first, ...others] = await Promise.all(answers);
    expectProblem(first!, 404, 'job_not_found');
    for (const other of others) expect(comparable(other)).toEqual(comparable(first!));
  });

  it('works once of two at the same time', async () => {
    const { id } = await insertFailedJob(server.database);
    const answers = await race(4, () => retry(id));
    expect(tally(answers)).toEqual({ 200: 1, 409: 3 });
  });

  it('is for staff alone', async () => {
    const { id } = await insertFailedJob(server.database);
    const { token, key } = await signUp(server);
    expectProblem(await server.post(`${JOBS}/${id}/retry`), 401, 'unauthenticated');
    for (const credential of [token, key]) {
      const refused = await server.post(`${JOBS}/${id}/retry`, credential);
      expectProblem(refused, 403, 'wrong_credential_kind');
    }
    expect(await list('?state=failed')).toHaveLength(1);
  });
});

describe('a poisoned job', () => {
  let worker: INestApplicationContext;
  beforeAll(async () => {
    worker = await startWorker(server.database.url);
  });
  afterAll(() => worker.close());

  function enqueue(payload: object, maximumTries?: number): Promise<void> {
    return worker
      .get(Database)
      .transaction(RequestContext.job('test.poison'), (tx) =>
        worker.get(JobQueue).enqueue(tx, 'test.record', { ...payload }, { maximumTries }),
      );
  }

  it('ends in the list, and runs again when staff say so', async () => {
    await enqueue({ name: 'poison', failsFirst: true }, 1);
    await until('it is given up', async () => (await list('?state=failed')).length === 1);
    const [job] = await list();
    expect(job).toMatchObject({ name: 'test.record', tries: 1, lastError: 'the first time fails' });
    expect((await retry(job!.id)).status).toBe(200);
    await until('it is done', async () => (await list()).length === 0);
    expect(worker.get(RecordingWorker).runs.map(({ payload }) => payload)).toEqual([
      { name: 'poison', failsFirst: true },
      { name: 'poison', failsFirst: true },
    ]);
  });

  it('has ten tries unless more are asked for: some hours, not days', async () => {
    await worker.close();
    await enqueueWithout();
    expect(await list()).toMatchObject([{ maximumTries: DEFAULT_MAXIMUM_TRIES }]);
    const pausesSeconds = Array.from({ length: DEFAULT_MAXIMUM_TRIES - 1 }, (_, tries) =>
      Math.exp(Math.min(10, tries + 1)),
    );
    const hours = pausesSeconds.reduce((sum, pause) => sum + pause) / 3_600;
    expect([hours > 1, hours < 12]).toEqual([true, true]);
  });

  it('that kills its worker each time ends there too', async () => {
    await insertJob(server.database, { name: 'test.killer', tries: 3, lockedBy: 'dead' });
    await server.database.query(
      `UPDATE graphile_worker._private_jobs SET locked_at = now() - interval '11 seconds'`,
    );
    expect(await list('?state=failed')).toEqual([]);
    const presence = newPresence(server.database.url);
    await presence.start();
    expect(await presence.sweep()).toEqual(['dead']);
    await presence.stop();
    expect(await list('?state=failed')).toMatchObject([{ name: 'test.killer', tries: 3 }]);
  });

  /** By the server, which has no worker: it stays waiting. */
  function enqueueWithout(): Promise<void> {
    return server.app
      .get(Database)
      .transaction(RequestContext.job('test.poison'), (tx) =>
        server.app.get(JobQueue).enqueue(tx, 'test.nothing', { businessId: PLATFORM_ID }),
      );
  }
});

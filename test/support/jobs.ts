import pino from 'pino';
import { LostClaims } from '../../src/platform/queue/lost-claims';
import { WorkerPresence } from '../../src/platform/queue/worker-presence';
import type { TestDatabase } from './test-database';

export interface JobPlace {
  name?: string;
  payload?: object;
  tries?: number;
  lastError?: string | null;
  lockedBy?: string | null;
}

const MAXIMUM_TRIES = 3;

/** A row of the queue without a handler, in any state. */
export async function insertJob(
  database: TestDatabase,
  { name = 'test.nothing', payload = {}, tries = 0, lastError, lockedBy }: JobPlace = {},
): Promise<{ id: string }> {
  const [job] = await database.query<{ id: string }>(
    `SELECT id::text AS id FROM graphile_worker.add_job($1, $2::json, run_at => now() + interval '1 day', max_attempts => $3)`,
    [name, JSON.stringify(payload), MAXIMUM_TRIES],
  );
  await database.query(
    `UPDATE graphile_worker._private_jobs
     SET attempts = $2, last_error = $3, locked_by = $4::text, locked_at = CASE WHEN $4 IS NULL THEN NULL ELSE now() END
     WHERE id = $1`,
    [job!.id, tries, lastError ?? null, lockedBy ?? null],
  );
  return job!;
}

/** One that has used up its tries. */
export function insertFailedJob(
  database: TestDatabase,
  changes: JobPlace = {},
): Promise<{ id: string }> {
  return insertJob(database, { tries: MAXIMUM_TRIES, lastError: 'it was poisoned', ...changes });
}

/** Of a process that does no jobs. */
export function newPresence(url: string): WorkerPresence {
  const lostClaims = new LostClaims(
    () => [],
    () => false,
  );
  return new WorkerPresence(url, pino({ level: 'silent' }), lostClaims);
}

export interface JobRow {
  name: string;
  attempts: number;
  lockedBy: string | null;
  lastError: string | null;
}

/** The unfinished jobs, oldest first. */
export function listJobs(database: TestDatabase): Promise<JobRow[]> {
  return database.query<JobRow>(
    `SELECT task.identifier AS name, attempts, locked_by AS "lockedBy", last_error AS "lastError"
     FROM graphile_worker._private_jobs AS job JOIN graphile_worker._private_tasks AS task ON task.id = job.task_id
     ORDER BY job.id`,
  );
}

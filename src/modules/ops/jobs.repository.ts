import { Injectable } from '@nestjs/common';
import { decodeCursor } from '../../common/pagination';
import type { Transaction } from '../../platform/database/transaction';
import { ORIGIN_FIELD } from '../../platform/queue/job-origin';
import { isJobId } from './job-id';

export const JOB_STATES = ['waiting', 'running', 'failed'] as const;
export type JobState = (typeof JOB_STATES)[number];

/** A row of the queue. Finished jobs have none. */
export interface Job {
  id: string;
  name: string;
  state: JobState;
  payload: Record<string, unknown>;
  tries: number;
  maximumTries: number;
  lastError: string | null;
  createdAt: Date;
  runAt: Date;
  lockedAt: Date | null;
}

/** The queue's own tables. graphile-worker's public view has no payloads. */
@Injectable()
export class JobsRepository {
  /** Newest first; one more than `limit`. */
  list(
    tx: Transaction,
    { limit, cursor, state }: { limit: number; cursor?: string; state?: JobState },
  ): Promise<Job[]> {
    const [before] = decodeCursor(cursor, [isJobId]) ?? [];
    const given = [ORIGIN_FIELD, state ?? null, before ?? null, limit + 1];
    return tx.query<Job>(
      `${JOBS} WHERE ($2::text IS NULL OR condition.state = $2) AND ($3::bigint IS NULL OR job.id < $3)
       ORDER BY job.id DESC LIMIT $4`,
      given,
    );
  }

  async find(tx: Transaction, id: string): Promise<Job | null> {
    const [job] = await tx.query<Job>(`${JOBS} WHERE job.id = $2`, [ORIGIN_FIELD, id]);
    return job ?? null;
  }

  /** Waits for a concurrent change, such as a worker's claim. */
  async lock(tx: Transaction, id: string): Promise<Job | null> {
    await tx.query('SELECT FROM graphile_worker._private_jobs WHERE id = $1 FOR UPDATE', [id]);
    return this.find(tx, id);
  }

  /**
   * Restores all its tries, from now on. The queue notifies workers of new jobs only; they poll for others every two
   * seconds.
   */
  async retry(tx: Transaction, id: string): Promise<void> {
    await tx.query(
      'SELECT FROM graphile_worker.reschedule_jobs(ARRAY[$1::bigint], run_at => now(), attempts => 0)',
      [id],
    );
  }
}

const JOBS = `
  SELECT job.id::text AS id, task.identifier AS name, condition.state, shown.payload, job.attempts AS tries, job.max_attempts AS "maximumTries",
         job.last_error AS "lastError", job.created_at AS "createdAt", job.run_at AS "runAt", job.locked_at AS "lockedAt"
  FROM graphile_worker._private_jobs AS job
  JOIN graphile_worker._private_tasks AS task ON task.id = job.task_id,
  LATERAL (SELECT CASE WHEN job.locked_at IS NOT NULL THEN 'running'
                       WHEN job.attempts >= job.max_attempts THEN 'failed' ELSE 'waiting' END AS state) AS condition,
  LATERAL (SELECT CASE json_typeof(job.payload) WHEN 'object' THEN job.payload::jsonb - $1::text ELSE '{}' END AS payload) AS shown`;

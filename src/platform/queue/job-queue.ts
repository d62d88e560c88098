import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/transaction';
import { ORIGIN_FIELD, originOf } from './job-origin';

/**
 * With the queue's growing pauses, some three and a half hours: longer than a restart or a short outage, and a
 * poisoned job is listed as failed the same day.
 */
export const DEFAULT_MAXIMUM_TRIES = 10;

export interface JobOptions {
  /** Not before this moment. */
  runAt?: Date;
  /** A waiting job with the same key is replaced. */
  key?: string;
  /** A waiting job with the same key keeps its moment. */
  keepsRunAt?: boolean;
  /** Ten by default. */
  maximumTries?: number;
}

/** Work for after the commit: the job is a row of the caller's transaction, so a rollback discards it. */
@Injectable()
export class JobQueue {
  /** @param payload ids, never secrets: the database stores it in clear */
  async enqueue(
    tx: Transaction,
    name: string,
    payload: Record<string, unknown>,
    options: JobOptions = {},
  ): Promise<void> {
    const parameters = [
      name,
      JSON.stringify({ ...payload, [ORIGIN_FIELD]: originOf(tx) }),
      options.runAt ?? null,
      options.key ?? null,
      options.maximumTries ?? DEFAULT_MAXIMUM_TRIES,
      options.keepsRunAt ? 'preserve_run_at' : 'replace',
    ];
    let [job] = await tx.query<AddedJob>(ADD, parameters);
    while (job!.id === null) [job] = await tx.query<AddedJob>(ADD, parameters);
  }
}

interface AddedJob {
  id: string | null;
}

/**
 * add_job replaces a waiting job of the key, and adds one beside a running one. Where a worker claims the job between its
 * two statements it does neither, and returns NULLs; called again, it sees the claim.
 */
const ADD = `
  SELECT id FROM graphile_worker.add_job($1, $2::json, run_at => $3, job_key => $4, max_attempts => $5,
                                           job_key_mode => $6)`;

import type { ClientBase } from 'pg';

/**
 * Jobs that this process has claimed without knowing: the connection broke between the claim's COMMIT and its answer.
 * graphile would keep them locked for four hours. A job counts as lost when it is found twice: by the second time, 15
 * seconds later, every pending answer has arrived or timed out.
 */
export class LostClaims {
  private suspects: string[] = [];

  /**
   * @param runningJobs the ids of the jobs that run in this process
   * @param isRetrying whether marks are still to be written: their jobs are done, not lost
   */
  constructor(
    private readonly runningJobs: () => string[],
    private readonly isRetrying: () => boolean,
  ) {}

  /**
   * Releases the jobs found in two passes in a row. They never ran, so the try does not count. @returns the jobs' ids
   */
  async release(client: ClientBase, poolIds: string[]): Promise<string[]> {
    const before = this.suspects;
    this.suspects = [];
    if (this.isRetrying()) return [];
    const parameters = [poolIds, this.runningJobs()];
    const found = await client.query<{ id: string }>(LOCKED_AND_NOT_RUNNING, parameters);
    this.suspects = found.rows.map(({ id }) => id);
    const lost = this.suspects.filter((id) => before.includes(id));
    if (lost.length > 0) await client.query(GIVE_BACK, [poolIds, lost]);
    return lost;
  }
}

const LOCKED_AND_NOT_RUNNING = `
  SELECT id::text FROM graphile_worker._private_jobs
  WHERE locked_by = ANY ($1::text[]) AND locked_at < now() - interval '10 seconds' AND id <> ALL ($2::bigint[])`;

const GIVE_BACK = `
  UPDATE graphile_worker._private_jobs SET locked_by = NULL, locked_at = NULL, attempts = greatest(attempts - 1, 0)
  WHERE locked_by = ANY ($1::text[]) AND id = ANY ($2::bigint[])`;

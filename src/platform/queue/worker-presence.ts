import { Client } from 'pg';
import type { Logger } from 'pino';
import { ANSWER_LIMIT_MS } from './job-connections';
import type { LostClaims } from './lost-claims';

/** The class of the advisory lock that each living worker holds, used by no other lock. */
export const LOCK_CLASS = 7_461;
const RECONNECT_AFTER_MS = 1_000;
const SWEEP_EVERY_MS = 15_000;

/**
 * graphile-worker keeps a dead worker's jobs locked for four hours. Here each living worker pool holds a session
 * advisory lock, which PostgreSQL drops with the connection of a killed process; jobs locked by a pool without one
 * are released, so they run again within a minute.
 */
export class WorkerPresence {
  private readonly poolIds = new Set<string>();
  private announced: Promise<void> = Promise.resolve();
  private client: Client | null = null;
  private timer: NodeJS.Timeout | null = null;
  private reconnection: NodeJS.Timeout | null = null;
  private ended = false;

  constructor(
    private readonly connectionString: string,
    private readonly logger: Logger,
    private readonly lostClaims: LostClaims,
  ) {}

  async start(): Promise<void> {
    await this.connect();
    this.timer = setInterval(() => void this.sweepQuietly(), SWEEP_EVERY_MS).unref();
  }

  /** Call when a pool is made, before it claims its first job. */
  announce(poolId: string): Promise<void> {
    this.poolIds.add(poolId);
    const locked = this.announced.then(async () => {
      if (this.client) await lock(this.client, poolId);
    }); // one query at a time on a connection
    this.announced = locked.catch(() => undefined); // if the connection is lost, the next one takes all locks
    return locked;
  }

  /** If the connection is lost, the next one announces it. */
  announceQuietly(poolId: string): void {
    this.announce(poolId).catch((error: Error) =>
      this.logger.error(`a pool of workers is not announced: ${error.message}`),
    );
  }

  /** Releases the jobs of dead pools. @returns the ids of the pools */
  async sweep(): Promise<string[]> {
    const result = await this.client?.query<{ locked_by: string }>(DEAD_WORKERS, [LOCK_CLASS]);
    const dead = result?.rows.map((row) => row.locked_by) ?? [];
    if (dead.length === 0) return dead;
    await this.client?.query('SELECT graphile_worker.force_unlock_workers($1::text[])', [dead]);
    this.logger.warn({ workers: dead }, 'released the jobs of workers that died');
    return dead;
  }

  async stop(): Promise<void> {
    this.ended = true;
    if (this.timer) clearInterval(this.timer);
    if (this.reconnection) clearTimeout(this.reconnection);
    await this.client?.end();
  }

  /** A new connection takes all locks before it sweeps: a pool without a lock counts as dead. */
  private async connect(): Promise<void> {
    const client = new Client({
      connectionString: this.connectionString,
      application_name: 'tenantry-jobs',
      keepAlive: true,
      connectionTimeoutMillis: ANSWER_LIMIT_MS,
      query_timeout: ANSWER_LIMIT_MS,
    });
    client.on('error', (error) => {
      if (this.client === client) this.reconnect(error); // a connection may report its failure more than once
    });
    try {
      await client.connect();
      for (const poolId of this.poolIds) await lock(client, poolId);
    } catch (error) {
      client.connection.stream.destroy();
      throw error;
    }
    this.client = client;
  }

  private reconnect(error: Error): void {
    this.client = null;
    if (this.ended || this.reconnection) return;
    this.logger.warn(`the connection of the job workers was lost: ${error.message}`);
    this.reconnection = setTimeout(() => {
      this.reconnection = null;
      this.connect().catch((cause: Error) => this.reconnect(cause));
    }, RECONNECT_AFTER_MS).unref();
  }

  private async sweepQuietly(): Promise<void> {
    try {
      await this.sweep();
      await this.releaseLostClaims();
    } catch (error) {
      this.logger.warn(`the check for dead workers failed: ${(error as Error).message}`);
      this.client?.connection.stream.destroy(); // the query may still be running on it
    }
  }

  private async releaseLostClaims(): Promise<void> {
    const { client } = this;
    if (!client) return;
    const jobs = await this.lostClaims.release(client, [...this.poolIds]);
    if (jobs.length > 0)
      this.logger.warn({ jobs }, 'released jobs whose claim was lost with its connection');
  }
}

/** A shared lock: it never waits, not even for a lost connection that the server still believes alive. */
async function lock(client: Client, poolId: string): Promise<void> {
  await client.query('SELECT pg_advisory_lock_shared($1, hashtext($2))', [LOCK_CLASS, poolId]);
}

const DEAD_WORKERS = `
  SELECT DISTINCT locked_by FROM graphile_worker._private_jobs AS job
  WHERE locked_by IS NOT NULL AND locked_at < now() - interval '10 seconds' AND NOT EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND classid = $1::int::oid AND objid = hashtext(job.locked_by)::oid AND objsubid = 2)`;

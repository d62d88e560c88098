import { Client } from 'pg';
import type { Logger } from 'pino';

/** Of the advisory lock that each living worker holds: any number that no other of ours uses. */
export const LOCK_CLASS = 7_461;
const RECONNECT_AFTER_MS = 1_000;
const SWEEP_EVERY_MS = 15_000;

/**
 * graphile-worker keeps a dead worker's jobs locked for four hours. Here each living worker holds a session
 * advisory lock, which PostgreSQL drops with the connection of a killed process; jobs that are locked by a
 * worker without one are released, so they run again within a minute.
 */
export class WorkerPresence {
  private readonly workerIds = new Set<string>();
  private announced: Promise<void> = Promise.resolve();
  private client: Client | null = null;
  private timer: NodeJS.Timeout | null = null;
  private reconnection: NodeJS.Timeout | null = null;
  private ended = false;

  constructor(
    private readonly connectionString: string,
    private readonly logger: Logger,
  ) {}

  async start(): Promise<void> {
    await this.connect();
    this.timer = setInterval(() => void this.sweepQuietly(), SWEEP_EVERY_MS).unref();
  }

  /** Call when a worker is made, before it takes its first job. */
  announce(workerId: string): Promise<void> {
    this.workerIds.add(workerId);
    const locked = this.announced.then(() => this.lock(workerId)); // one query at a time on a connection
    this.announced = locked.catch(() => undefined); // of a lost connection: the next one locks for all
    return locked;
  }

  /** Releases the jobs of the dead. */
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

  /** A shared lock: it never waits, not even for that of a connection which the server does not know to be lost. */
  private async lock(workerId: string): Promise<void> {
    await this.client?.query('SELECT pg_advisory_lock_shared($1, hashtext($2))', [
      LOCK_CLASS,
      workerId,
    ]);
  }

  private async connect(): Promise<void> {
    const client = new Client({
      connectionString: this.connectionString,
      application_name: 'tenantry-jobs',
      keepAlive: true,
    });
    client.on('error', (error) => {
      if (this.client === client) this.reconnect(error); // a connection may tell more than once that it broke
    });
    await client.connect();
    this.client = client;
    for (const workerId of this.workerIds) await this.lock(workerId);
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
    await this.sweep().catch((error: Error) =>
      this.logger.warn(`could not look for dead workers: ${error.message}`),
    );
  }
}

const DEAD_WORKERS = `
  SELECT DISTINCT locked_by FROM graphile_worker._private_jobs AS job
  WHERE locked_by IS NOT NULL AND locked_at < now() - interval '10 seconds' AND NOT EXISTS (
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND classid = $1::int::oid AND objid = hashtext(job.locked_by)::oid AND objsubid = 2)`;

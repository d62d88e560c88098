import { setTimeout as pause } from 'node:timers/promises';
import { Pool, type PoolClient } from 'pg';
import type { Logger } from 'pino';
import { monotonicMs } from '../../common/clock';

const CONNECT_TIMEOUT_MS = 3_000;
/** An answer later than this counts as lost. `LostClaims` relies on it. */
export const ANSWER_LIMIT_MS = 10_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;
const LAST_TRIES_MS = 3_000;

type Query<T> = (client: PoolClient) => Promise<T>;

/**
 * The queue's own connections. graphile-worker 0.17 retries a query for a few error codes, and a broken connection is
 * not one of them. It does not await its "mark done" and "mark failed" either: a failed one is an unhandled
 * rejection, and leaves the job locked for four hours. Here each query is retried on a new connection until
 * PostgreSQL has answered it. All of them are safe to repeat: a mark deletes or unlocks one row, and `LostClaims`
 * releases a claim whose answer was lost.
 */
export class JobConnections {
  readonly pool: Pool;
  private readonly running = new Set<Promise<unknown>>();
  private readonly ending = new AbortController();
  private givesUpAtMs = Infinity;
  private retrying = 0;

  constructor(
    connectionString: string,
    size: number,
    private readonly logger: Logger,
  ) {
    this.pool = new Pool({
      connectionString,
      max: size,
      application_name: 'tenantry-queue',
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: ANSWER_LIMIT_MS,
    });
    const tell = (error: Error) => logger.warn(`a connection of the queue broke: ${error.message}`);
    this.pool.on('error', tell);
    this.pool.on('connect', (client) => client.on('error', () => undefined)); // its query fails with the same error
  }

  /** Whether a mark has failed and is being retried. */
  get isRetrying(): boolean {
    return this.retrying > 0;
  }

  /** Wraps each of graphile's worker pools before its first query. */
  plugin(): GraphileConfig.Plugin {
    const withRetries = <T>(query: Query<T>) => this.untilAnswered(query);
    const startWorker: GraphileConfig.WorkerHooks['startWorker'] = (event) => {
      Object.assign(event.withPgClient, { withRetries });
    };
    return {
      name: 'TenantryJobConnections',
      version: '1',
      worker: { hooks: { startWorker: (_context, event) => startWorker(event) } },
    };
  }

  /** From now on a failing query is given up after three seconds. Call it before the workers are told to stop. */
  hurry(): void {
    this.givesUpAtMs = monotonicMs() + LAST_TRIES_MS;
    this.ending.abort();
  }

  /** Waits for the last marks. */
  async end(): Promise<void> {
    await Promise.allSettled(this.running);
    await this.pool.end();
  }

  private async untilAnswered<T>(query: Query<T>): Promise<T> {
    const answer = this.retry(query);
    this.running.add(answer);
    return answer.finally(() => this.running.delete(answer));
  }

  private async retry<T>(query: Query<T>): Promise<T> {
    try {
      return await this.once(query);
    } catch (error) {
      this.retrying += 1;
      return await this.again(query, error as Error).finally(() => (this.retrying -= 1));
    }
  }

  private async again<T>(query: Query<T>, failure: Error): Promise<T> {
    for (let error = failure, tries = 1; ; tries += 1) {
      if (monotonicMs() > this.givesUpAtMs) return this.giveUp(error);
      this.logger.warn({ tries }, `a query of the queue failed and is retried: ${error.message}`);
      await this.pause(Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS));
      try {
        return await this.once(query);
      } catch (cause) {
        error = cause as Error;
      }
    }
  }

  /** A connection that failed is closed: where no answer came, the query may still be running on it. */
  private async once<T>(query: Query<T>): Promise<T> {
    const client = await this.pool.connect();
    try {
      const answer = await query(client);
      client.release();
      return answer;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  private async pause(milliseconds: number): Promise<void> {
    const { signal } = this.ending;
    if (signal.aborted) return pause(FIRST_PAUSE_MS);
    await pause(milliseconds, undefined, { signal }).catch(() => undefined); // shutting down: make the last tries now
  }

  /** An answer without rows: a claim then claims nothing, and marks are not awaited. */
  private giveUp<T>(error: Error): T {
    this.logger.error(
      `a query of the queue was given up; its jobs will run again: ${error.message}`,
    );
    return { rows: [] } as T;
  }
}

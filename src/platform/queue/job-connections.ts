import { setTimeout as pause } from 'node:timers/promises';
import { Pool, type PoolClient } from 'pg';
import type { Logger } from 'pino';
import { monotonicMs } from '../../common/clock';

const CONNECT_TIMEOUT_MS = 3_000;
/** An answer that has not come by then was lost. `LostClaims` counts on it. */
export const ANSWER_LIMIT_MS = 10_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;
const LAST_TRIES_MS = 3_000;

type Query<T> = (client: PoolClient) => Promise<T>;

/**
 * The queue's own connections. graphile-worker 0.17 tries a query again for a handful of error codes, and a broken
 * connection is not one of them. It neither awaits its "mark done" and "mark failed": a failed one is an unhandled
 * rejection, and leaves the job locked for four hours. Here each query is tried until PostgreSQL has answered it, on
 * another connection each time. All of them may be repeated: a mark deletes or unlocks one row, and a claim that is
 * not heard of is given back by `LostClaims`.
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
    this.pool.on('connect', (client) => client.on('error', () => undefined)); // its query tells the same
  }

  /** Whether something that is to be written has failed so far. */
  get isRetrying(): boolean {
    return this.retrying > 0;
  }

  /** For each of graphile's worker pools, before its first query. */
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

  /** From now on a query that fails is given up after three seconds. Call it before the workers are told to stop. */
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
      this.logger.warn(
        { tries },
        `a query of the queue failed and is tried again: ${error.message}`,
      );
      await this.pause(Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS));
      try {
        return await this.once(query);
      } catch (cause) {
        error = cause as Error;
      }
    }
  }

  /** A connection that failed is closed: where no answer came, it may still be at the query. */
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
    await pause(milliseconds, undefined, { signal }).catch(() => undefined); // it is time for the last tries
  }

  /** To graphile an answer without rows: it claims nothing, and nobody awaits a mark. */
  private giveUp<T>(error: Error): T {
    this.logger.error(
      `a query of the queue was given up; jobs that it concerns run again: ${error.message}`,
    );
    return { rows: [] } as T;
  }
}

import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Client } from 'pg';
import { DataSource, type QueryRunner } from 'typeorm';
import { databaseUnavailable } from '../../common/problems';
import { Clock } from '../../common/clock';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../config/config';
import { beginText, liftText, LOWER_TEXT } from './begin';
import { ChangeFeed } from './change-feed';
import { ConnectionShares } from './connection-shares';
import { isConnectionLost, isRetriable, translateDatabaseError } from './database-errors';
import { Transaction, type Scope, type TransactionState } from './transaction';

const MAXIMUM_TRIES = 5;

/**
 * The only way to the data. Row-level security and the audit trigger stand on settings that are made
 * with BEGIN, in the same round trip, and end with the transaction.
 */
@Injectable()
export class Database {
  private readonly shares: ConnectionShares;
  private running = 0;
  private isClosing = false;
  private onIdle: () => void = () => undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly feed: ChangeFeed,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.shares = new ConnectionShares(config.databasePoolShare);
  }

  /**
   * Runs work in a transaction that sees the rows of `context.businessId` and no others.
   * Joins the one that `context` is in already. A deadlock (40P01) or serialization failure (40001)
   * runs the work again in a fresh transaction, so work must do nothing but use the database.
   * @throws 503 database_unavailable when the database cannot be reached in time, 429 too_many_at_once
   */
  async transaction<T>(context: RequestContext, work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (context instanceof Transaction) return work(context);
    return this.outermost(context, 'tenant', work);
  }

  /**
   * Like `transaction`, but across all tenants. A check lists the files that may call this.
   * @param reason why the work needs more than one tenant, in 1 to 53 ASCII characters: pg_stat_activity shows it as
   * application_name while the transaction runs
   */
  async platform<T>(
    context: RequestContext,
    reason: string,
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    if (!(context instanceof Transaction)) return this.outermost(context, 'platform', work, reason);
    return context.scope === 'platform' ? work(context) : this.elevated(context, reason, work);
  }

  /**
   * One statement by itself, outside any transaction and tenant: for tables that hold nothing of tenants, and
   * for a function that names its tenants itself. Row-level security hides everything else from it.
   * @throws Error inside a transaction of the same request, which would hold two connections
   */
  statement(
    context: RequestContext,
    sql: string,
    parameters: unknown[],
  ): Promise<{ rows: unknown[] }> {
    return this.onConnection(context, () => this.alone(sql, parameters));
  }

  private async alone(sql: string, parameters: unknown[]): Promise<{ rows: unknown[] }> {
    const runner = this.dataSource.createQueryRunner();
    let failure: unknown;
    try {
      return { rows: (await runner.query(sql, parameters)) as unknown[] };
    } catch (error) {
      failure = error;
      throw translateDatabaseError(error);
    } finally {
      await release(runner, failure);
    }
  }

  /**
   * Ends it: what is running goes on to its end, nothing new begins. A request whose client has gone is not waited for
   * by the HTTP server; were the pool closed under it, TypeORM would give its connection to the next one that waits,
   * in the middle of its transaction.
   */
  drain(): Promise<void> {
    this.isClosing = true;
    return new Promise((resolve) => {
      this.onIdle = resolve;
      if (this.running === 0) resolve();
    });
  }

  private async whileOpen<T>(work: () => Promise<T>): Promise<T> {
    if (this.isClosing) throw databaseUnavailable({ headers: { 'Retry-After': '1' } });
    this.running += 1;
    try {
      return await work();
    } finally {
      this.running -= 1;
      if (this.running === 0) this.onIdle();
    }
  }

  private outermost<T>(
    context: RequestContext,
    scope: Scope,
    work: (tx: Transaction) => Promise<T>,
    reason?: string,
  ): Promise<T> {
    const begin = beginText(context, scope, {
      statementTimeoutMs: this.config.statementTimeoutMs,
      reason,
    });
    return this.onConnection(context, () => this.withRetries(context, scope, begin, work));
  }

  /**
   * A request holds one connection at a time. Were it to wait for a second one while it holds the first, as many
   * such requests as the pool has connections would wait for each other, and everyone else for them.
   */
  private async onConnection<T>(context: RequestContext, work: () => Promise<T>): Promise<T> {
    const use = context.connection ?? { isHeld: false };
    if (use.isHeld || context instanceof Transaction)
      throw new Error(`${context.action}: a second connection while the request holds one`);
    use.isHeld = true;
    try {
      return await this.whileOpen(() => this.shares.run(context, work));
    } finally {
      use.isHeld = false;
    }
  }

  private async withRetries<T>(
    context: RequestContext,
    scope: Scope,
    begin: string,
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.once(context, scope, begin, work);
      } catch (error) {
        if (!isRetriable(error) || tries === MAXIMUM_TRIES) throw translateDatabaseError(error);
        await delay(Math.random() * 20 * tries); // those who met in a deadlock should not meet again
      }
    }
  }

  private async once<T>(
    context: RequestContext,
    scope: Scope,
    begin: string,
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    let failure: unknown;
    try {
      const state = await this.begin(runner, scope, begin);
      const result = await settle(runner, state, () => work(new Transaction(context, state)));
      if (state.changed) this.feed.publish(state.changed);
      return result;
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      await release(runner, failure);
    }
  }

  private async begin(runner: QueryRunner, scope: Scope, begin: string): Promise<TransactionState> {
    const client = (await runner.connect()) as Client;
    const results = (await client.query(begin)) as unknown as { rows: [{ now: Date }] }[];
    // TypeORM did not see this BEGIN; unless told, its save() would open and COMMIT a transaction of its own.
    Object.assign(runner, { isTransactionActive: true, transactionDepth: 1 });
    const now = this.clock.at(results.at(-1)!.rows[0].now);
    return { manager: runner.manager, scope, now, hasEnded: false, changed: '' };
  }

  /** Lifts a tenant's transaction to the platform's scope for the length of the work. */
  private async elevated<T>(
    tx: Transaction,
    reason: string,
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    await tx.query(liftText(reason));
    try {
      return await work(tx.elevated());
    } finally {
      // The caller may catch what the work throws and go on. Where PostgreSQL itself has failed the transaction,
      // this fails too: then there is nothing to go on with, and the first error is the one to tell.
      await tx.query(LOWER_TEXT).catch(() => undefined);
    }
  }
}

async function settle<T>(
  runner: QueryRunner,
  state: TransactionState,
  work: () => Promise<T>,
): Promise<T> {
  try {
    const result = await work();
    state.changed = await commit(runner);
    return result;
  } catch (error) {
    if (!isConnectionLost(error)) await rollback(runner);
    throw error;
  } finally {
    state.hasEnded = true;
  }
}

/**
 * PostgreSQL answers COMMIT of a failed transaction with a quiet ROLLBACK; here that is an error, since nothing but
 * ROLLBACK may follow the failure. @returns what the transaction has changed that processes keep in memory
 */
async function commit(runner: QueryRunner): Promise<string> {
  const client = (await runner.connect()) as Client;
  const results = (await client.query(
    `SELECT current_setting('app.changed', true) AS changed; COMMIT`,
  )) as unknown as [{ rows: [{ changed: string | null }] }, unknown];
  Object.assign(runner, { isTransactionActive: false, transactionDepth: 0 });
  return results[0].rows[0].changed ?? '';
}

async function rollback(runner: QueryRunner): Promise<void> {
  if (runner.isTransactionActive) await runner.rollbackTransaction();
}

/** A connection that has failed itself is closed, not given to the next. */
async function release(runner: QueryRunner, failure: unknown): Promise<void> {
  const releasable = runner as QueryRunner & {
    releasePostgresConnection(error?: unknown): Promise<void>;
  };
  await releasable.releasePostgresConnection(isConnectionLost(failure) ? failure : undefined);
}

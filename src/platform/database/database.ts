import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Client } from 'pg';
import { DataSource, type QueryRunner } from 'typeorm';
import { databaseUnavailable } from '../../common/problems';
import { Clock } from '../../common/clock';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../config/config';
import { beginReadText, beginText, liftText, LOWER_TEXT } from './begin';
import { ChangeFeed, type WrittenBusinesses } from './change-feed';
import { CoalescedReads } from './coalesced-reads';
import { ConnectionShares } from './connection-shares';
import { isConnectionLost, isRetriable, translateDatabaseError } from './database-errors';
import { Transaction, type Collected, type Scope, type TransactionState } from './transaction';

const MAXIMUM_TRIES = 5;
const LIFTED = 'what was collected across tenants';

interface Statement {
  sql: string;
  parameters: unknown[];
}

/** A SELECT that may be sent with others, and what its rows say. */
export interface Reading<Result> extends Statement {
  of: (rows: readonly unknown[]) => Result;
}

/**
 * The only access to the data. Row-level security and the audit trigger rely on settings that are sent with BEGIN, in
 * the same round trip, and end with the transaction.
 */
@Injectable()
export class Database {
  private readonly shares: ConnectionShares;
  private readonly coalescedReads = new CoalescedReads();
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
   * Runs work in a transaction that sees only the rows of `context.businessId`. Joins the transaction that `context`
   * is in. A deadlock (40P01) or serialization failure (40001) reruns the work in a fresh transaction, so work must
   * only use the database.
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
   * One statement outside any transaction and tenant: for tables without tenant data, and for functions that name
   * their tenants themselves. Row-level security hides everything else.
   * @param businessIds those of which it writes something
   * @throws Error inside a transaction of the same request, which would then hold two connections
   */
  async statement(
    context: RequestContext,
    sql: string,
    parameters: unknown[],
    businessIds: readonly string[] = [],
  ): Promise<{ rows: unknown[] }> {
    const result = await this.onConnection(context, () => this.alone(sql, parameters));
    this.feed.written(businessIds);
    return result;
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
   * The rows of one SELECT in a transaction of its own that sees the rows of `context.businessId`: BEGIN, SELECT and
   * COMMIT are sent together and take one round trip. Joins the transaction that `context` is in. Equal reads at the same
   * time share their rows, so a caller must not change them.
   * @throws 503 database_unavailable when the database cannot be reached in time, 429 too_many_at_once
   */
  async read<Row>(
    context: RequestContext,
    sql: string,
    parameters: unknown[],
  ): Promise<readonly Row[]> {
    if (context instanceof Transaction) return context.query<Row>(sql, parameters);
    const of = (rows: readonly unknown[]) => rows as readonly Row[];
    const [rows] = await this.readTogether(context, [{ sql, parameters, of }]);
    return rows;
  }

  /** Like `read`, for several statements that are sent together and see the same moment. Joins no transaction. */
  async readTogether<Results extends unknown[]>(
    context: RequestContext,
    readings: { [Index in keyof Results]: Reading<Results[Index]> },
  ): Promise<Results> {
    refuseSecondConnection(context);
    const begin = beginReadText(context, this.config);
    const answers = await this.coalescedReads.run(keyOf(context, begin, readings), () =>
      this.onConnection(context, () => this.atOnce(begin, readings)),
    );
    return readings.map(({ of }, index) => of(answers[index]!)) as Results;
  }

  /** Waits for all answers, whatever becomes of the first: the connection goes back to the pool after them. */
  private async atOnce(begin: string, statements: readonly Statement[]): Promise<unknown[][]> {
    const runner = this.dataSource.createQueryRunner();
    let failure: unknown;
    try {
      const client = (await runner.connect()) as Client;
      const sent = [
        client.query(begin),
        ...statements.map(({ sql, parameters }) => client.query(sql, parameters)),
        client.query('COMMIT'),
      ];
      await Promise.allSettled(sent);
      const answers = await Promise.all(sent); // throws what the first one was refused with
      return answers.slice(1, -1).map(({ rows }) => rows as unknown[]);
    } catch (error) {
      failure = error;
      throw translateDatabaseError(error);
    } finally {
      await release(runner, failure);
    }
  }

  /**
   * Lets running work finish and starts no more. The HTTP server does not wait for a request whose client has gone;
   * closing the pool under it would make TypeORM hand its connection, in the middle of a transaction, to the next
   * waiter.
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
   * A request holds one connection at a time. If requests waited for a second while holding a first, as many of them
   * as the pool has connections would deadlock the pool.
   */
  private async onConnection<T>(context: RequestContext, work: () => Promise<T>): Promise<T> {
    refuseSecondConnection(context);
    const use = context.connection ?? { isHeld: false };
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
        await delay(Math.random() * 20 * tries); // so that the deadlocked transactions do not meet again
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
      const state = await this.begin(runner, context, scope, begin);
      const result = await settle(runner, state, () =>
        this.finish(new Transaction(context, state), state, work),
      );
      if (state.changed) this.feed.publish(state.changed);
      if (state.hasWritten) this.feed.written(writtenBy(context, state));
      return result;
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      await release(runner, failure);
    }
  }

  private async begin(
    runner: QueryRunner,
    { businessId }: RequestContext,
    scope: Scope,
    begin: string,
  ): Promise<TransactionState> {
    const client = (await runner.connect()) as Client;
    const results = (await client.query(begin)) as unknown as { rows: [{ now: Date }] }[];
    // TypeORM did not see this BEGIN; without this, its save() would open and COMMIT a transaction of its own.
    Object.assign(runner, { isTransactionActive: true, transactionDepth: 1 });
    const now = this.clock.at(results.at(-1)!.rows[0].now);
    const businessIds = new Set(businessId ? [businessId] : []);
    const outcome = { hasEnded: false, changed: '', hasWritten: false, collected: new Map() };
    return { manager: runner.manager, scope, now, businessIds, ...outcome };
  }

  /** What was collected in platform scope is written in it. A collector may collect for others, too. */
  private async finish<T>(
    tx: Transaction,
    { collected }: TransactionState,
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    const result = await work(tx);
    while (collected.size > 0) {
      const [key, each] = firstOf(collected);
      collected.delete(key); // what it collects anew is visited again
      const isLifted = each.isOfPlatform && tx.scope === 'tenant';
      await (isLifted ? this.elevated(tx, LIFTED, (lifted) => each.write(lifted)) : each.write(tx));
    }
    return result;
  }

  /** Lifts a tenant's transaction to platform scope while the work runs. */
  private async elevated<T>(
    tx: Transaction,
    reason: string,
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    await tx.query(liftText(reason));
    try {
      return await work(tx.elevated());
    } finally {
      // The caller may catch what the work throws and continue. Where PostgreSQL has aborted the transaction, this
      // fails too: nothing can continue then, and the first error is the one to report.
      await tx.query(LOWER_TEXT).catch(() => undefined);
    }
  }
}

function refuseSecondConnection(context: RequestContext): void {
  if (context.connection?.isHeld || context instanceof Transaction)
    throw new Error(`${context.action}: a second connection while the request holds one`);
}

/** What may share an answer: the tenant (in `begin`), the statements, and the share of connections that is used. */
function keyOf({ actor }: RequestContext, begin: string, statements: readonly Statement[]): string {
  const asked = statements.map(({ sql, parameters }) => sql + JSON.stringify(parameters));
  return [actor.kind, begin, ...asked].join('\n');
}

function firstOf(collected: TransactionState['collected']): [object, Collected] {
  const all = [...collected];
  return all.find(([, { isLast }]) => !isLast) ?? all[0]!;
}

async function settle<T>(
  runner: QueryRunner,
  state: TransactionState,
  work: () => Promise<T>,
): Promise<T> {
  try {
    const result = await work();
    Object.assign(state, await commit(runner));
    return result;
  } catch (error) {
    if (!isConnectionLost(error)) await rollback(runner);
    throw error;
  } finally {
    state.hasEnded = true;
  }
}

/**
 * PostgreSQL answers COMMIT of a failed transaction with a silent ROLLBACK; here that is an error. @returns the
 * changes that invalidate caches, and whether anything was written
 */
async function commit(
  runner: QueryRunner,
): Promise<Pick<TransactionState, 'changed' | 'hasWritten'>> {
  const client = (await runner.connect()) as Client;
  const results = (await client.query(
    `SELECT current_setting('app.changed', true) AS changed, pg_current_xact_id_if_assigned() IS NOT NULL AS "hasWritten"; COMMIT`,
  )) as unknown as [{ rows: [{ changed: string | null; hasWritten: boolean }] }, unknown];
  Object.assign(runner, { isTransactionActive: false, transactionDepth: 0 });
  const { changed, hasWritten } = results[0].rows[0];
  return { changed: changed ?? '', hasWritten };
}

/** Staff change plans and features for all businesses. */
function writtenBy(
  { actor }: RequestContext,
  { businessIds }: TransactionState,
): WrittenBusinesses {
  return actor.kind === 'staff' && businessIds.size === 0 ? 'everything' : [...businessIds];
}

async function rollback(runner: QueryRunner): Promise<void> {
  if (runner.isTransactionActive) await runner.rollbackTransaction();
}

/** A connection that failed is closed instead of reused. */
async function release(runner: QueryRunner, failure: unknown): Promise<void> {
  const releasable = runner as QueryRunner & {
    releasePostgresConnection(error?: unknown): Promise<void>;
  };
  await releasable.releasePostgresConnection(isConnectionLost(failure) ? failure : undefined);
}

import type { EntityManager, ObjectLiteral, Repository } from 'typeorm';
import { RequestContext, type RequestContextFields } from '../../common/request-context';
import { setLocal } from './settings';

/** Which rows row-level security shows: those of one business, or (rarely) of all. */
export type Scope = 'tenant' | 'platform';

/** Takes all items that a transaction has collected for it, as its last statements before COMMIT. */
export type Collector<Item> = (tx: Transaction, items: readonly Item[]) => Promise<void>;

export interface Collected {
  readonly items: unknown[];
  /** Some of them were collected in platform scope, so they may be of any tenant. */
  isOfPlatform: boolean;
  /** Written after those that may collect for it. */
  readonly isLast: boolean;
  write(tx: Transaction): Promise<void>;
}

/** Shared by all contexts inside one transaction. */
export interface TransactionState {
  readonly manager: EntityManager;
  readonly scope: Scope;
  /** The database's time at the start, in whole milliseconds. */
  readonly now: Date;
  hasEnded: boolean;
  /** The subjects to invalidate in caches after the commit, as the trigger reports them. */
  changed: string;
  /** Whether it has written or locked a row. */
  hasWritten: boolean;
  /** The businesses that it was for. */
  readonly businessIds: Set<string>;
  /** COMMIT does not wait for the disk. */
  isCommittedLazily?: boolean;
  /** What is written before COMMIT, by its collector. */
  readonly collected: Map<object, Collected>;
}

/**
 * A request's context inside a transaction. Repositories take it instead of the context, so using one outside a
 * transaction does not compile; using one after its end throws.
 */
export class Transaction extends RequestContext {
  constructor(
    context: RequestContext,
    private readonly state: TransactionState,
  ) {
    super(context);
  }

  get manager(): EntityManager {
    if (this.state.hasEnded) throw new Error(`${this.action}: the transaction has ended`);
    return this.state.manager;
  }

  get scope(): Scope {
    return this.state.scope;
  }

  /** The database's time at the start of the transaction, in whole milliseconds. */
  get now(): Date {
    return this.state.now;
  }

  /** Stays in the transaction. Its tenant was fixed at BEGIN; only in platform scope may another be named. */
  override with(changes: Partial<RequestContextFields>): Transaction {
    const context = super.with(changes);
    if (this.scope === 'tenant' && context.businessId !== this.businessId) {
      throw new Error(`${this.action}: the transaction belongs to another business`);
    }
    if (context.businessId) this.state.businessIds.add(context.businessId);
    return new Transaction(context, this.state);
  }

  /** For Database only: the same transaction, in platform scope. */
  elevated(): Transaction {
    return new Transaction(
      this,
      Object.create(this.state, { scope: { value: 'platform' } }) as TransactionState,
    );
  }

  repository<Entity extends ObjectLiteral>(entity: new () => Entity): Repository<Entity> {
    return this.manager.getRepository(entity);
  }

  /** Sets a parameter that triggers read, until the end of the transaction. */
  async setLocal(name: string, value: string): Promise<void> {
    await this.query(setLocal(name, value));
  }

  /**
   * COMMIT will not wait for the disk: a crash of PostgreSQL within half a second may undo it. Only for work that is
   * found and done again then with the same result, and which has been told to no caller.
   */
  async commitLazily(): Promise<void> {
    await this.setLocal('synchronous_commit', 'off');
    this.state.isCommittedLazily = true;
  }

  /** COMMIT waits for the disk after all, as far as the installation says: others are told of it. */
  async commitDurably(): Promise<void> {
    if (this.state.isCommittedLazily) await this.query('SET LOCAL synchronous_commit TO DEFAULT');
    this.state.isCommittedLazily = false;
  }

  /**
   * Keeps the item until the work of the outermost transaction is done; `write` then takes all of them. For rows whose
   * lock must be the last of a transaction, and be held only for its commit. Not written where the work throws.
   * @param isLast whether other collectors may collect for it
   */
  collect<Item>(write: Collector<Item>, item: Item, isLast = false): void {
    const isOfPlatform = this.scope === 'platform';
    const known = this.state.collected.get(write);
    if (known) {
      known.items.push(item);
      known.isOfPlatform ||= isOfPlatform;
      return;
    }
    const items = [item];
    const collected = { items, isOfPlatform, isLast, write: (tx: Transaction) => write(tx, items) };
    this.state.collected.set(write, collected);
  }

  /** Runs one statement and returns its rows; for INSERT, UPDATE and DELETE those of RETURNING. */
  async query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    const result = await this.manager.queryRunner!.query(sql, parameters, true);
    return result.records as Row[];
  }

  /** Runs one statement and returns the number of affected rows. */
  async execute(sql: string, parameters: unknown[] = []): Promise<number> {
    const result = await this.manager.queryRunner!.query(sql, parameters, true);
    return result.affected ?? 0;
  }
}

import type { EntityManager, ObjectLiteral, Repository } from 'typeorm';
import { RequestContext, type RequestContextFields } from '../../common/request-context';
import { setLocal } from './settings';

/** Which rows row-level security shows: those of one business, or (for the few who need it) of all. */
export type Scope = 'tenant' | 'platform';

/** What all contexts inside one transaction share. */
export interface TransactionState {
  readonly manager: EntityManager;
  readonly scope: Scope;
  /** The database's time at the start, in whole milliseconds. */
  readonly now: Date;
  hasEnded: boolean;
  /** What it has changed that processes keep in memory, once it is committed; in the words of the trigger. */
  changed: string;
}

/**
 * A request's context inside a transaction. Repositories take it instead of the context,
 * so using one outside a transaction does not compile; using one after its end throws.
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

  /** Stays in the transaction. Its tenant was settled at its BEGIN; only in platform scope may another be named. */
  override with(changes: Partial<RequestContextFields>): Transaction {
    const context = super.with(changes);
    if (this.scope === 'tenant' && context.businessId !== this.businessId) {
      throw new Error(`${this.action}: the transaction belongs to another business`);
    }
    return new Transaction(context, this.state);
  }

  /** The Database only: the same transaction, with its scope lifted. */
  elevated(): Transaction {
    return new Transaction(
      this,
      Object.create(this.state, { scope: { value: 'platform' } }) as TransactionState,
    );
  }

  repository<Entity extends ObjectLiteral>(entity: new () => Entity): Repository<Entity> {
    return this.manager.getRepository(entity);
  }

  /** Sets something for the triggers, until the end of the transaction. */
  async setLocal(name: string, value: string): Promise<void> {
    await this.query(setLocal(name, value));
  }

  /** Runs one statement and gives its rows; of INSERT, UPDATE and DELETE those of RETURNING. */
  async query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    const result = await this.manager.queryRunner!.query(sql, parameters, true);
    return result.records as Row[];
  }

  /** Runs one statement and gives the number of rows it touched. */
  async execute(sql: string, parameters: unknown[] = []): Promise<number> {
    const result = await this.manager.queryRunner!.query(sql, parameters, true);
    return result.affected ?? 0;
  }
}

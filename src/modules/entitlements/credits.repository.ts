import { Injectable } from '@nestjs/common';
import type { ListQuery } from '../../common/dto/list.query';
import { Clock, databaseTime } from '../../common/clock';
import { newId } from '../../common/ids';
import type { RequestContext } from '../../common/request-context';
import type { Reading } from '../../platform/database/database';
import { newestFirst } from '../../platform/database/newest-first';
import type { Transaction } from '../../platform/database/transaction';
import { Credit } from './credit.entity';

export type NewCredit = Pick<Credit, 'feature' | 'amount' | 'reason' | 'grantedBy' | 'expiresAt'>;

/** A credit as a source of the current period's usage. */
export interface CreditSource {
  id: string;
  amount: number;
  /** The part that counts in the current period. */
  used: number;
  /** 0 also where the rest has expired or was voided. */
  remaining: number;
  expiresAt: Date | null;
}

@Injectable()
export class CreditsRepository {
  constructor(private readonly clock: Clock) {}

  async insert(tx: Transaction, fields: NewCredit): Promise<Credit> {
    const credit: Credit = {
      ...fields,
      id: newId(),
      businessId: tx.requireBusinessId(),
      spent: 0,
      ...{ counted: 0, countedSubscriptionId: null, countedOrdinal: null, countedDay: null },
      createdAt: tx.now,
      voidedAt: null,
    };
    await tx.repository(Credit).insert(credit);
    return credit;
  }

  /** All credits of the business, spent and void ones included, newest first; one more than `limit`. */
  list(tx: Transaction, query: ListQuery): Promise<Credit[]> {
    const credits = tx
      .repository(Credit)
      .createQueryBuilder('credit')
      .where('credit.businessId = :businessId', { businessId: tx.requireBusinessId() });
    return newestFirst(credits, 'createdAt', query);
  }

  /**
   * The credits beside the plan: first those with something left, in the order in which they are spent, then used up,
   * expired or void ones that count in the current period.
   */
  readingOfSources(context: RequestContext, feature: string): Reading<readonly CreditSource[]> {
    return {
      sql: SOURCES,
      parameters: [context.requireBusinessId(), this.clock.offsetMs, feature],
      of: (rows) => rows as readonly CreditSource[],
    };
  }

  find(tx: Transaction, id: string): Promise<Credit | null> {
    return tx.repository(Credit).findOneBy({ businessId: tx.requireBusinessId(), id });
  }

  async void(tx: Transaction, id: string): Promise<void> {
    await tx
      .repository(Credit)
      .update({ businessId: tx.requireBusinessId(), id }, { voidedAt: tx.now });
  }
}

// The function's plan is kept.
const SOURCES = `SELECT * FROM credit_sources($1, $3, ${databaseTime('$2')})`;

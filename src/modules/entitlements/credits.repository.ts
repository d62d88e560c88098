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
  readingOfSources(context: RequestContext, feature: string): Reading<CreditSource[]> {
    return {
      sql: SOURCES,
      parameters: [context.requireBusinessId(), this.clock.offsetMs, feature],
      of: (rows) => rows as CreditSource[],
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

const SOURCES = `
  SELECT id, amount::float8, used::float8, remaining::float8, expires_at AS "expiresAt"
  FROM (
    SELECT credit.id, credit.granted AS amount, credit.expires_at,
           CASE WHEN (credit.counted_subscription_id, credit.counted_ordinal, credit.counted_day)
             IS NOT DISTINCT FROM (counter.subscription_id, counter.period_ordinal, counter.day)
             THEN credit.counted ELSE 0 END AS used,
           CASE WHEN credit.voided_at IS NULL AND (credit.expires_at IS NULL OR credit.expires_at > clock.now)
             THEN credit.granted - credit.spent ELSE 0 END AS remaining
    FROM credits AS credit
    CROSS JOIN (SELECT ${databaseTime('$2')} AS now) AS clock
    LEFT JOIN usage_counters AS counter ON counter.business_id = credit.business_id AND counter.feature = credit.feature
    WHERE credit.business_id = $1 AND credit.feature = $3
  ) AS source
  WHERE used > 0 OR remaining > 0
  ORDER BY remaining = 0, expires_at NULLS LAST, id`;

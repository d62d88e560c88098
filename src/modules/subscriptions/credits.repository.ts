import { Injectable } from '@nestjs/common';
import type { ListQuery } from '../../common/dto/list.query';
import { newId } from '../../common/ids';
import { newestFirst } from '../../platform/database/newest-first';
import type { Transaction } from '../../platform/database/transaction';
import { Credit } from './credit.entity';

export type NewCredit = Pick<Credit, 'feature' | 'amount' | 'reason' | 'grantedBy' | 'expiresAt'>;

@Injectable()
export class CreditsRepository {
  async insert(tx: Transaction, fields: NewCredit): Promise<Credit> {
    const credit: Credit = {
      ...fields,
      id: newId(),
      businessId: tx.requireBusinessId(),
      spent: 0,
      createdAt: tx.now,
      voidedAt: null,
    };
    await tx.repository(Credit).insert(credit);
    return credit;
  }

  /** All credits of the business, spent and void ones too, newest first; one more than `limit`. */
  list(tx: Transaction, query: ListQuery): Promise<Credit[]> {
    const credits = tx
      .repository(Credit)
      .createQueryBuilder('credit')
      .where('credit.businessId = :businessId', { businessId: tx.requireBusinessId() });
    return newestFirst(credits, 'createdAt', query);
  }

  /** Those with something left, in the order in which they are spent: what expires first goes first. */
  listSpendable(tx: Transaction): Promise<Credit[]> {
    return tx
      .repository(Credit)
      .createQueryBuilder('credit')
      .where('credit.businessId = :businessId', { businessId: tx.requireBusinessId() })
      .andWhere(
        `credit.feature = 'recordings' AND credit.voidedAt IS NULL AND credit.spent < credit.amount`,
      )
      .andWhere('(credit.expiresAt IS NULL OR credit.expiresAt > :now)', { now: tx.now })
      .orderBy('credit.expiresAt', 'ASC', 'NULLS LAST')
      .addOrderBy('credit.id')
      .getMany();
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

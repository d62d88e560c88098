import { Injectable } from '@nestjs/common';
import { newId } from '../../common/ids';
import type { Transaction } from '../../platform/database/transaction';
import { Business } from './business.entity';

@Injectable()
export class BusinessesRepository {
  async insert(tx: Transaction, name: string): Promise<Business> {
    const business: Business = {
      id: newId(),
      name,
      status: 'active',
      supportAccess: true,
      requireSecondFactor: false,
      createdAt: tx.now,
    };
    await tx.repository(Business).insert(business);
    return business;
  }

  get(tx: Transaction): Promise<Business> {
    return tx.repository(Business).findOneByOrFail({ id: tx.requireBusinessId() });
  }

  find(tx: Transaction): Promise<Business | null> {
    return tx.repository(Business).findOneBy({ id: tx.requireBusinessId() });
  }

  /** Locked until the transaction ends. */
  findAndHold(tx: Transaction): Promise<Business | null> {
    const lock = { mode: 'pessimistic_read' as const };
    return tx.repository(Business).findOne({ where: { id: tx.requireBusinessId() }, lock });
  }

  exists(tx: Transaction): Promise<boolean> {
    return tx.repository(Business).existsBy({ id: tx.requireBusinessId() });
  }

  async update(
    tx: Transaction,
    changes: Partial<Pick<Business, 'name' | 'supportAccess' | 'requireSecondFactor' | 'status'>>,
  ): Promise<void> {
    if (Object.keys(changes).length === 0) return;
    await tx.repository(Business).update({ id: tx.requireBusinessId() }, changes);
  }
}

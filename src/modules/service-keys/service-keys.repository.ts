import { Injectable } from '@nestjs/common';
import type { ListQuery } from '../../common/dto/list.query';
import { issueKey, type KeyChanges } from '../../platform/database/issued-key';
import { newestFirst } from '../../platform/database/newest-first';
import type { Transaction } from '../../platform/database/transaction';
import { ServiceKey } from './service-key.entity';

/** The only place that has the key itself. */
export interface CreatedServiceKey {
  serviceKey: ServiceKey;
  key: string;
}

/** In platform scope. */
@Injectable()
export class ServiceKeysRepository {
  async insert(
    tx: Transaction,
    fields: Pick<ServiceKey, 'name' | 'scopes' | 'businessIds' | 'expiresAt'>,
  ): Promise<CreatedServiceKey> {
    const { key, columns } = issueKey('service_key', tx.now);
    const serviceKey: ServiceKey = { ...fields, ...columns };
    await tx.repository(ServiceKey).insert(serviceKey);
    return { serviceKey, key };
  }

  /** All keys, revoked and expired ones included, newest first; one more than `limit`. */
  list(tx: Transaction, page: ListQuery): Promise<ServiceKey[]> {
    return newestFirst(tx.repository(ServiceKey).createQueryBuilder('key'), 'createdAt', page);
  }

  /** Locks the key until the end of the transaction, so that concurrent rotations see the first. */
  lock(tx: Transaction, id: string): Promise<ServiceKey | null> {
    const lock = { mode: 'pessimistic_write' as const };
    return tx.repository(ServiceKey).findOne({ where: { id }, lock });
  }

  async update(tx: Transaction, id: string, changes: KeyChanges): Promise<void> {
    await tx.repository(ServiceKey).update({ id }, changes);
  }
}

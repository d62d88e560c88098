import { Injectable } from '@nestjs/common';
import type { ListQuery } from '../../common/dto/list.query';
import { newId } from '../../common/ids';
import { createToken, hashToken } from '../../common/token';
import { newestFirst } from '../../platform/database/newest-first';
import type { Transaction } from '../../platform/database/transaction';
import { ApiKey } from './api-key.entity';

const HINT_LENGTH = 4;

/** The only place that has the key itself. */
export interface CreatedApiKey {
  apiKey: ApiKey;
  key: string;
}

@Injectable()
export class ApiKeysRepository {
  async insert(
    tx: Transaction,
    fields: Pick<ApiKey, 'memberId' | 'name' | 'expiresAt'>,
  ): Promise<CreatedApiKey> {
    const key = createToken('api_key');
    const apiKey: ApiKey = {
      ...fields,
      businessId: tx.requireBusinessId(),
      id: newId(),
      tokenHash: hashToken(key),
      hint: key.slice(-HINT_LENGTH),
      createdAt: tx.now,
      lastUsedAt: null,
      revokedAt: null,
      rotatedToId: null,
    };
    await tx.repository(ApiKey).insert(apiKey);
    return { apiKey, key };
  }

  /** All keys, revoked and expired ones included, newest first; one more than `limit`. */
  list(tx: Transaction, page: ListQuery): Promise<ApiKey[]> {
    const query = tx
      .repository(ApiKey)
      .createQueryBuilder('key')
      .where('key.businessId = :businessId', { businessId: tx.requireBusinessId() });
    return newestFirst(query, 'createdAt', page);
  }

  /** Locks the key until the end of the transaction, so that concurrent rotations see the first. */
  lock(tx: Transaction, id: string): Promise<ApiKey | null> {
    const where = { businessId: tx.requireBusinessId(), id };
    return tx.repository(ApiKey).findOne({ where, lock: { mode: 'pessimistic_write' } });
  }

  async update(
    tx: Transaction,
    id: string,
    changes: Partial<Pick<ApiKey, 'expiresAt' | 'revokedAt' | 'rotatedToId'>>,
  ): Promise<void> {
    await tx.repository(ApiKey).update({ businessId: tx.requireBusinessId(), id }, changes);
  }

  /** Of keys that expire; days of 24 hours. */
  async shift(tx: Transaction, days: number): Promise<void> {
    await tx.execute(SHIFT, [tx.requireBusinessId(), days]);
  }
}

const SHIFT = `
  UPDATE api_keys SET expires_at = expires_at - $2::integer * interval '24 hours',
                      created_at = created_at - $2::integer * interval '24 hours'
  WHERE business_id = $1 AND expires_at IS NOT NULL`;

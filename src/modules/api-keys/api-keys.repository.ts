import { Injectable } from '@nestjs/common';
import type { ListQuery } from '../../common/dto/list.query';
import { issueKey, type KeyChanges } from '../../platform/database/issued-key';
import { newestFirst } from '../../platform/database/newest-first';
import type { Transaction } from '../../platform/database/transaction';
import { ApiKey } from './api-key.entity';

/** The only place that has the key itself. */
export interface CreatedApiKey {
  apiKey: ApiKey;
  key: string;
}

export type NewApiKey = Pick<ApiKey, 'memberId' | 'name' | 'scopes' | 'boundTo' | 'expiresAt'>;

@Injectable()
export class ApiKeysRepository {
  async insert(tx: Transaction, fields: NewApiKey): Promise<CreatedApiKey> {
    const { key, columns } = issueKey('api_key', tx.now);
    const apiKey: ApiKey = { ...fields, ...columns, businessId: tx.requireBusinessId() };
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

  /** What the key is bound to, which never changes; null also for a key that does not exist. */
  async findTarget(tx: Transaction, id: string): Promise<string | null> {
    const key = await tx.repository(ApiKey).findOneBy({ businessId: tx.requireBusinessId(), id });
    return key?.boundTo ?? null;
  }

  /** Locks the key until the end of the transaction, so that concurrent rotations see the first. */
  lock(tx: Transaction, id: string): Promise<ApiKey | null> {
    const where = { businessId: tx.requireBusinessId(), id };
    return tx.repository(ApiKey).findOne({ where, lock: { mode: 'pessimistic_write' } });
  }

  async update(tx: Transaction, id: string, changes: KeyChanges): Promise<void> {
    await tx.repository(ApiKey).update({ businessId: tx.requireBusinessId(), id }, changes);
  }

  /** Ends the keys that are bound to this. @returns their ids */
  async revokeBoundTo(tx: Transaction, target: string): Promise<string[]> {
    const parameters = [tx.requireBusinessId(), target, tx.now];
    const revoked = await tx.query<{ id: string }>(REVOKE_BOUND, parameters);
    return revoked.map(({ id }) => id);
  }

  /** Of keys that expire; days of 24 hours. */
  async shift(tx: Transaction, days: number): Promise<void> {
    await tx.execute(SHIFT, [tx.requireBusinessId(), days]);
  }
}

const REVOKE_BOUND = `
  UPDATE api_keys SET revoked_at = $3 WHERE business_id = $1 AND bound_to = $2 AND revoked_at IS NULL RETURNING id`;

const SHIFT = `
  UPDATE api_keys SET expires_at = expires_at - $2::integer * interval '24 hours',
                      created_at = created_at - $2::integer * interval '24 hours'
  WHERE business_id = $1 AND expires_at IS NOT NULL`;

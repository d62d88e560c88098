import { Injectable } from '@nestjs/common';
import type { ListQuery } from '../../common/dto/list.query';
import { newestFirst } from '../../platform/database/newest-first';
import type { Transaction } from '../../platform/database/transaction';
import { PLATFORM_ID as platformId } from '../../common/ids';
import { WebhookEndpoint } from './webhook-endpoint.entity';

/** Of the business of the transaction: that of the installation has the id of zeros. */
@Injectable()
export class WebhookEndpointsRepository {
  async insert(
    tx: Transaction,
    fields: Omit<WebhookEndpoint, 'businessId'>,
  ): Promise<WebhookEndpoint> {
    const endpoint = { ...fields, businessId: tx.requireBusinessId() };
    await tx.repository(WebhookEndpoint).insert(endpoint);
    await tx.execute(
      'INSERT INTO webhook_endpoint_states (business_id, endpoint_id) VALUES ($1, $2)',
      [endpoint.businessId, endpoint.id],
    );
    return endpoint;
  }

  /** Newest first; one more than `limit`. */
  list(tx: Transaction, page: ListQuery): Promise<WebhookEndpoint[]> {
    const query = tx
      .repository(WebhookEndpoint)
      .createQueryBuilder('endpoint')
      .where('endpoint.businessId = :businessId', { businessId: tx.requireBusinessId() });
    return newestFirst(query, 'createdAt', page);
  }

  /** Locks out others who add one, until the end of the transaction. */
  async countLocked(tx: Transaction): Promise<number> {
    const businessId = tx.requireBusinessId();
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `webhook_endpoints ${businessId}`,
    ]);
    return tx.repository(WebhookEndpoint).countBy({ businessId });
  }

  find(tx: Transaction, id: string): Promise<WebhookEndpoint | null> {
    return tx.repository(WebhookEndpoint).findOneBy({ businessId: tx.requireBusinessId(), id });
  }

  /** Of any business. Platform scope. */
  findOfAny(tx: Transaction, id: string): Promise<WebhookEndpoint | null> {
    return tx.repository(WebhookEndpoint).findOneBy({ id });
  }

  /** Locked until the end of the transaction. */
  lock(tx: Transaction, id: string): Promise<WebhookEndpoint | null> {
    const where = { businessId: tx.requireBusinessId(), id };
    return tx.repository(WebhookEndpoint).findOne({ where, lock: { mode: 'pessimistic_write' } });
  }

  async update(tx: Transaction, id: string, changes: Partial<WebhookEndpoint>): Promise<void> {
    const values: unknown[] = Object.values(changes); // fields that are not given are undefined
    if (values.every((value) => value === undefined)) return;
    await tx
      .repository(WebhookEndpoint)
      .update({ businessId: tx.requireBusinessId(), id }, changes);
  }

  async delete(tx: Transaction, id: string): Promise<void> {
    await tx.repository(WebhookEndpoint).delete({ businessId: tx.requireBusinessId(), id });
  }

  /** Forgets how far the endpoint has come: it goes on with the first event after it is enabled. */
  async restart(tx: Transaction, id: string): Promise<void> {
    const parameters = [tx.requireBusinessId(), id];
    await tx.execute(
      'DELETE FROM webhook_cursors WHERE business_id = $1 AND endpoint_id = $2',
      parameters,
    );
    await tx.execute(RESET_STATE, parameters);
  }

  /** The enabled ones that take events of this business: its own and those of the installation. Platform scope. */
  async listFollowing(tx: Transaction, businessId: string): Promise<WebhookEndpoint[]> {
    return tx
      .repository(WebhookEndpoint)
      .createQueryBuilder('endpoint')
      .where('endpoint.businessId IN (:businessId, :platformId)', { businessId, platformId })
      .andWhere(`endpoint.status = 'enabled'`)
      .getMany();
  }

  /** Which of these businesses an enabled endpoint takes events of. */
  async listFollowed(tx: Transaction, businessIds: readonly string[]): Promise<string[]> {
    const rows = await tx.query<{ id: string }>('SELECT id FROM followed_by_webhooks($1) AS id', [
      businessIds,
    ]);
    return rows.map(({ id }) => id);
  }
}

const RESET_STATE = `
  UPDATE webhook_endpoint_states
  SET first_failure_at = NULL, is_slow = true, replay_from_at = NULL, replay_until_at = NULL,
      replay_business_id = NULL, replay_sequence = NULL
  WHERE business_id = $1 AND endpoint_id = $2`;

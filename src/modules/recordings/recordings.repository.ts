import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { newestFirst } from '../../platform/database/newest-first';
import type { Transaction } from '../../platform/database/transaction';
import type { ListRecordingsQuery } from './dto/recording.requests';
import { Recording, type LiveRecording } from './recording.entity';

export interface UsageVerification {
  counter: number;
  rows: number;
}

@Injectable()
export class RecordingsRepository {
  /** Recordings that are not deleted, newest first; one more than `limit`. */
  list(
    tx: Transaction,
    { applicationId, from, to, ...page }: ListRecordingsQuery,
  ): Promise<LiveRecording[]> {
    const query = tx
      .repository(Recording)
      .createQueryBuilder('recording')
      .where('recording.businessId = :businessId AND recording.deletedAt IS NULL', {
        businessId: tx.requireBusinessId(),
      });
    if (applicationId)
      query.andWhere('recording.applicationId = :applicationId', { applicationId });
    // As instants: PostgreSQL refuses offsets of 16 hours and more, which are valid in ISO 8601.
    if (from) query.andWhere('recording.createdAt >= :from', { from: new Date(from) });
    if (to) query.andWhere('recording.createdAt < :to', { to: new Date(to) });
    return newestFirst(query, 'createdAt', page) as Promise<LiveRecording[]>;
  }

  find(tx: Transaction, id: string): Promise<LiveRecording | null> {
    const living = { businessId: tx.requireBusinessId(), id, deletedAt: IsNull() };
    return tx.repository(Recording).findOneBy(living) as Promise<LiveRecording | null>;
  }

  /** Wipes the payload; the row goes on counting and keeps its external id taken. @returns false when there is none */
  async bury(tx: Transaction, id: string): Promise<boolean> {
    const wiped = {
      startedAt: null,
      durationMs: null,
      device: null,
      metadata: null,
      deletedAt: tx.now,
    };
    const { affected } = await tx
      .repository(Recording)
      .update({ businessId: tx.requireBusinessId(), id, deletedAt: IsNull() }, wiped);
    return affected === 1;
  }

  /**
   * The newest recordings of a period, tombstones included.
   * @param limit no more than there are: looking for one more would go through all that is older
   */
  listRecent(
    tx: Transaction,
    subscriptionId: string,
    periodOrdinal: number,
    limit: number,
  ): Promise<Recording[]> {
    return tx.repository(Recording).find({
      where: { businessId: tx.requireBusinessId(), subscriptionId, periodOrdinal },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  /** Counter and rows of the running period, as of one moment. */
  async verify(tx: Transaction): Promise<UsageVerification> {
    const [row] = await tx.query<{ counter: string; rows: string }>(
      `${VERIFY} WHERE counter.business_id = $1`,
      [tx.requireBusinessId()],
    );
    return { counter: Number(row?.counter), rows: Number(row?.rows) };
  }

  /** The businesses after this one, in order, whose counter and rows are compared. */
  async verifyPage(
    tx: Transaction,
    afterBusinessId: string,
    limit: number,
  ): Promise<(UsageVerification & { businessId: string })[]> {
    const rows = await tx.query<{ businessId: string; counter: string; rows: string }>(
      `${VERIFY} WHERE counter.business_id > $1 ORDER BY counter.business_id LIMIT $2`,
      [afterBusinessId, limit],
    );
    return rows.map(({ businessId, counter, rows: counted }) => ({
      businessId,
      counter: Number(counter),
      rows: Number(counted),
    }));
  }
}

const VERIFY = `
  SELECT counter.business_id AS "businessId", counter.used AS counter, counter.carried_over + (
    SELECT count(*) FROM recordings AS recording
    WHERE recording.business_id = counter.business_id AND recording.subscription_id = counter.subscription_id
      AND recording.period_ordinal = counter.period_ordinal
  ) AS rows
  FROM usage_counters AS counter`;

import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { isId } from '../../common/ids';
import { decodeCursor, isInstantText } from '../../common/pagination';
import type { RequestContext } from '../../common/request-context';
import { Database, type Reading } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import type { ListRecordingsQuery } from './dto/recording.requests';
import { Recording, type LiveRecording } from './recording.entity';

/** The part shown of a recording that counts, tombstones included. */
export type CountedRecording = Pick<
  Recording,
  'id' | 'externalId' | 'applicationId' | 'createdAt' | 'deletedAt'
>;

/** With the period that it counts in. */
export type RecentRecording = CountedRecording & {
  subscriptionId: string;
  periodOrdinal: number;
};

@Injectable()
export class RecordingsRepository {
  constructor(private readonly database: Database) {}

  /** Recordings that are not deleted, newest first; one more than `limit`. */
  list(
    context: RequestContext,
    { applicationId, from, to, limit, cursor }: ListRecordingsQuery,
  ): Promise<readonly LiveRecording[]> {
    const [createdAt, id] = decodeCursor(cursor, [isInstantText, isId]) ?? [null, null];
    // As instants: PostgreSQL refuses offsets of 16 hours and more, which ISO 8601 allows.
    const [since, until] = [from && new Date(from), to && new Date(to)];
    const bounds = [createdAt, id, since ?? null, until ?? null];
    const businessId = context.requireBusinessId();
    const given = [businessId, applicationId ?? null, ...bounds, limit + 1];
    return this.database.read<LiveRecording>(context, LIST, given);
  }

  find(tx: Transaction, id: string): Promise<LiveRecording | null> {
    const living = { businessId: tx.requireBusinessId(), id, deletedAt: IsNull() };
    return tx.repository(Recording).findOneBy(living) as Promise<LiveRecording | null>;
  }

  /** Wipes the payload; the row still counts and keeps its external id taken. @returns false when there is none */
  async softDelete(tx: Transaction, id: string): Promise<boolean> {
    const wiped = {
      startedAt: null,
      reportedStartedAt: null,
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

  /** The newest recordings of the business, tombstones included, to be sent with others. */
  readingOfRecent(context: RequestContext, limit: number): Reading<readonly RecentRecording[]> {
    return {
      sql: RECENT,
      parameters: [context.requireBusinessId(), limit],
      of: (rows) => rows as readonly RecentRecording[],
    };
  }
}

const RECENT = `
  SELECT id, external_id AS "externalId", application_id AS "applicationId", created_at AS "createdAt",
         deleted_at AS "deletedAt", subscription_id AS "subscriptionId", period_ordinal AS "periodOrdinal"
  FROM recordings WHERE business_id = $1 ORDER BY id DESC LIMIT $2`;

// Plain rows instead of entities: building those took longer than the query. Filters that are null at planning time are
// removed from the plan.
const LIST = `
  SELECT business_id AS "businessId", id, external_id AS "externalId", application_id AS "applicationId",
         subscription_id AS "subscriptionId", period_ordinal AS "periodOrdinal", started_at AS "startedAt",
         reported_started_at AS "reportedStartedAt", duration_ms AS "durationMs", device, metadata, created_at AS "createdAt", deleted_at AS "deletedAt"
  FROM recordings
  WHERE business_id = $1 AND deleted_at IS NULL
    AND ($2::uuid IS NULL OR application_id = $2)
    AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4::uuid))
    AND ($5::timestamptz IS NULL OR created_at >= $5) AND ($6::timestamptz IS NULL OR created_at < $6)
  ORDER BY created_at DESC, id DESC LIMIT $7`;

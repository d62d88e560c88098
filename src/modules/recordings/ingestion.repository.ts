import { Injectable } from '@nestjs/common';
import { newId } from '../../common/ids';
import type { Transaction } from '../../platform/database/transaction';
import type { RecordingCounts } from '../subscriptions/usage';
import { Recording, type LiveRecording } from './recording.entity';

/** A recording as the SDK sends it, in the form in which it is stored and compared. */
export type RecordingPayload = Pick<
  LiveRecording,
  'externalId' | 'applicationId' | 'startedAt' | 'durationMs' | 'device' | 'metadata'
>;

/** What the one statement of ingestion found and did. */
export interface Admission {
  /** Null when nothing was inserted. */
  inserted: { id: string; createdAt: Date } | null;
  /** The counter and the credits afterwards. */
  counts: RecordingCounts;
  limit: number | null;
  resetsAt: Date;
  applicationExists: boolean;
}

/** The hot path: counter, row and answer are one statement and one commit. */
@Injectable()
export class IngestionRepository {
  /**
   * Counts and stores a recording, if the running period admits one more.
   * @returns null when no period is running: the subscription is not active, or its period has ended
   */
  async admit(tx: Transaction, payload: RecordingPayload): Promise<Admission | null> {
    const { externalId, applicationId, startedAt, durationMs, device, metadata } = payload;
    const id = newId();
    const [row] = await tx.query<AdmissionRow>(ADMIT, [
      tx.requireBusinessId(),
      id,
      externalId,
      applicationId,
      startedAt,
      durationMs,
      device && JSON.stringify(device),
      metadata && JSON.stringify(metadata),
      tx.now,
    ]);
    return row ? toAdmission(row, id) : null;
  }

  findByExternalId(tx: Transaction, externalId: string): Promise<Recording | null> {
    return tx.repository(Recording).findOneBy({ businessId: tx.requireBusinessId(), externalId });
  }
}

interface AdmissionRow {
  used: string;
  credited: string;
  credits: string;
  limit: string | null;
  resets_at: Date;
  application_exists: boolean;
  created_at: Date | null;
}

function toAdmission(row: AdmissionRow, id: string): Admission {
  return {
    inserted: row.created_at && { id, createdAt: row.created_at },
    counts: {
      recordings: Number(row.used),
      credited: Number(row.credited),
      credits: Number(row.credits),
    },
    limit: row.limit === null ? null : Number(row.limit),
    resetsAt: row.resets_at,
    applicationExists: row.application_exists,
  };
}

// The counter's row is locked first, so whoever races for the last unit of a quota comes one after the other.
// Who waited for the lock sees the newest counter but the subscription as of the statement's start; if a
// renewal came between, their ordinals differ, nothing matches, and the caller tries again.
// Credits are locked only where the plan's allowance is out, in the order in which they are spent; a locked row is
// read anew, so that none is spent twice.
// A recording admitted just after a boundary is not created before it: greatest().
// An external id that is there already inserts nothing and so counts nothing and spends nothing.
const ADMIT = `
  WITH period AS MATERIALIZED (
    SELECT counter.used, counter.credited, subscription.id AS subscription_id, subscription.period_ordinal,
           subscription.period_start, subscription.period_end, plan.recordings_limit,
           plan.recordings_limit IS NULL OR counter.used - counter.credited < plan.recordings_limit AS has_allowance,
           $4::uuid IS NULL OR EXISTS (
             SELECT FROM applications WHERE business_id = $1 AND id = $4 AND deleted_at IS NULL
           ) AS application_exists
    FROM usage_counters AS counter
    JOIN subscriptions AS subscription
      ON subscription.business_id = counter.business_id AND subscription.id = counter.subscription_id
     AND subscription.period_ordinal = counter.period_ordinal
    JOIN plans AS plan ON plan.id = subscription.plan_id
    WHERE counter.business_id = $1 AND counter.feature = 'recordings'
      AND subscription.status IN ('trialing', 'active', 'past_due') AND subscription.period_end > $9
    FOR UPDATE OF counter
  ), credit AS MATERIALIZED (
    SELECT id, granted - spent AS left_over
    FROM credits
    WHERE business_id = $1 AND feature = 'recordings' AND voided_at IS NULL AND spent < granted
      AND (expires_at IS NULL OR expires_at > $9) AND NOT (SELECT has_allowance FROM period)
    ORDER BY expires_at NULLS LAST, id
    FOR UPDATE
  ), inserted AS (
    INSERT INTO recordings (business_id, id, external_id, application_id, subscription_id, period_ordinal,
                            started_at, duration_ms, device, metadata, created_at)
    SELECT $1, $2, $3, $4, subscription_id, period_ordinal, $5, $6, $7, $8, greatest($9, period_start)
    FROM period
    WHERE application_exists AND (has_allowance OR EXISTS (SELECT FROM credit))
    ON CONFLICT (business_id, external_id) DO NOTHING
    RETURNING created_at
  ), counted AS (
    UPDATE usage_counters
    SET used = used + 1, credited = credited + CASE WHEN (SELECT has_allowance FROM period) THEN 0 ELSE 1 END
    WHERE business_id = $1 AND feature = 'recordings' AND EXISTS (SELECT FROM inserted)
    RETURNING used, credited
  ), spent AS (
    UPDATE credits SET spent = spent + 1
    WHERE business_id = $1 AND id = (SELECT id FROM credit LIMIT 1) AND EXISTS (SELECT FROM inserted)
    RETURNING id
  )
  SELECT coalesce(counted.used, period.used) AS used, coalesce(counted.credited, period.credited) AS credited,
         period.recordings_limit AS limit, period.period_end AS resets_at, period.application_exists, inserted.created_at,
         CASE WHEN period.has_allowance THEN (
             SELECT coalesce(sum(granted - spent), 0) FROM credits
             WHERE business_id = $1 AND feature = 'recordings' AND voided_at IS NULL AND (expires_at IS NULL OR expires_at > $9))
           ELSE (SELECT coalesce(sum(left_over), 0) FROM credit) - (SELECT count(*) FROM spent) END AS credits
  FROM period LEFT JOIN inserted ON true LEFT JOIN counted ON true`;

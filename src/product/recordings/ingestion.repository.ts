import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { Clock } from '../../common/clock';
import { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import type { MeteredCounts } from '../../modules/entitlements/usage';
import { Recording, type LiveRecording } from './recording.entity';

/** A recording as the SDK sends it, in the form that is compared. */
export type RecordingPayload = Pick<
  LiveRecording,
  'externalId' | 'applicationId' | 'startedAt' | 'durationMs' | 'device' | 'metadata'
>;

/** A recording to be stored. Its id is made once, so that a retry is recognised. */
export interface SentRecording extends RecordingPayload {
  businessId: string;
  id: string;
}

/** The period that a recording counts in, with the counter just after it. */
export interface CountedPeriod {
  counts: MeteredCounts;
  limit: number | null;
  resetsAt: Date;
}

/** An unlimited period refuses nothing. */
export type LimitedPeriod = CountedPeriod & { limit: number };

/** The result of an admission. */
export type Admission =
  /** A start that is not believed (migration reported-starts) is stored as reported only. */
  | { outcome: 'inserted'; createdAt: Date; isStartBelieved: boolean; period: CountedPeriod }
  | { outcome: 'refused'; period: LimitedPeriod }
  | { outcome: 'no_application' }
  /** A recording with this external id exists. */
  | { outcome: 'exists'; period: CountedPeriod | null }
  /** The subscription is not active, or its period has ended. */
  | { outcome: 'not_running' };

/** The hot path: counters, rows and answers of many recordings in one call and one commit. */
@Injectable()
export class IngestionRepository {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Counts and stores recordings of any tenants, exactly up to each limit, in a transaction of their own. No two of
   * them may have the same business and external id.
   * @returns the result of each, in order; null where the counter is locked and `mayWait` is false
   */
  async admitAll(recordings: SentRecording[], mayWait: boolean): Promise<(Admission | null)[]> {
    const parameters = this.parametersOf(recordings, mayWait);
    const { rows } = await this.database.statement(FLUSH, ADMIT, parameters, tenantsOf(recordings));
    return inOrder(rows as AdmissionRow[], recordings.length);
  }

  /** The same in the transaction of a request, for recordings of its business. Waits for the counter. */
  async admitAllIn(tx: Transaction, recordings: SentRecording[]): Promise<Admission[]> {
    const rows = await tx.query<AdmissionRow>(ADMIT, this.parametersOf(recordings, true));
    return inOrder(rows, recordings.length).map((admission) => admission!); // it waits, so there is always an answer
  }

  /** In any order. */
  findByExternalIds(tx: Transaction, externalIds: string[]): Promise<Recording[]> {
    const businessId = tx.requireBusinessId();
    return tx.repository(Recording).findBy({ businessId, externalId: In(externalIds) });
  }

  findByExternalId(tx: Transaction, externalId: string): Promise<Recording | null> {
    return tx.repository(Recording).findOneBy({ businessId: tx.requireBusinessId(), externalId });
  }

  private parametersOf(recordings: SentRecording[], mayWait: boolean): unknown[] {
    const tenants = tenantsOf(recordings);
    return [tenants, JSON.stringify(recordings.map(toItem)), this.clock.offsetMs, mayWait];
  }
}

function tenantsOf(recordings: SentRecording[]): string[] {
  return [...new Set(recordings.map(({ businessId }) => businessId))];
}

const FLUSH = RequestContext.job('recording.flush');
const ADMIT = 'SELECT * FROM admit_recordings($1, $2, $3, $4)';

interface AdmissionRow {
  item: number;
  outcome: Admission['outcome'];
  created_at: Date;
  used: string;
  credited: string;
  credits: string;
  reserved: string;
  granted: string | null;
  resets_at: Date | null;
  is_start_believed: boolean;
}

function toItem(recording: SentRecording, item: number): object {
  return {
    item,
    business_id: recording.businessId,
    id: recording.id,
    external_id: recording.externalId,
    application_id: recording.applicationId,
    started_at: recording.startedAt,
    duration_ms: recording.durationMs,
    device: recording.device,
    metadata: recording.metadata,
  };
}

function inOrder(rows: AdmissionRow[], count: number): (Admission | null)[] {
  const admissions = new Array<Admission | null>(count).fill(null);
  for (const row of rows) admissions[row.item] = toAdmission(row);
  return admissions;
}

function toAdmission(row: AdmissionRow): Admission {
  const { outcome } = row;
  if (outcome === 'not_running' || outcome === 'no_application') return { outcome };
  const period = toPeriod(row);
  const { created_at: createdAt, is_start_believed: isStartBelieved } = row;
  if (outcome === 'inserted') return { outcome, createdAt, isStartBelieved, period: period! };
  if (outcome === 'exists') return { outcome, period };
  return { outcome, period: { ...period!, limit: Number(row.granted) } };
}

/** Null where there is no current period. */
function toPeriod(row: AdmissionRow): CountedPeriod | null {
  if (!row.resets_at) return null;
  return {
    counts: {
      used: Number(row.used),
      credited: Number(row.credited),
      credits: Number(row.credits),
      reserved: Number(row.reserved),
    },
    limit: row.granted === null ? null : Number(row.granted),
    resetsAt: row.resets_at,
  };
}

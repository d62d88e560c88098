import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import { newId } from '../../common/ids';
import type { DomainError } from '../../common/problem';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import { Transaction } from '../../platform/database/transaction';
import { applicationNotFound } from '../applications/applications.errors';
import {
  quotaExceeded,
  subscriptionBehind,
} from '../../modules/subscriptions/subscriptions.errors';
import { SubscriptionsService } from '../../modules/subscriptions/subscriptions.service';
import { computeMeteredRemaining, grantOf } from '../../modules/entitlements/usage';
import { recordings } from '../features';
import type { CreateRecordingRequest } from './dto/recording.requests';
import { IngestionQueue } from './ingestion-queue';
import {
  IngestionRepository,
  type Admission,
  type CountedPeriod,
  type LimitedPeriod,
  type RecordingPayload,
  type SentRecording,
} from './ingestion.repository';
import type { LiveRecording, Recording } from './recording.entity';
import { externalIdConflict, recordingDeleted, wrongApplication } from './recordings.errors';

/** A try ends with a period to be closed; the next one may end then, too. */
export const MAXIMUM_TRIES = 3;

/** The part of a recording that answers show. */
export type ShownRecording = RecordingPayload &
  Pick<LiveRecording, 'id' | 'createdAt' | 'reportedStartedAt'>;

export interface IngestedRecording {
  recording: ShownRecording;
  /** It existed already; nothing was counted. */
  replayed: boolean;
  usage: CountedPeriod;
}

/** An admission that can be answered without another query. */
type DecidedAdmission = Exclude<Admission, { outcome: 'not_running' | 'exists' }>;

@Injectable()
export class IngestionService {
  constructor(
    private readonly database: Database,
    private readonly queue: IngestionQueue,
    private readonly ingestion: IngestionRepository,
    private readonly subscriptions: SubscriptionsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Stores and counts a recording, or returns the one sent before. Stores nothing when it throws.
   * @throws 402 quota_exceeded, 403 subscription_inactive, wrong_application, 404 application_not_found, 409
   * external_id_conflict, 410 recording_deleted, 503 subscription_behind, ingestion_overloaded
   */
  async ingest(
    context: RequestContext,
    request: CreateRecordingRequest,
  ): Promise<IngestedRecording> {
    const sent = toSentRecording(context, request);
    for (let tries = 1; tries <= MAXIMUM_TRIES; tries += 1) {
      const admission = await this.admit(context, sent);
      if (admission.outcome === 'exists')
        return this.replayExisting(context, sent, admission.period);
      if (admission.outcome !== 'not_running') return this.answer(sent, admission);
      await this.subscriptions.renewActive(context);
    }
    throw subscriptionBehind({ headers: { 'Retry-After': '5' } });
  }

  /** In a shared flush, unless the request has a transaction of its own (an Idempotency-Key). */
  private async admit(context: RequestContext, sent: SentRecording): Promise<Admission> {
    if (!(context instanceof Transaction)) return this.queue.admit(sent, context.trace);
    const [admission] = await this.ingestion.admitAllIn(context, [sent]);
    return admission!;
  }

  /** @throws 402 quota_exceeded, 404 application_not_found */
  answer(sent: SentRecording, admission: DecidedAdmission): IngestedRecording {
    switch (admission.outcome) {
      case 'inserted':
        return {
          recording: toShown(sent, admission),
          replayed: false,
          usage: admission.period,
        };
      case 'no_application':
        throw applicationNotFound();
      case 'refused':
        throw this.refusal(admission.period);
    }
  }

  private replayExisting(
    context: RequestContext,
    sent: SentRecording,
    period: CountedPeriod | null,
  ): Promise<IngestedRecording> {
    return this.database.transaction(context, async (tx) => {
      const earlier = await this.ingestion.findByExternalId(tx, sent.externalId);
      return { ...replayOf(earlier, sent), usage: period ?? (await this.readUsage(tx)) };
    });
  }

  private async readUsage(tx: Transaction): Promise<CountedPeriod> {
    const { counts, plan, subscription } = await this.subscriptions.readUsage(tx);
    const usage = counts[recordings.key]!; // it is declared
    const { limit } = grantOf(recordings.key, usage, plan.grants);
    return { counts: usage, limit, resetsAt: subscription.periodEnd };
  }

  private refusal({ counts, limit, resetsAt }: LimitedPeriod): DomainError {
    const reset = resetsAt.toISOString();
    const share = counts.used === limit ? `All ${limit}` : `${counts.used} of ${limit}`; // credits, a lowered limit
    const explanation = `${share} recordings of this period are used. The quota resets at ${reset}. Upgrade to continue now.`;
    const { upgradeUrl } = this.config;
    return quotaExceeded({
      detail: explanation,
      members: {
        feature: recordings.key,
        used: counts.used,
        limit,
        remaining: computeMeteredRemaining(counts, limit),
        resetsAt: reset,
        upgradeUrl,
        explanation,
      },
    });
  }
}

/**
 * The id is made once: it identifies a recording whose first try was stored though it seemed to fail.
 * @throws 403 wrong_application
 */
export function toSentRecording(
  context: RequestContext,
  request: CreateRecordingRequest,
): SentRecording {
  const applicationId = applicationOf(context, request);
  const { externalId, startedAt, durationMs, device, metadata } = request;
  return {
    businessId: context.requireBusinessId(),
    id: newId(),
    externalId,
    applicationId,
    startedAt: new Date(startedAt),
    durationMs,
    device: (device ?? null) as Record<string, unknown> | null,
    metadata: metadata ?? null,
  };
}

/** The answer for a recording sent before. @throws 409 external_id_conflict, 410 recording_deleted */
export function replayOf(
  earlier: Recording | null,
  sent: SentRecording,
): Pick<IngestedRecording, 'recording' | 'replayed'> {
  if (!earlier || !isLive(earlier)) throw recordingDeleted();
  if (!isSame(earlier, sent)) throw externalIdConflict();
  return { recording: earlier, replayed: earlier.id !== sent.id };
}

/** With a bound key, the application of the key. @throws 403 wrong_application */
function applicationOf(
  { boundTo }: RequestContext,
  { applicationId }: CreateRecordingRequest,
): string | null {
  const named = applicationId?.toLowerCase() ?? null;
  if (boundTo && named && named !== boundTo) throw wrongApplication();
  return named ?? boundTo;
}

function toShown(
  sent: SentRecording,
  { createdAt, isStartBelieved }: Extract<Admission, { outcome: 'inserted' }>,
): ShownRecording {
  const { id, externalId, applicationId, startedAt, durationMs, device, metadata } = sent;
  return {
    id,
    externalId,
    applicationId,
    startedAt: isStartBelieved ? startedAt : createdAt,
    reportedStartedAt: isStartBelieved ? null : startedAt,
    durationMs,
    device,
    metadata,
    createdAt,
  };
}

function isLive(recording: Recording): recording is LiveRecording {
  return recording.deletedAt === null;
}

/** Compares values: instants rather than their spelling, fields regardless of order. */
function isSame(earlier: LiveRecording, sent: RecordingPayload): boolean {
  return isDeepStrictEqual(payloadOf(asSent(earlier)), payloadOf(sent));
}

/** Its start as it was sent: whether it is believed depends on the time of the arrival. */
function asSent(earlier: LiveRecording): RecordingPayload {
  return { ...earlier, startedAt: earlier.reportedStartedAt ?? earlier.startedAt };
}

function payloadOf(recording: RecordingPayload): RecordingPayload {
  const { externalId, applicationId, startedAt, durationMs, device, metadata } = recording;
  const json = { device: asPlainJson(device), metadata: asPlainJson(metadata) };
  return { externalId, applicationId, startedAt, durationMs, ...json };
}

/** In the form that the database returns: no class, no undefined, no minus zero. Printing as JSON gives the same. */
function asPlainJson(value: Record<string, unknown> | null): Record<string, unknown> | null {
  return value ? (JSON.parse(JSON.stringify(value)) as Record<string, unknown>) : null;
}

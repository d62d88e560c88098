import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import type { DomainError } from '../../common/problem';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { applicationNotFound } from '../applications/applications.errors';
import { RenewalService } from '../subscriptions/renewal.service';
import { isActive } from '../subscriptions/subscription-view';
import {
  subscriptionBehind,
  quotaExceeded,
  subscriptionInactive,
} from '../subscriptions/subscriptions.errors';
import { SubscriptionsService } from '../subscriptions/subscriptions.service';
import { computeMeteredRemaining } from '../subscriptions/usage';
import type { CreateRecordingRequest } from './dto/recording.requests';
import { IngestionRepository, type Admission, type RecordingPayload } from './ingestion.repository';
import type { LiveRecording, Recording } from './recording.entity';
import { externalIdConflict, recordingDeleted } from './recordings.errors';

const MAXIMUM_TRIES = 3;

/** What an answer shows of a recording. */
export type ShownRecording = RecordingPayload & Pick<LiveRecording, 'id' | 'createdAt'>;

export interface IngestedRecording {
  recording: ShownRecording;
  /** It was there already; nothing was counted. */
  replayed: boolean;
  usage: Pick<Admission, 'counts' | 'limit' | 'resetsAt'>;
}

@Injectable()
export class IngestionService {
  constructor(
    private readonly database: Database,
    private readonly ingestion: IngestionRepository,
    private readonly subscriptions: SubscriptionsService,
    private readonly renewal: RenewalService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Stores and counts a recording, or finds the one that was sent before.
   * @throws 402 quota_exceeded, 403 subscription_inactive, 404 application_not_found, 409 external_id_conflict,
   *   410 recording_deleted, 503 subscription_behind; then nothing was stored
   */
  async ingest(
    context: RequestContext,
    request: CreateRecordingRequest,
  ): Promise<IngestedRecording> {
    const payload = toPayload(request);
    for (let tries = 1; tries <= MAXIMUM_TRIES; tries += 1) {
      const ingested = await this.database.transaction(context, (tx) => this.tryOnce(tx, payload));
      if (ingested) return ingested;
      await this.renewal.renewOne(context); // the period has ended, and the cron has not come by yet
    }
    throw subscriptionBehind({ headers: { 'Retry-After': '5' } });
  }

  /** @returns null when the running period has ended or was renewed meanwhile */
  private async tryOnce(
    tx: Transaction,
    payload: RecordingPayload,
  ): Promise<IngestedRecording | null> {
    const admission = await this.ingestion.admit(tx, payload);
    if (admission?.inserted)
      return {
        recording: { ...payload, ...admission.inserted },
        replayed: false,
        usage: admission,
      };
    const earlier = await this.ingestion.findByExternalId(tx, payload.externalId);
    if (earlier) return this.again(tx, earlier, payload, admission);
    if (admission) throw this.refusal(admission);
    const { subscription } = await this.subscriptions.getCurrent(tx);
    if (!isActive(subscription))
      throw subscriptionInactive({ detail: `The subscription is ${subscription.status}.` });
    return null;
  }

  private async again(
    tx: Transaction,
    earlier: Recording,
    payload: RecordingPayload,
    admission: Admission | null,
  ): Promise<IngestedRecording> {
    if (!isLive(earlier)) throw recordingDeleted();
    if (!isSame(earlier, payload)) throw externalIdConflict();
    return { recording: earlier, replayed: true, usage: admission ?? (await this.readUsage(tx)) };
  }

  private async readUsage(tx: Transaction): Promise<IngestedRecording['usage']> {
    const { counts, plan, subscription } = await this.subscriptions.getCurrent(tx);
    return {
      counts,
      limit: plan.recordingsLimit,
      resetsAt: subscription.periodEnd,
    };
  }

  private refusal({ applicationExists, counts, limit, resetsAt }: Admission): DomainError {
    if (!applicationExists) return applicationNotFound();
    const reset = resetsAt.toISOString();
    const explanation = `All ${limit} recordings of this period are used. The count begins anew at ${reset}; a larger plan has room at once.`;
    const { upgradeUrl } = this.config;
    return quotaExceeded({
      detail: explanation,
      members: {
        feature: 'recordings',
        used: counts.recordings,
        limit,
        remaining: computeMeteredRemaining(counts, limit),
        resetsAt: reset,
        upgradeUrl,
        explanation,
      },
    });
  }
}

function toPayload(request: CreateRecordingRequest): RecordingPayload {
  const { externalId, applicationId, startedAt, durationMs, device, metadata } = request;
  return {
    externalId,
    applicationId: applicationId?.toLowerCase() ?? null,
    startedAt: new Date(startedAt),
    durationMs,
    device: asPlainJson(device),
    metadata: asPlainJson(metadata),
  };
}

/** As it will come back from the database: no class, no undefined, no minus zero. */
function asPlainJson(value: object | null | undefined): Record<string, unknown> | null {
  return value ? (JSON.parse(JSON.stringify(value)) as Record<string, unknown>) : null;
}

function isLive(recording: Recording): recording is LiveRecording {
  return recording.deletedAt === null;
}

/** Compared as values: instants, not their spelling; fields, not their order. */
function isSame(earlier: LiveRecording, payload: RecordingPayload): boolean {
  const { externalId, applicationId, startedAt, durationMs, device, metadata } = earlier;
  return isDeepStrictEqual(
    { externalId, applicationId, startedAt, durationMs, device, metadata },
    payload,
  );
}

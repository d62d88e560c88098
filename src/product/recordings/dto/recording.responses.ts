import {
  Choice,
  Flag,
  Id,
  Instant,
  Integer,
  JsonObject,
  ListOf,
  ListOfEither,
  Nested,
  Text,
} from '../../../common/fields';
import { ProblemField } from '../../../common/access/problem-responses';
import { MeteredUsageResponse } from '../../../modules/entitlements/dto/usage.response';
import { FeatureUsageResponse, UsageSourceResponse } from '../../../modules/usage/dto/usage-reads';
import { OF_AN_ITEM } from '../recordings.errors';
import type { ShownRecording } from '../ingestion.service';

const METADATA_BYTES = 16 * 1024;

export class RecordingResponse {
  @Id()
  id!: string;

  @Text()
  externalId!: string;

  @Id({ nullable: true })
  applicationId!: string | null;

  @Instant({ description: 'The arrival where the one sent is not believed' })
  startedAt!: string;

  @Instant({
    nullable: true,
    description:
      'As sent, where no working clock reports it: before 2015, or more than 24 h after the arrival',
  })
  reportedStartedAt!: string | null;

  @Integer({ min: 0 })
  durationMs!: number;

  @JsonObject({ maxBytes: METADATA_BYTES, nullable: true })
  device!: Record<string, unknown> | null;

  @JsonObject({ maxBytes: METADATA_BYTES, nullable: true })
  metadata!: Record<string, unknown> | null;

  @Instant()
  createdAt!: string;
}

export class CreatedRecordingResponse extends RecordingResponse {
  @Nested(() => MeteredUsageResponse)
  usage!: MeteredUsageResponse;
}

const STATUS_ALONE = 'The status it would have had if sent alone';

export class StoredResultResponse {
  @Integer({ min: 200, max: 201, description: STATUS_ALONE })
  status!: number;

  @Nested(() => RecordingResponse)
  recording!: RecordingResponse;
}

export class RefusedResultResponse {
  @Integer({ min: 400, max: 599, description: STATUS_ALONE })
  status!: number;

  @ProblemField(OF_AN_ITEM)
  problem!: object;
}

export type BatchResultResponse = StoredResultResponse | RefusedResultResponse;

export class BatchResponse {
  @ListOfEither([StoredResultResponse, RefusedResultResponse], {
    description: 'In the order of the request',
  })
  results!: BatchResultResponse[];
}

export class SdkStatusResponse {
  @Flag({ description: 'Whether a recording sent now would be accepted' })
  recording!: boolean;

  @Choice('StopReason', ['quota_exceeded', 'subscription_inactive'], { nullable: true })
  reason!: 'quota_exceeded' | 'subscription_inactive' | null;

  @Nested(() => MeteredUsageResponse)
  usage!: MeteredUsageResponse;
}

export class CountedRecordingResponse {
  @Id()
  id!: string;

  @Text()
  externalId!: string;

  @Id({ nullable: true })
  applicationId!: string | null;

  @Instant()
  createdAt!: string;

  @Flag({ description: 'A deleted recording still counts' })
  deleted!: boolean;
}

export class UsageExplanationResponse extends FeatureUsageResponse {
  @ListOf(() => UsageSourceResponse, {
    description:
      'What paid for `used` and pays for the next recordings, in this order: the plan, credits, then credits with nothing left',
  })
  sources!: UsageSourceResponse[];

  @ListOf(() => CountedRecordingResponse, { description: 'The last 20 that count in this period' })
  recent!: CountedRecordingResponse[];
}

export function toRecordingResponse(recording: ShownRecording): RecordingResponse {
  const { id, externalId, applicationId, durationMs, device, metadata } = recording;
  const { startedAt, reportedStartedAt, createdAt } = recording;
  return {
    id,
    externalId,
    applicationId,
    startedAt: startedAt.toISOString(),
    reportedStartedAt: reportedStartedAt?.toISOString() ?? null,
    durationMs,
    device,
    metadata,
    createdAt: createdAt.toISOString(),
  };
}

/** Not a spread: Node 20 gives an object that is spread and then extended a shape of its own, and reads it slowly. */
export function toCreatedResponse(
  recording: ShownRecording,
  usage: MeteredUsageResponse,
): CreatedRecordingResponse {
  return Object.assign(toRecordingResponse(recording), { usage });
}

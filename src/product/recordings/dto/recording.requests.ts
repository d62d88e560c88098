import { ListQuery } from '../../../common/dto/list.query';
import {
  Id,
  Instant,
  Integer,
  JsonObject,
  KeepsUnknownFields,
  Nested,
  RawList,
  Text,
} from '../../../common/fields';

const ONE_DAY_MS = 86_400_000;
const METADATA_BYTES = 16 * 1024;
const DEVICE_TEXT_LENGTH = 200;

/** An SDK may be newer than its server: what it tells of a device that is unknown here is kept. */
@KeepsUnknownFields({ most: 20, nameLength: 64, bytes: 4 * 1024 })
export class DeviceRequest {
  @Text({ max: DEVICE_TEXT_LENGTH, optional: true, example: 'Pixel 9' })
  model?: string;

  @Text({ max: DEVICE_TEXT_LENGTH, optional: true, example: 'Android' })
  os?: string;

  @Text({ max: DEVICE_TEXT_LENGTH, optional: true, example: '16' })
  osVersion?: string;

  @Text({ max: DEVICE_TEXT_LENGTH, optional: true, example: '2.4.1' })
  appVersion?: string;
}

export class CreateRecordingRequest {
  @Text({
    min: 1,
    max: 128,
    description: 'Makes retries idempotent',
    example: 'session-2f6c',
  })
  externalId!: string;

  @Id({
    optional: true,
    nullable: true,
    description: 'With a key that is bound to an application: that one, or none',
  })
  applicationId?: string | null;

  @Instant({
    example: '2026-11-20T15:36:00.000Z',
    description:
      'Before 2015, or more than 24 h after the arrival, it is kept as `reportedStartedAt` only',
  })
  startedAt!: string;

  @Integer({ min: 0, max: ONE_DAY_MS })
  durationMs!: number;

  @Nested(() => DeviceRequest, {
    optional: true,
    nullable: true,
    description: 'Unknown fields are kept: at most 20, names of 64 characters, 4 KiB together',
  })
  device?: DeviceRequest | null;

  @JsonObject({
    maxBytes: METADATA_BYTES,
    optional: true,
    nullable: true,
    description: 'At most 16 KiB',
  })
  metadata?: Record<string, unknown> | null;
}

export class CreateRecordingBatchRequest {
  @RawList(() => CreateRecordingRequest, {
    min: 1,
    max: 100,
    description: 'Each is validated and decided as if sent alone',
  })
  recordings!: unknown[];
}

export class ListRecordingsQuery extends ListQuery {
  @Id({ optional: true })
  applicationId?: string;

  @Instant({ optional: true, description: 'Created at or after this moment' })
  from?: string;

  @Instant({ optional: true, description: 'Created before this moment' })
  to?: string;
}

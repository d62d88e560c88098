import {
  Choice,
  Id,
  Instant,
  Integer,
  JsonObject,
  ListOfEither,
  Nested,
  RawList,
  Text,
} from '../../../common/fields';
import { BusinessRequest } from '../../../common/dto/business-request';
import { ProblemField } from '../../../common/access/problem-responses';
import { MeteredUsageResponse } from '../../entitlements/dto/usage.response';
import { MAXIMUM_AMOUNT } from '../../entitlements/usage';
import { OF_AN_EVENT_OF_A_BATCH } from '../usage.errors';

const PROPERTIES_BYTES = 4 * 1024;
const ONE_DAY_SECONDS = 86_400;

function FeatureKey(): PropertyDecorator {
  return Text({ min: 1, max: 63, description: 'The key of a feature', example: 'exports' });
}

function EventId(): PropertyDecorator {
  return Text({
    min: 1,
    max: 128,
    description:
      'Makes retries idempotent: it counts once in this business and feature, for 13 months',
    example: 'export-2f6c',
  });
}

class OfABusiness extends BusinessRequest {
  @FeatureKey()
  feature!: string;

  @EventId()
  eventId!: string;
}

export class RecordEventRequest extends OfABusiness {
  @Integer({ min: 1, max: MAXIMUM_AMOUNT, description: 'Of the smallest unit', example: 3 })
  amount!: number;

  @Instant({
    optional: true,
    nullable: true,
    description: 'When it happened; shown only. It counts in the period in which it arrives',
  })
  at?: string | null;

  @JsonObject({
    maxBytes: PROPERTIES_BYTES,
    optional: true,
    nullable: true,
    description: 'At most 4 KiB',
  })
  properties?: Record<string, unknown> | null;
}

export class RecordEventBatchRequest {
  @RawList(() => RecordEventRequest, {
    min: 1,
    max: 1_000,
    description: 'Each is validated and decided as if sent alone',
  })
  events!: unknown[];
}

export class ReleaseEventRequest extends OfABusiness {}

export class ReserveRequest extends OfABusiness {
  @Integer({ min: 1, max: MAXIMUM_AMOUNT, description: 'The most that it can take' })
  amount!: number;

  @Integer({ min: 1, max: ONE_DAY_SECONDS, description: 'Then it gives itself back' })
  expiresInSeconds!: number;
}

export class CommitRequest extends BusinessRequest {
  @Integer({
    min: 0,
    max: MAXIMUM_AMOUNT,
    optional: true,
    description: 'What was used of it; without it, all',
  })
  amount?: number;
}

export class UsageEventResponse {
  @Text()
  eventId!: string;

  @Text()
  feature!: string;

  @Integer({ min: 0 })
  amount!: number;

  @Instant()
  createdAt!: string;

  @Nested(() => MeteredUsageResponse)
  usage!: MeteredUsageResponse;
}

const STATUS_ALONE = 'The status it would have had if sent alone';

export class CountedResultResponse {
  @Integer({ min: 200, max: 201, description: STATUS_ALONE })
  status!: number;

  @Nested(() => UsageEventResponse)
  event!: UsageEventResponse;
}

export class RefusedEventResponse {
  @Integer({ min: 400, max: 599, description: STATUS_ALONE })
  status!: number;

  @ProblemField(OF_AN_EVENT_OF_A_BATCH)
  problem!: object;
}

export type EventResultResponse = CountedResultResponse | RefusedEventResponse;

export class EventBatchResponse {
  @ListOfEither([CountedResultResponse, RefusedEventResponse], {
    description: 'In the order of the request',
  })
  results!: EventResultResponse[];
}

export class ReleaseResponse {
  @Text()
  eventId!: string;

  @Text()
  feature!: string;

  @Integer({ min: 0, description: 'What was given back' })
  amount!: number;

  @Instant()
  releasedAt!: string;
}

export const RESERVATION_STATUSES = ['open', 'committed', 'released', 'expired'] as const;

export class ReservationResponse {
  @Id()
  id!: string;

  @Text()
  eventId!: string;

  @Text()
  feature!: string;

  @Integer({ min: 1, description: 'What was reserved' })
  amount!: number;

  @Choice('ReservationStatus', RESERVATION_STATUSES)
  status!: (typeof RESERVATION_STATUSES)[number];

  @Integer({ min: 0, nullable: true, description: 'What was used of it; null: not committed' })
  committed!: number | null;

  @Instant()
  createdAt!: string;

  @Instant({ description: 'When what is open gives itself back' })
  expiresAt!: string;
}

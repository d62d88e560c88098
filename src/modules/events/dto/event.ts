import { ListQuery } from '../../../common/dto/list.query';
import { EVENT_TYPES } from '../../../common/events';
import {
  Choice,
  Id,
  Instant,
  Integer,
  JsonObject,
  QueryInteger,
  Text,
} from '../../../common/fields';
import type { StoredEvent } from '../stored-event';

const ANY_SIZE_BYTES = 10_000_000;

export class ListEventsQuery extends ListQuery {
  @QueryInteger({
    min: 0,
    max: 999_999_999,
    optional: true,
    description:
      'Oldest first, the events after this sequence; 0: from the oldest that is kept. Without it: newest first',
  })
  after?: number;

  @Text({
    min: 1,
    max: 100,
    optional: true,
    description: 'One of `EventType`',
    example: 'member.joined',
  })
  type?: string;
}

export class EventResponse {
  @Id()
  id!: string;

  @Integer({ description: '1 for the first event of a business; no gaps, in the order of commits' })
  sequence!: number;

  @Choice('EventType', EVENT_TYPES)
  type!: string;

  @Instant()
  createdAt!: string;

  @JsonObject({
    maxBytes: ANY_SIZE_BYTES,
    description: 'Ids and what changed: see the schema of the type',
  })
  data!: object;
}

export function toEventResponse({
  id,
  sequence,
  type,
  createdAt,
  data,
}: StoredEvent): EventResponse {
  return { id, sequence, type, createdAt: createdAt.toISOString(), data };
}

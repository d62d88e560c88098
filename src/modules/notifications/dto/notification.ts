import { ListQuery } from '../../../common/dto/list.query';
import { pageOf } from '../../../common/dto/page.response';
import { NOTICE_TYPES } from '../../../common/events';
import {
  Choice,
  Flag,
  Id,
  IdList,
  Instant,
  Integer,
  JsonObject,
  Text,
} from '../../../common/fields';
import type { Notification } from '../notification';

const ANY_SIZE_BYTES = 10_000_000;
const MOST_AT_ONCE = 100;

export class ListNotificationsQuery extends ListQuery {
  @Choice('NotificationFilter', ['true', 'false'], {
    optional: true,
    description: '`true`: those that you have not read',
  })
  unread?: 'true' | 'false';
}

export class NotificationResponse {
  @Id({ description: 'That of the event' })
  id!: string;

  @Integer({ description: 'Of the event in the log' })
  sequence!: number;

  @Choice('NotificationType', NOTICE_TYPES)
  type!: string;

  @Instant()
  createdAt!: string;

  @JsonObject({
    maxBytes: ANY_SIZE_BYTES,
    description: 'Of the event: see the schema of the type',
  })
  data!: object;

  @Flag()
  read!: boolean;

  @Text({
    nullable: true,
    description: 'Who did it; null: no person of the business, or one who has left',
    example: 'Ada Lovelace',
  })
  actorName!: string | null;
}

export class UnreadResponse {
  @Integer({ min: 0, max: MOST_AT_ONCE, description: 'That you have not read; 100: or more' })
  unreadCount!: number;
}

export class NotificationPage extends pageOf(NotificationResponse) {
  @Integer({ min: 0, max: MOST_AT_ONCE, description: 'That you have not read; 100: or more' })
  unreadCount!: number;
}

export class UpdateNotificationsRequest {
  @IdList({ min: 1, max: MOST_AT_ONCE, description: 'Of notifications' })
  ids!: string[];

  @Flag({ example: true })
  read!: boolean;
}

export class ReadAllRequest {
  @Integer({
    min: 0,
    optional: true,
    description:
      'The sequence of the newest that you have seen: later ones stay unread. Without it, all that there are now',
  })
  through?: number;
}

export function toNotificationResponse(notification: Notification): NotificationResponse {
  const { id, sequence, type, createdAt, data, isRead, actorName } = notification;
  const of = { id, sequence, type, createdAt: createdAt.toISOString(), data };
  return { ...of, read: isRead, actorName };
}

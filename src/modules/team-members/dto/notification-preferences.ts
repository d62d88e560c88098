import { NOTICE_TYPES } from '../../../common/events';
import { Choice, Flag, ListOf } from '../../../common/fields';

const MOST = 100;

export class NotificationPreferenceResponse {
  @Choice('NotificationType', NOTICE_TYPES)
  type!: string;

  @Flag({ description: 'Whether you get a mail about it' })
  mail!: boolean;

  @Flag({ description: 'It cannot be changed: these mails are not switched by person' })
  fixed!: boolean;
}

export class NotificationPreferencesResponse {
  @ListOf(() => NotificationPreferenceResponse, {
    description: 'One for each type that you may read. The console shows all of them',
  })
  preferences!: NotificationPreferenceResponse[];
}

export class NotificationPreferenceRequest {
  @Choice('NotificationType', NOTICE_TYPES, { example: 'api_key.created' })
  type!: string;

  @Flag({ example: true })
  mail!: boolean;
}

export class UpdateNotificationPreferencesRequest {
  @ListOf(() => NotificationPreferenceRequest, {
    min: 1,
    max: MOST,
    description: 'Those that change; of two for one type the last counts',
  })
  preferences!: NotificationPreferenceRequest[];
}

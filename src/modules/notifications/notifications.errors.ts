import { defineProblem } from '../../common/problem';

export const notificationNotFound = defineProblem({
  code: 'notification_not_found',
  kind: 'not_found',
  title: 'Notification not found',
  description:
    'GET /v1/notifications lists yours: what others did since you have joined, of the types that you may read, for EVENTS_RETENTION_DAYS. Nothing was changed.',
});

import { defineProblem } from '../../common/problem';

export const businessEventNotFound = defineProblem({
  code: 'business_event_not_found',
  kind: 'not_found',
  title: 'Event not found',
  description:
    'GET /v1/events lists the events that you may read. They are kept for EVENTS_RETENTION_DAYS, 30 unless it is set.',
});

export const eventsGone = defineProblem({
  code: 'events_gone',
  kind: 'gone',
  title: 'Events after this sequence have been deleted already',
  description:
    'Events are kept for EVENTS_RETENTION_DAYS, 30 unless it is set. Read the state of what you follow, then go on from the newest event of GET /v1/events.',
});

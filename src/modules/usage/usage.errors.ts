import { defineProblem } from '../../common/problem';
import {
  businessDeactivated,
  businessNotFound,
  databaseUnavailable,
  internalError,
  overloaded,
  storageFull,
  tooManyAtOnce,
  validationProblem,
} from '../../common/problems';
import { rateLimitedProblem } from '../../platform/rate-limit/rate-limit.errors';
import { featureNotFound } from '../features/features.errors';
import {
  quotaExceeded,
  subscriptionBehind,
  subscriptionInactive,
} from '../subscriptions/subscriptions.errors';

export const ingestionOverloaded = defineProblem({
  code: 'ingestion_overloaded',
  kind: 'unavailable',
  title: 'Too much is waiting to be counted',
  description:
    'It arrives faster than the database can store it. Nothing was stored; retry after `Retry-After` seconds.',
});

export const counterBusy = defineProblem({
  code: 'counter_busy',
  kind: 'unavailable',
  title: 'Another transaction holds the counter of this feature',
  description:
    'It has held it for 2 seconds, and other businesses and features are not affected. Nothing was counted; retry after `Retry-After` seconds.',
});

export const eventIdConflict = defineProblem({
  code: 'event_id_conflict',
  kind: 'conflict',
  title: 'The eventId belongs to another event',
  description:
    'An event can be sent again safely, but with the same fields. A new event needs a new eventId.',
});

export const eventNotFound = defineProblem({
  code: 'event_not_found',
  kind: 'not_found',
  title: 'Event not found',
  description: 'No event of this feature and business has this eventId.',
});

export const eventReserved = defineProblem({
  code: 'event_reserved',
  kind: 'conflict',
  title: 'The event is a reservation',
  description:
    'It is open or was never committed, so there is nothing to release. Release the reservation.',
});

export const wrongFeatureKind = defineProblem({
  code: 'feature_kind',
  kind: 'conflict',
  title: 'The feature is of another kind',
  description:
    'Metered and allocated features can be used; only allocated ones can be released; only metered ones have alerts and a history.',
});

export const featureArchived = defineProblem({
  code: 'feature_archived',
  kind: 'conflict',
  title: 'The feature is archived',
  description: 'It is used no more. What was counted before stays.',
});

export const reservationNotFound = defineProblem({
  code: 'reservation_not_found',
  kind: 'not_found',
  title: 'Reservation not found',
  description: 'It never existed in this business.',
});

export const reservationSettled = defineProblem({
  code: 'reservation_settled',
  kind: 'conflict',
  title: 'The reservation is settled',
  description:
    'It was committed with another amount, released, or has expired. `detail` says which.',
});

export const amountAboveReserved = defineProblem({
  code: 'amount_above_reserved',
  kind: 'invalid',
  title: 'More than was reserved',
  description:
    'A commit takes at most what the reservation holds. Count the rest as an event of its own.',
});

/** Why an event is not counted. */
export const OF_AN_EVENT = [
  quotaExceeded,
  subscriptionInactive,
  featureNotFound,
  wrongFeatureKind,
  featureArchived,
  eventIdConflict,
  subscriptionBehind,
  counterBusy,
  ingestionOverloaded,
];

/** Why an event of a batch is not: the problems of the route for one, of the item instead of the request. */
export const OF_AN_EVENT_OF_A_BATCH = [
  ...OF_AN_EVENT,
  businessNotFound,
  businessDeactivated,
  validationProblem,
  rateLimitedProblem,
  tooManyAtOnce,
  databaseUnavailable,
  overloaded,
  storageFull,
  internalError,
];

import { defineProblem } from '../../common/problem';
import {
  databaseUnavailable,
  internalError,
  overloaded,
  storageFull,
  tooManyAtOnce,
  validationProblem,
} from '../../common/problems';
import {
  quotaExceeded,
  subscriptionBehind,
  subscriptionInactive,
} from '../../modules/subscriptions/subscriptions.errors';
import { counterBusy, ingestionOverloaded } from '../../modules/usage/usage.errors';
import { applicationNotFound } from '../applications/applications.errors';

export const recordingNotFound = defineProblem({
  code: 'recording_not_found',
  kind: 'not_found',
  title: 'Recording not found',
  description: 'It never existed, belongs to another business, or was deleted.',
});

export const wrongApplication = defineProblem({
  code: 'wrong_application',
  kind: 'forbidden',
  title: 'This API key is bound to another application',
  description:
    'A bound key stores the recordings of its own application: name that one, or leave `applicationId` out.',
});

export const externalIdConflict = defineProblem({
  code: 'external_id_conflict',
  kind: 'conflict',
  title: 'The externalId belongs to another recording',
  description:
    'A recording can be sent again safely, but with the same fields. A new recording needs a new externalId.',
});

export const recordingDeleted = defineProblem({
  code: 'recording_deleted',
  kind: 'gone',
  title: 'The recording with this externalId was deleted',
  description: 'It is not stored again. A new recording needs a new externalId.',
});

/** Why a recording is not stored. */
export const OF_A_RECORDING = [
  quotaExceeded,
  subscriptionInactive,
  applicationNotFound,
  wrongApplication,
  externalIdConflict,
  recordingDeleted,
  subscriptionBehind,
  ingestionOverloaded,
  counterBusy,
];

/**
 * Why an item of a batch is not stored: the problems of the route for one recording, of the item instead of the
 * request.
 */
export const OF_AN_ITEM = [
  ...OF_A_RECORDING,
  validationProblem,
  tooManyAtOnce,
  databaseUnavailable,
  overloaded,
  storageFull,
  internalError,
];

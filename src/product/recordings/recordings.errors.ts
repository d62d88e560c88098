import { defineProblem } from '../../common/problem';

export const recordingNotFound = defineProblem({
  code: 'recording_not_found',
  kind: 'not_found',
  title: 'There is no such recording',
  description: 'It never existed, belongs to another business, or was deleted.',
});

export const externalIdConflict = defineProblem({
  code: 'external_id_conflict',
  kind: 'conflict',
  title: 'Another recording has this externalId',
  description:
    'Sending a recording again is safe, but its fields must be the same. A new recording needs a new externalId.',
});

export const recordingDeleted = defineProblem({
  code: 'recording_deleted',
  kind: 'gone',
  title: 'The recording with this externalId was deleted',
  description: 'It is not stored again. A new recording needs a new externalId.',
});

export const ingestionOverloaded = defineProblem({
  code: 'ingestion_overloaded',
  kind: 'unavailable',
  title: 'Too many recordings are waiting',
  description:
    'They come faster than the database takes them. Nothing was stored; try again after `Retry-After` seconds.',
});

import { defineProblem, type DomainError } from '../../common/problem';
import { validationFailed } from '../../common/problems';

export const applicationNotFound = defineProblem({
  code: 'application_not_found',
  kind: 'not_found',
  title: 'Application not found',
  description: 'GET /v1/applications lists the applications of your business.',
});

export const bundleIdTaken = defineProblem({
  code: 'bundle_id_taken',
  kind: 'conflict',
  title: 'The bundle id is taken',
  description: 'A bundle id is unique in a business.',
});

/** 422 validation_failed. @param pointer to the field that would have to be another */
export function originsNeedTheWeb(pointer: '/origins' | '/platform'): DomainError {
  const detail = 'only an application of the platform web has origins';
  return validationFailed([{ pointer, code: 'platform', detail }]);
}

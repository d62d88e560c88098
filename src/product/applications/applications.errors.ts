import { defineProblem } from '../../common/problem';

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

import { defineProblem } from '../../common/problem';

export const applicationNotFound = defineProblem({
  code: 'application_not_found',
  kind: 'not_found',
  title: 'There is no such application',
  description: 'GET /v1/applications lists the applications of your business.',
});

export const bundleIdTaken = defineProblem({
  code: 'bundle_id_taken',
  kind: 'conflict',
  title: 'Another application has this bundle id',
  description: 'A bundle id is unique in a business.',
});

import { defineProblem } from '../../common/problem';

export const planNotFound = defineProblem({
  code: 'plan_not_found',
  kind: 'not_found',
  title: 'There is no such plan',
  description:
    'GET /v1/plans lists the plans that can be chosen. Unlisted and archived ones cannot.',
});

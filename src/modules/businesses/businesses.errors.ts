import { defineProblem } from '../../common/problem';

export const businessNotFound = defineProblem({
  code: 'business_not_found',
  kind: 'not_found',
  title: 'Business not found',
  description: 'It does not exist, or you do not belong to it.',
});

export const tooManyBusinesses = defineProblem({
  code: 'too_many_businesses',
  kind: 'conflict',
  title: 'You own the maximum number of businesses',
  description: '`BUSINESSES_PER_PERSON` of the installation says how many. Ask support for more.',
});

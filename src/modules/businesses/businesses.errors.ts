import { defineProblem } from '../../common/problem';

export const tooManyBusinesses = defineProblem({
  code: 'too_many_businesses',
  kind: 'conflict',
  title: 'You own the maximum number of businesses',
  description: '`BUSINESSES_PER_PERSON` of the installation says how many. Ask support for more.',
});

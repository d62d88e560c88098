import { defineProblem } from '../../common/problem';

export const creditNotFound = defineProblem({
  code: 'credit_not_found',
  kind: 'not_found',
  title: 'There is no such credit',
  description: 'It never existed in this business.',
});

import { defineProblem } from '../../common/problem';

export const creditNotFound = defineProblem({
  code: 'credit_not_found',
  kind: 'not_found',
  title: 'Credit not found',
  description: 'It never existed in this business.',
});

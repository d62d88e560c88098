import { defineProblem } from '../../common/problem';

export const creditNotFound = defineProblem({
  code: 'credit_not_found',
  kind: 'not_found',
  title: 'Credit not found',
  description: 'It never existed in this business.',
});

export const ownGrantNotFound = defineProblem({
  code: 'own_grant_not_found',
  kind: 'not_found',
  title: 'The business has no grant of its own',
  description: 'Its plan alone decides what it has of this feature.',
});

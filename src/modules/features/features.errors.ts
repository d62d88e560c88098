import { defineProblem } from '../../common/problem';

export const featureNotFound = defineProblem({
  code: 'feature_not_found',
  kind: 'not_found',
  title: 'Feature not found',
  description: 'The catalogue has no feature with this key.',
});

export const featureKeyTaken = defineProblem({
  code: 'feature_key_taken',
  kind: 'conflict',
  title: 'The key is taken',
  description: 'A key is never reused: counters, plans and credits name it.',
});

export const featureDeclared = defineProblem({
  code: 'feature_declared',
  kind: 'conflict',
  title: 'The feature belongs to the code',
  description: 'Code declares it. Change its declaration, and it changes with the next deployment.',
});

import { defineProblem } from '../../common/problem';

export const businessNotFound = defineProblem({
  code: 'business_not_found',
  kind: 'not_found',
  title: 'Business not found',
  description: 'It does not exist, or you do not belong to it.',
});

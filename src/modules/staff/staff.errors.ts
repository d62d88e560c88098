import { defineProblem } from '../../common/problem';

export const staffAccountNotFound = defineProblem({
  code: 'staff_account_not_found',
  kind: 'not_found',
  title: 'There is no such staff account',
  description: 'The command staff:list shows them.',
});

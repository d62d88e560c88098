import { defineProblem } from '../../common/problem';

export const staffAccountNotFound = defineProblem({
  code: 'staff_account_not_found',
  kind: 'not_found',
  title: 'Staff account not found',
  description: 'The command staff:list lists the accounts.',
});

import { defineProblem } from '../../common/problem';

export const memberNotFound = defineProblem({
  code: 'team_member_not_found',
  kind: 'not_found',
  title: 'There is no such team member',
  description: 'GET /v1/team-members lists the members of your business.',
});

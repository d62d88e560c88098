import { defineProblem } from '../../common/problem';

export const supportSessionNotFound = defineProblem({
  code: 'support_session_not_found',
  kind: 'not_found',
  title: 'Support session not found',
  description: 'GET /v1/support-sessions lists those of your business.',
});

export const supportAccessOff = defineProblem({
  code: 'support_access_off',
  kind: 'forbidden',
  title: 'Support access is off for this business',
  description: 'An owner has switched support access off and can switch it on again.',
});

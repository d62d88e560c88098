import { defineProblem } from '../../common/problem';

export const supportSessionNotFound = defineProblem({
  code: 'support_session_not_found',
  kind: 'not_found',
  title: 'There is no such support session',
  description: 'GET /v1/support-sessions lists those of your business.',
});

export const supportAccessOff = defineProblem({
  code: 'support_access_off',
  kind: 'forbidden',
  title: 'This business does not let support in',
  description: 'An owner has switched support access off and can switch it on again.',
});

import { defineProblem } from '../../common/problem';

export const apiKeyNotFound = defineProblem({
  code: 'api_key_not_found',
  kind: 'not_found',
  title: 'API key not found',
  description: 'GET /v1/api-keys lists the keys of your business.',
});

export const apiKeyAlreadyRotated = defineProblem({
  code: 'api_key_already_rotated',
  kind: 'conflict',
  title: 'This API key has been rotated, revoked, or has expired',
  description: 'A key is rotated once. Rotate the key that replaced it, or create a new one.',
});

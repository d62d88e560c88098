import { defineProblem } from '../../common/problem';

export const serviceKeyNotFound = defineProblem({
  code: 'service_key_not_found',
  kind: 'not_found',
  title: 'Service key not found',
  description: 'GET /v1/staff/service-keys lists the keys of this installation.',
});

export const serviceKeyAlreadyRotated = defineProblem({
  code: 'service_key_already_rotated',
  kind: 'conflict',
  title: 'This service key has been rotated, revoked, or has expired',
  description: 'A key is rotated once. Rotate the key that replaced it, or create a new one.',
});

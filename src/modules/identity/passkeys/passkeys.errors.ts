import { defineProblem } from '../../../common/problem';

export const passkeysUnavailable = defineProblem({
  code: 'passkeys_unavailable',
  kind: 'conflict',
  title: 'Passkeys do not work at this address',
  description:
    'A passkey belongs to a host name, and `APP_URL` has an IP address. The operator gives it a name; on this machine, `http://localhost:3000`.',
});

export const passkeyInvalid = defineProblem({
  code: 'passkey_invalid',
  kind: 'unauthenticated',
  title: 'This passkey was not accepted',
  description:
    'The same answer for all reasons: it is not known here, it was removed, the challenge is not the one that was given, older than 5 minutes or answered before, the person was not verified by the device, the signature or its counter is wrong (a copy of the passkey?), or the person may not enter. Ask for other options and try again.',
});

export const passkeyExists = defineProblem({
  code: 'passkey_exists',
  kind: 'conflict',
  title: 'This passkey is registered already',
  description: 'GET /v1/me/mfa (staff: GET /v1/staff/me) lists yours.',
});

export const passkeyNotFound = defineProblem({
  code: 'passkey_not_found',
  kind: 'not_found',
  title: 'Passkey not found',
  description: 'GET /v1/me/mfa (staff: GET /v1/staff/me) lists yours.',
});

export const MOST_PASSKEYS = 20;

export const tooManyPasskeys = defineProblem({
  code: 'too_many_passkeys',
  kind: 'conflict',
  title: 'There are too many passkeys',
  description: `An account has at most ${MOST_PASSKEYS}. Remove one that you no longer use.`,
});

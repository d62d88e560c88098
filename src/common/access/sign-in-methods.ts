/** What a session was opened with, as `/v1/me/sessions` tells it. */
export const SIGN_IN_METHODS = [
  'password',
  'totp',
  'recovery_code',
  'passkey',
  'oidc',
  'exchange',
  'sso',
] as const;
export type SignInMethod = (typeof SIGN_IN_METHODS)[number];

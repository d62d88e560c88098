/** What a person may do who belongs to no business. */
export const OPEN_WITHOUT_BUSINESS = [
  'DELETE /v1/me/email',
  'DELETE /v1/me/identities/{id}',
  'DELETE /v1/me/mfa/passkeys/{id}',
  'DELETE /v1/me/mfa/reset',
  'DELETE /v1/me/mfa/totp',
  'DELETE /v1/me/sessions/{id}',
  'GET /v1/me',
  'GET /v1/me/businesses',
  'GET /v1/me/email',
  'GET /v1/me/identities',
  'GET /v1/me/mfa',
  'GET /v1/me/sessions',
  'PATCH /v1/me/mfa/passkeys/{id}',
  'POST /v1/auth/email/resend',
  'POST /v1/auth/logout',
  'POST /v1/auth/reauthenticate',
  'POST /v1/auth/reauthenticate/options',
  'POST /v1/businesses',
  'POST /v1/invitations/accept',
  'POST /v1/me/email',
  'POST /v1/me/identities',
  'POST /v1/me/mfa/passkeys',
  'POST /v1/me/mfa/passkeys/options',
  'POST /v1/me/mfa/recovery-codes',
  'POST /v1/me/mfa/totp',
  'POST /v1/me/mfa/totp/confirm',
  'POST /v1/me/password',
  'POST /v1/me/sign-ins',
  'POST /v1/me/sign-ins/finish',
  'POST /v1/me/switch',
];
/** Billing stays available there. */
const BILLS = [
  'GET /v1/billing',
  'GET /v1/billing/invoices',
  'GET /v1/subscription',
  'GET /v1/subscription/history',
  'GET /v1/subscription/periods',
  'POST /v1/billing/portal-sessions',
];
/** What a member may do while the business is deactivated. */
export const OPEN_WHILE_DEACTIVATED = [
  ...OPEN_WITHOUT_BUSINESS.filter((name) => name !== 'GET /v1/me'),
  ...BILLS,
  'POST /v1/usage-events/batch', // each item is refused, in the answer
];

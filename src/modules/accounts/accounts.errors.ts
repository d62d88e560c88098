import { defineProblem } from '../../common/problem';

export const ownSecondFactor = defineProblem({
  code: 'own_second_factor',
  kind: 'conflict',
  title: 'This is your own second factor',
  description: 'Remove it with DELETE /v1/me/mfa/totp.',
});

export const factorSharedWithOthers = defineProblem({
  code: 'second_factor_shared',
  kind: 'conflict',
  title: 'This person belongs to another business too',
  description:
    'The second factor protects that business as well, so an owner of this one cannot remove it. Ask the operator of this installation: `cli members:reset-factor`.',
});

export const sessionOfCompany = defineProblem({
  code: 'session_of_company',
  kind: 'forbidden',
  title: 'This session is for the business whose sign-in opened it',
  description:
    'The identity provider of one business opens no other, and makes no passkey, which would. Log in to the other one in another way: POST /v1/auth/password/forgot sets a password.',
});

export const emailChangeNotFound = defineProblem({
  code: 'email_change_not_found',
  kind: 'not_found',
  title: 'No change of address waits',
  description: 'GET /v1/me/email tells.',
});

export const emailChangeTokenInvalid = defineProblem({
  code: 'email_change_token_invalid',
  kind: 'gone',
  title: 'This link is no longer valid',
  description:
    'A link to confirm works once, for 24 hours, and only that of the newest request; a link to undo works for a week. It ends with a password reset, and where another person took the address meanwhile. Ask for the change again.',
});

/** For what opens every business: the provider of one must not get there. @throws 403 session_of_company */
export function assertNotOfCompany({ signedInWith }: { signedInWith: readonly string[] }): void {
  if (signedInWith.includes('sso')) throw sessionOfCompany();
}

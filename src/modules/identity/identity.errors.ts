import { defineProblem } from '../../common/problem';

export const emailTaken = defineProblem({
  code: 'email_taken',
  kind: 'conflict',
  title: 'The e-mail address is taken',
  description: 'Log in instead. To join a business with an invitation, log in and accept it.',
});

export const invalidCredentials = defineProblem({
  code: 'invalid_credentials',
  kind: 'unauthenticated',
  title: 'Wrong e-mail address or password',
  description:
    'The same answer, in the same time, for an unknown address, a wrong password and a deactivated member.',
});

export const passwordTooWeak = defineProblem({
  code: 'password_too_weak',
  kind: 'invalid',
  title: 'This password is too easy to guess',
  description:
    '`detail` says why: it is common or was in a breach, repeats itself, follows an alphabet or a keyboard, or contains the name of the person, the e-mail address, a business or the product.',
});

export const wrongPassword = defineProblem({
  code: 'wrong_password',
  kind: 'forbidden',
  title: 'Wrong current password',
  description: 'Enter your current password. If you have forgotten it, reset it by mail.',
});

export const resetTokenInvalid = defineProblem({
  code: 'reset_token_invalid',
  kind: 'gone',
  title: 'This password reset link is no longer valid',
  description: 'A link works once, for an hour, and only the newest one. Request another.',
});

export const verificationTokenInvalid = defineProblem({
  code: 'verification_token_invalid',
  kind: 'gone',
  title: 'This link is no longer valid',
  description: 'A link works once, for three days, and only the newest one. Request another.',
});

export const sessionNotFound = defineProblem({
  code: 'session_not_found',
  kind: 'not_found',
  title: 'Session not found',
  description: 'GET /v1/me/sessions lists yours.',
});

export const identityTaken = defineProblem({
  code: 'identity_taken',
  kind: 'conflict',
  title: 'This sign-in is linked to an account already',
  description:
    'To yours, where GET /v1/me/identities lists it: then there is nothing to do. Else to another one: unlink it there first, or log in with it.',
});

export const lastWayIn = defineProblem({
  code: 'last_way_in',
  kind: 'conflict',
  title: 'This is your only way to sign in',
  description:
    'Set a password (POST /v1/auth/password/forgot), add a passkey, or link an identity provider, first.',
});

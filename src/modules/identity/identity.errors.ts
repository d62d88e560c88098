import { defineProblem } from '../../common/problem';

export const emailTaken = defineProblem({
  code: 'email_taken',
  kind: 'conflict',
  title: 'There is an account with this e-mail address',
  description: 'Log in instead. Who was invited to a business logs in and accepts the invitation.',
});

export const invalidCredentials = defineProblem({
  code: 'invalid_credentials',
  kind: 'unauthenticated',
  title: 'E-mail address or password are not right',
  description:
    'The same answer, in the same time, for an unknown address, a wrong password and a deactivated member.',
});

export const passwordTooWeak = defineProblem({
  code: 'password_too_weak',
  kind: 'invalid',
  title: 'This password is too easy to guess',
  description:
    'It is on the list of common passwords or contains the name of the e-mail address. Choose another.',
});

export const wrongPassword = defineProblem({
  code: 'wrong_password',
  kind: 'forbidden',
  title: 'The current password is not right',
  description: 'Give the password you have now. Who has forgotten it resets it by mail.',
});

export const resetTokenInvalid = defineProblem({
  code: 'reset_token_invalid',
  kind: 'gone',
  title: 'This link to a new password does not work any more',
  description: 'It works once, for an hour, and only the newest. Ask for another.',
});

export const verificationTokenInvalid = defineProblem({
  code: 'verification_token_invalid',
  kind: 'gone',
  title: 'This link does not work any more',
  description: 'It works once, for three days, and only the newest. Ask for another.',
});

export const sessionNotFound = defineProblem({
  code: 'session_not_found',
  kind: 'not_found',
  title: 'There is no such session',
  description: 'GET /v1/me/sessions lists yours.',
});

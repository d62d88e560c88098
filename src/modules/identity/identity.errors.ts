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

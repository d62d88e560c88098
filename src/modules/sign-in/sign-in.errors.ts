import { Text } from '../../common/fields';
import { defineProblem } from '../../common/problem';

export const foreignTokenInvalid = defineProblem({
  code: 'foreign_token_invalid',
  kind: 'unauthenticated',
  title: 'This token is not accepted',
  description:
    '`detail` says why: its issuer is not one of TRUSTED_ISSUERS, or its signature, algorithm, audience, authorized party or times are not in order. Get a new one from the issuer.',
});

export const issuerUnavailable = defineProblem({
  code: 'issuer_unavailable',
  kind: 'unavailable',
  title: 'The identity provider does not answer',
  description:
    'It was too slow, could not be reached, or answered what is no answer of an identity provider. No session was opened, and nothing was changed. Try again later.',
});

export const emailNotProven = defineProblem({
  code: 'email_not_proven',
  kind: 'forbidden',
  title: 'The identity provider vouches for no e-mail address',
  description:
    'A person who is not known here yet needs an address that the provider has verified. Verify it there, and sign in again.',
});

export class IdentityNotLinkedMembers {
  @Text({ description: 'For POST /v1/me/identities, once; 15 minutes' })
  linkToken!: string;
}

export const identityNotLinked = defineProblem({
  code: 'identity_not_linked',
  kind: 'conflict',
  title: 'There is an account with this address already',
  description:
    'Log in to it as before, then send `linkToken` to POST /v1/me/identities: from then on, both open it. Until then this way of signing in does not.',
  members: IdentityNotLinkedMembers,
});

export const linkTokenInvalid = defineProblem({
  code: 'link_token_invalid',
  kind: 'gone',
  title: 'This can no longer be linked',
  description:
    'A `linkToken` works for 15 minutes, and only for the account with the same address. Sign in with the provider again to get another.',
});

export const identityNotFound = defineProblem({
  code: 'identity_not_found',
  kind: 'not_found',
  title: 'No such sign-in',
  description: 'GET /v1/me/identities lists yours.',
});

export const emailNotVerified = defineProblem({
  code: 'email_not_verified',
  kind: 'forbidden',
  title: 'Verify your e-mail address first',
  description: 'Only a person with a verified address links another way to sign in.',
});

export const providerNotFound = defineProblem({
  code: 'provider_not_found',
  kind: 'not_found',
  title: 'No such identity provider',
  description: 'GET /v1/auth/providers lists those of this installation.',
});

export const signInExpired = defineProblem({
  code: 'sign_in_expired',
  kind: 'gone',
  title: 'This sign-in is over',
  description:
    'It took longer than 10 minutes, was finished already, or was begun in another browser. Begin again.',
});

export const signInInvalid = defineProblem({
  code: 'sign_in_invalid',
  kind: 'unauthenticated',
  title: 'The answer of the identity provider is not accepted',
  description:
    '`detail` says why: it is of another provider than the one that was asked, or its code or ID token is not in order. No session was opened. Begin again.',
});

export const signInRefused = defineProblem({
  code: 'sign_in_refused',
  kind: 'forbidden',
  title: 'The identity provider refused',
  description:
    'It was canceled there, or the provider does not let this person in. `detail` has its code.',
});

export const proofNotFresh = defineProblem({
  code: 'proof_not_fresh',
  kind: 'forbidden',
  title: 'The identity provider did not ask who you are',
  description:
    'It signed you in by an earlier session, or does not say when it asked. Prove it with a password or a code instead; a password is set by POST /v1/auth/password/forgot.',
});

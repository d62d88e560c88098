import { ChoiceList, JsonObject, Text } from '../../../common/fields';
import { defineProblem } from '../../../common/problem';

export const SECOND_STEPS = ['passkey', 'totp', 'recovery_code'] as const;
export type SecondStep = (typeof SECOND_STEPS)[number];

export class MfaRequiredMembers {
  @Text({
    description: 'For POST /v1/auth/mfa/verify (staff: /v1/staff/auth/mfa/verify); 5 minutes',
  })
  mfaToken!: string;

  @ChoiceList('SecondStep', SECOND_STEPS, { description: 'What the account can prove itself with' })
  methods!: SecondStep[];

  @JsonObject({
    maxBytes: 16_384,
    nullable: true,
    description: 'With `passkey` among the methods: for `navigator.credentials.get`, else null',
  })
  passkeyOptions!: object | null;
}

export const mfaRequired = defineProblem({
  code: 'mfa_required',
  kind: 'unauthenticated',
  title: 'A second factor is required',
  description:
    'The password is right, and no session is open yet. Send `mfaToken` with a passkey, a code, or a recovery code, to POST /v1/auth/mfa/verify (staff: POST /v1/staff/auth/mfa/verify) within 5 minutes.',
  members: MfaRequiredMembers,
});

export const mfaCodeInvalid = defineProblem({
  code: 'mfa_code_invalid',
  kind: 'unauthenticated',
  title: 'This code is not valid',
  description:
    'It is wrong, too old, or was used before: each code works once. Wait for the next one, and check the clock of the device. The session of the request, if any, stays open.',
});

export const mfaTokenInvalid = defineProblem({
  code: 'mfa_token_invalid',
  kind: 'unauthenticated',
  title: 'Log in again',
  description:
    'The `mfaToken` is unknown, older than 5 minutes, used, had five wrong answers, or the password or the factors have changed since.',
});

export const secondFactorExists = defineProblem({
  code: 'second_factor_exists',
  kind: 'conflict',
  title: 'There is an authenticator app already',
  description: 'Remove it with DELETE /v1/me/mfa/totp, then set up another.',
});

export const secondFactorNotFound = defineProblem({
  code: 'second_factor_not_found',
  kind: 'not_found',
  title: 'No such second factor',
  description: 'There is none to confirm or to remove. GET /v1/me/mfa tells.',
});

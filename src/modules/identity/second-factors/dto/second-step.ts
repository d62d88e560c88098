import { Text } from '../../../../common/fields';
import { validationFailed } from '../../../../common/problems';
import { SessionRequest } from '../../dto/session.request';
import { PasskeyAnswer } from '../../passkeys/dto/passkeys';
import type { SecondStepAnswer } from '../second-factors.service';

const CODE_LENGTH = 20;
const RECOVERY_CODE_LENGTH = 60;

export class SecondStepRequest extends SessionRequest {
  @Text({ min: 1, max: 100, description: 'From the 401 `mfa_required`' })
  mfaToken!: string;

  @Text({
    optional: true,
    min: 1,
    max: CODE_LENGTH,
    description: 'Of the authenticator app; this, `recoveryCode` or `passkey`',
    example: '492039',
  })
  code?: string;

  @Text({
    optional: true,
    min: 1,
    max: RECOVERY_CODE_LENGTH,
    description: 'Works once; dashes, spaces and letter case do not matter',
  })
  recoveryCode?: string;

  @PasskeyAnswer(true)
  passkey?: object;
}

export class ReauthenticateRequest {
  @Text({ optional: true, min: 1, max: 128, description: 'This, `code` or `passkey`' })
  password?: string;

  @Text({ optional: true, min: 1, max: CODE_LENGTH, description: 'Of the authenticator app' })
  code?: string;

  @PasskeyAnswer(true)
  passkey?: object;
}

/** A proof is one thing. @throws 422 validation_failed */
export function toAnswer({ code, recoveryCode, passkey }: SecondStepRequest): SecondStepAnswer {
  assertOne('code', { code, recoveryCode, passkey });
  if (passkey) return { passkey };
  return code === undefined ? { recoveryCode: recoveryCode! } : { code };
}

/** @throws 422 validation_failed */
export function toProof({ password, code, passkey }: ReauthenticateRequest): Proof {
  assertOne('password', { password, code, passkey });
  if (passkey) return { passkey };
  return code === undefined ? { password: password! } : { code };
}

export type Proof = { password: string } | { code: string } | { passkey: object };

function assertOne(first: string, given: Record<string, unknown>): void {
  const names = Object.keys(given);
  if (names.filter((name) => given[name] !== undefined).length === 1) return;
  const detail = `give exactly one of ${names.join(', ')}`;
  throw validationFailed([{ pointer: `/${first}`, code: 'exactly_one', detail }]);
}

import { Text } from '../../../../common/fields';
import { validationFailed } from '../../../../common/problems';
import { SessionRequest } from '../../dto/session.request';
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
    description: 'Of the authenticator app; this or `recoveryCode`',
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
}

export class ReauthenticateRequest {
  @Text({ optional: true, min: 1, max: 128, description: 'This or `code`' })
  password?: string;

  @Text({ optional: true, min: 1, max: CODE_LENGTH, description: 'Of the authenticator app' })
  code?: string;
}

/** A proof is one thing. @throws 422 validation_failed */
export function toAnswer({ code, recoveryCode }: SecondStepRequest): SecondStepAnswer {
  assertOne('code', { code, recoveryCode });
  return code === undefined ? { recoveryCode: recoveryCode! } : { code };
}

/** @throws 422 validation_failed */
export function toProof({ password, code }: ReauthenticateRequest): Proof {
  assertOne('password', { password, code });
  return code === undefined ? { password: password! } : { code };
}

export type Proof = { password: string } | { code: string };

function assertOne(first: string, given: Record<string, string | undefined>): void {
  const names = Object.keys(given);
  if (names.filter((name) => given[name] !== undefined).length === 1) return;
  const detail = `give exactly one of ${names.join(', ')}`;
  throw validationFailed([{ pointer: `/${first}`, code: 'exactly_one', detail }]);
}

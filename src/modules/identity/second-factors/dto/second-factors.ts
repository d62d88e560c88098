import { Instant, Integer, list, ListOf, Nested, Text } from '../../../../common/fields';
import { PasskeyResponse, toPasskeyResponse } from '../../passkeys/dto/passkeys';
import type { SecondFactors } from '../second-factors.service';

export class TotpSetupResponse {
  @Text({ description: 'Base32, for typing; shown only once', example: 'JBSWY3DPEHPK3PXPJBSWY3DP' })
  secret!: string;

  @Text({
    description: 'What the QR code says',
    example: 'otpauth://totp/Tenantry:ada@example.com?…',
  })
  uri!: string;

  @Text({ description: 'The QR code, as SVG' })
  qr!: string;
}

export class ConfirmTotpRequest {
  @Text({ min: 1, max: 20, description: 'Of the authenticator app', example: '492039' })
  code!: string;
}

export class RecoveryCodesResponse {
  @list(
    {
      description:
        'Ten; each works once in place of a code, and is shown only now. Empty where codes are left already',
    },
    { type: 'array', items: { type: 'string', example: 'abcdef-ghijkl-mnopqr-stuvwx' } },
    [],
  )
  recoveryCodes!: string[];
}

export class TotpFactorResponse {
  @Instant()
  confirmedAt!: string;
}

export class SecondFactorsResponse {
  @Nested(() => TotpFactorResponse, { nullable: true, description: 'The authenticator app' })
  totp!: TotpFactorResponse | null;

  @ListOf(() => PasskeyResponse)
  passkeys!: PasskeyResponse[];

  @Integer({ min: 0 })
  recoveryCodesLeft!: number;
}

export function toSecondFactorsResponse(factors: SecondFactors): SecondFactorsResponse {
  const { totp, passkeys, recoveryCodesLeft } = factors;
  return {
    totp: totp && { confirmedAt: totp.confirmedAt.toISOString() },
    passkeys: passkeys.map(toPasskeyResponse),
    recoveryCodesLeft,
  };
}

import { Body, Controller, Delete, Get, Headers, Inject, Post } from '@nestjs/common';
import { Access } from '../../common/access/access.decorator';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Ctx } from '../../platform/http/request';
import { Tag } from '../../platform/http/tag.decorator';
import { rateLimitedProblem } from '../../platform/rate-limit/rate-limit.errors';
import { wrongPassword } from '../identity/identity.errors';
import { passkeyInvalid } from '../identity/passkeys/passkeys.errors';
import {
  ConfirmTotpRequest,
  RecoveryCodesResponse,
  TotpSetupResponse,
} from '../identity/second-factors/dto/second-factors';
import {
  ReauthenticateRequest,
  SecondStepRequest,
} from '../identity/second-factors/dto/second-step';
import {
  mfaCodeInvalid,
  mfaTokenInvalid,
  secondFactorExists,
  secondFactorNotFound,
} from '../identity/second-factors/second-factors.errors';
import { LoginResponse, toLoginResponse } from './dto/account.responses';
import { OwnFactorsResponse, toOwnFactorsResponse } from './dto/own-factors';
import { LostFactorsService } from './lost-factors.service';
import { OwnFactorsService } from './own-factors.service';
import { ReauthenticationService } from './reauthentication.service';
import { SecondStepService } from './second-step.service';

const OWN = { audience: 'dashboard', withoutBusiness: true, whileDeactivated: true } as const;

@Tag('Second factor', {
  description: 'Authenticator app and recovery codes, and proving again who one is',
  position: 15,
})
@Controller('v1')
export class SecondFactorController {
  constructor(
    private readonly secondStep: SecondStepService,
    private readonly reauthentication: ReauthenticationService,
    private readonly own: OwnFactorsService,
    private readonly lost: LostFactorsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post('auth/mfa/verify')
  @Access({
    audience: 'public',
    action: 'session.verify',
    summary: 'The second step of a login: a passkey, a code, or a recovery code',
    description: 'Five wrong answers end the token; they count for the account as guesses do.',
    status: 200,
    answers: LoginResponse,
    problems: [mfaCodeInvalid, passkeyInvalid, mfaTokenInvalid, rateLimitedProblem],
    idempotency: 'none',
    session: { opened: 'team' },
  })
  async verify(
    @Ctx() context: RequestContext,
    @Body() body: SecondStepRequest,
    @Headers('user-agent') userAgent?: string,
  ): Promise<LoginResponse> {
    const signedIn = await this.secondStep.verify(context, body, userAgent ?? null);
    return toLoginResponse(signedIn, this.config.sessionAbsoluteDays);
  }

  @Post('auth/reauthenticate')
  @Access({
    ...OWN,
    action: 'session.prove',
    summary: 'Prove again who I am, for what needs a proof of the last 10 minutes',
    status: 204,
    problems: [wrongPassword, mfaCodeInvalid, passkeyInvalid, rateLimitedProblem],
    idempotency: 'none',
    ownAllowance: true,
  })
  async reauthenticate(
    @Ctx() context: RequestContext,
    @Body() body: ReauthenticateRequest,
  ): Promise<void> {
    await this.reauthentication.prove(context, body);
  }

  @Get('me/mfa')
  @Access({
    ...OWN,
    action: 'second_factor.get',
    summary: 'My second factor',
    status: 200,
    answers: OwnFactorsResponse,
  })
  async get(@Ctx() context: RequestContext): Promise<OwnFactorsResponse> {
    return toOwnFactorsResponse(await this.own.get(context));
  }

  @Post('me/mfa/totp')
  @Access({
    ...OWN,
    action: 'second_factor.begin',
    summary: 'Set up an authenticator app: its secret counts once a code is confirmed',
    status: 201,
    answers: TotpSetupResponse,
    problems: [secondFactorExists],
    idempotency: 'none',
    stepUp: true,
  })
  begin(@Ctx() context: RequestContext): Promise<TotpSetupResponse> {
    return this.own.begin(context);
  }

  @Post('me/mfa/totp/confirm')
  @Access({
    ...OWN,
    action: 'second_factor.confirm',
    summary:
      'Confirm it with a code; ends my other sessions, and shows the recovery codes, if none are left',
    status: 200,
    answers: RecoveryCodesResponse,
    problems: [mfaCodeInvalid, secondFactorNotFound, secondFactorExists],
    idempotency: 'none',
    stepUp: true,
  })
  async confirm(
    @Ctx() context: RequestContext,
    @Body() body: ConfirmTotpRequest,
  ): Promise<RecoveryCodesResponse> {
    return { recoveryCodes: await this.own.confirm(context, body.code) };
  }

  @Delete('me/mfa/totp')
  @Access({
    ...OWN,
    action: 'second_factor.remove',
    summary:
      'Remove my authenticator app, and the recovery codes with the last factor; ends my other sessions',
    status: 204,
    problems: [secondFactorNotFound],
    stepUp: true,
  })
  async remove(@Ctx() context: RequestContext): Promise<void> {
    await this.own.remove(context);
  }

  @Post('me/mfa/recovery-codes')
  @Access({
    ...OWN,
    action: 'second_factor.renew_codes',
    summary: 'Ten new recovery codes; those of before no longer work',
    status: 200,
    answers: RecoveryCodesResponse,
    problems: [secondFactorNotFound],
    idempotency: 'none',
    stepUp: true,
  })
  async renewCodes(@Ctx() context: RequestContext): Promise<RecoveryCodesResponse> {
    return { recoveryCodes: await this.own.renewCodes(context) };
  }

  @Delete('me/mfa/reset')
  @Access({
    ...OWN,
    action: 'second_factor.cancel_reset',
    summary: "Cancel the operator's reset of my second factor",
    status: 204,
    problems: [secondFactorNotFound],
  })
  async cancelReset(@Ctx() context: RequestContext): Promise<void> {
    await this.lost.cancel(context);
  }
}

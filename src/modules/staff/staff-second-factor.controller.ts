import { Body, Controller, Delete, Get, Headers, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../../common/access/access.decorator';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Ctx } from '../../platform/http/request';
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
import { StaffMeResponse, toStaffLoginResponse, toStaffMeResponse } from './dto/staff-me';
import { StaffLoginResponse } from './dto/staff.responses';
import { StaffSecondFactorService } from './staff-second-factor.service';

const OWN = { audience: 'staff', whileEnrolling: true } as const;

@ApiTags('Staff')
@Controller('v1/staff')
export class StaffSecondFactorController {
  constructor(
    private readonly own: StaffSecondFactorService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post('auth/mfa/verify')
  @Access({
    audience: 'public',
    action: 'staff_session.verify',
    summary: 'The second step of a staff login: a passkey, a code, or a recovery code',
    description: 'Five wrong answers end the token; they count for the account as guesses do.',
    status: 200,
    answers: StaffLoginResponse,
    problems: [mfaCodeInvalid, passkeyInvalid, mfaTokenInvalid, rateLimitedProblem],
    idempotency: 'none',
    session: { opened: 'staff' },
  })
  async verify(
    @Ctx() context: RequestContext,
    @Body() body: SecondStepRequest,
    @Headers('user-agent') userAgent?: string,
  ): Promise<StaffLoginResponse> {
    return toStaffLoginResponse(await this.own.verify(context, body, userAgent ?? null));
  }

  @Post('auth/reauthenticate')
  @Access({
    ...OWN,
    action: 'staff_session.prove',
    summary: 'Prove again who I am, for what needs a proof of the last 10 minutes',
    status: 204,
    problems: [wrongPassword, mfaCodeInvalid, passkeyInvalid, rateLimitedProblem],
    idempotency: 'none',
  })
  async reauthenticate(
    @Ctx() context: RequestContext,
    @Body() body: ReauthenticateRequest,
  ): Promise<void> {
    await this.own.prove(context, body);
  }

  @Get('me')
  @Access({
    ...OWN,
    action: 'staff_me.get',
    summary: 'My staff account and its second factor',
    status: 200,
    answers: StaffMeResponse,
  })
  async get(@Ctx() context: RequestContext): Promise<StaffMeResponse> {
    const isRequired = this.config.staffSecondFactor === 'required';
    return toStaffMeResponse(await this.own.get(context), isRequired);
  }

  @Post('me/mfa/totp')
  @Access({
    ...OWN,
    action: 'staff_second_factor.begin',
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
    action: 'staff_second_factor.confirm',
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
    audience: 'staff',
    action: 'staff_second_factor.remove',
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
    audience: 'staff',
    action: 'staff_second_factor.renew_codes',
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
}

import { Body, Controller, Delete, Headers, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../../common/access/access.decorator';
import type { RequestContext } from '../../common/request-context';
import { PathId } from '../../platform/http/path-id';
import { Ctx } from '../../platform/http/request';
import { rateLimitedProblem } from '../../platform/rate-limit/rate-limit.errors';
import {
  CreatedPasskeyResponse,
  CreatePasskeyRequest,
  PasskeyOptionsResponse,
  PasskeyResponse,
  RenamePasskeyRequest,
  StaffPasskeyLoginRequest,
  toCreatedPasskeyResponse,
  toPasskeyResponse,
} from '../identity/passkeys/dto/passkeys';
import {
  passkeyExists,
  passkeyInvalid,
  passkeyNotFound,
  passkeysUnavailable,
  tooManyPasskeys,
} from '../identity/passkeys/passkeys.errors';
import { toStaffLoginResponse } from './dto/staff-me';
import { StaffLoginResponse } from './dto/staff.responses';
import { StaffPasskeyLoginService } from './staff-passkey-login.service';
import { StaffSecondFactorService } from './staff-second-factor.service';

const OWN = { audience: 'staff', whileEnrolling: true } as const;

@ApiTags('Staff')
@Controller('v1/staff')
export class StaffPasskeysController {
  constructor(
    private readonly logins: StaffPasskeyLoginService,
    private readonly own: StaffSecondFactorService,
  ) {}

  @Post('auth/passkeys/options')
  @Access({
    audience: 'public',
    action: 'staff_session.ask_passkey',
    summary: 'Begin a staff login by passkey; the answer is the same for all callers',
    status: 200,
    answers: PasskeyOptionsResponse,
    problems: [passkeysUnavailable],
    idempotency: 'none',
  })
  async ask(@Ctx() context: RequestContext): Promise<PasskeyOptionsResponse> {
    return { options: await this.logins.ask(context) };
  }

  @Post('auth/passkeys/login')
  @Access({
    audience: 'public',
    action: 'staff_session.create_by_passkey',
    summary: 'Log in as staff with a passkey, without a password',
    status: 200,
    answers: StaffLoginResponse,
    problems: [passkeyInvalid, rateLimitedProblem],
    idempotency: 'none',
    session: { opened: 'staff' },
  })
  async logIn(
    @Ctx() context: RequestContext,
    @Body() body: StaffPasskeyLoginRequest,
    @Headers('user-agent') userAgent?: string,
  ): Promise<StaffLoginResponse> {
    return toStaffLoginResponse(await this.logins.logIn(context, body.passkey, userAgent ?? null));
  }

  @Post('auth/reauthenticate/options')
  @Access({
    ...OWN,
    action: 'staff_session.ask_proof',
    summary: 'Begin a proof by passkey, for POST /v1/staff/auth/reauthenticate',
    status: 200,
    answers: PasskeyOptionsResponse,
    problems: [passkeysUnavailable],
    idempotency: 'none',
  })
  async askForProof(@Ctx() context: RequestContext): Promise<PasskeyOptionsResponse> {
    return { options: await this.own.askForProof(context) };
  }

  @Post('me/mfa/passkeys/options')
  @Access({
    ...OWN,
    action: 'staff_passkey.begin',
    summary: 'Begin to register a passkey',
    status: 200,
    answers: PasskeyOptionsResponse,
    problems: [passkeysUnavailable, tooManyPasskeys],
    idempotency: 'none',
    stepUp: true,
  })
  async begin(@Ctx() context: RequestContext): Promise<PasskeyOptionsResponse> {
    return { options: await this.own.beginPasskey(context) };
  }

  @Post('me/mfa/passkeys')
  @Access({
    ...OWN,
    action: 'staff_passkey.create',
    summary: 'Register a passkey; ends my other sessions, and I get a mail',
    status: 201,
    answers: CreatedPasskeyResponse,
    problems: [passkeyInvalid, passkeysUnavailable, passkeyExists, tooManyPasskeys],
    idempotency: 'none',
    stepUp: true,
  })
  async create(
    @Ctx() context: RequestContext,
    @Body() body: CreatePasskeyRequest,
  ): Promise<CreatedPasskeyResponse> {
    return toCreatedPasskeyResponse(await this.own.addPasskey(context, body));
  }

  @Patch('me/mfa/passkeys/:id')
  @Access({
    audience: 'staff',
    action: 'staff_passkey.rename',
    summary: 'Rename one of my passkeys',
    status: 200,
    answers: PasskeyResponse,
    problems: [passkeyNotFound],
  })
  async rename(
    @Ctx() context: RequestContext,
    @PathId() id: string,
    @Body() body: RenamePasskeyRequest,
  ): Promise<PasskeyResponse> {
    return toPasskeyResponse(await this.own.renamePasskey(context, id, body.name));
  }

  @Delete('me/mfa/passkeys/:id')
  @Access({
    audience: 'staff',
    action: 'staff_passkey.delete',
    summary: 'Remove one of my passkeys; ends my other sessions, and I get a mail',
    status: 204,
    problems: [passkeyNotFound],
    stepUp: true,
  })
  async remove(@Ctx() context: RequestContext, @PathId() id: string): Promise<void> {
    await this.own.removePasskey(context, id);
  }
}

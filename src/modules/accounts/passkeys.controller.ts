import { Body, Controller, Delete, Headers, Inject, Patch, Post } from '@nestjs/common';
import { Access } from '../../common/access/access.decorator';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { PathId } from '../../platform/http/path-id';
import { Ctx } from '../../platform/http/request';
import { Tag } from '../../platform/http/tag.decorator';
import { rateLimitedProblem } from '../../platform/rate-limit/rate-limit.errors';
import { lastWayIn } from '../identity/identity.errors';
import {
  CreatedPasskeyResponse,
  CreatePasskeyRequest,
  PasskeyLoginRequest,
  PasskeyOptionsResponse,
  PasskeyResponse,
  RenamePasskeyRequest,
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
import { sessionOfCompany } from './accounts.errors';
import { LoginResponse, toLoginResponse } from './dto/account.responses';
import { OwnFactorsService } from './own-factors.service';
import { PasskeyLoginService } from './passkey-login.service';
import { ReauthenticationService } from './reauthentication.service';

const OWN = { audience: 'dashboard', withoutBusiness: true, whileDeactivated: true } as const;

@Tag('Passkeys', {
  description: 'Logging in without a password, and as a second factor (WebAuthn)',
  position: 16,
})
@Controller('v1')
export class PasskeysController {
  constructor(
    private readonly logins: PasskeyLoginService,
    private readonly reauthentication: ReauthenticationService,
    private readonly own: OwnFactorsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post('auth/passkeys/options')
  @Access({
    audience: 'public',
    action: 'session.ask_passkey',
    summary: 'Begin a login by passkey; the answer is the same for all callers',
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
    action: 'session.create_by_passkey',
    summary: 'Log in with a passkey, without a password',
    description: 'Two factors in one, so no second step follows. For the rest, as a login.',
    status: 200,
    answers: LoginResponse,
    problems: [passkeyInvalid, rateLimitedProblem],
    idempotency: 'none',
    session: { opened: 'team' },
  })
  async logIn(
    @Ctx() context: RequestContext,
    @Body() body: PasskeyLoginRequest,
    @Headers('user-agent') userAgent?: string,
  ): Promise<LoginResponse> {
    const signedIn = await this.logins.logIn(context, body, userAgent ?? null);
    return toLoginResponse(signedIn, this.config.sessionAbsoluteDays);
  }

  @Post('auth/reauthenticate/options')
  @Access({
    ...OWN,
    action: 'session.ask_proof',
    summary: 'Begin a proof by passkey, for POST /v1/auth/reauthenticate',
    status: 200,
    answers: PasskeyOptionsResponse,
    problems: [passkeysUnavailable],
    idempotency: 'none',
    ownAllowance: true,
  })
  async askForProof(@Ctx() context: RequestContext): Promise<PasskeyOptionsResponse> {
    return { options: await this.reauthentication.ask(context) };
  }

  @Post('me/mfa/passkeys/options')
  @Access({
    ...OWN,
    action: 'passkey.begin',
    summary: 'Begin to register a passkey',
    status: 200,
    answers: PasskeyOptionsResponse,
    problems: [passkeysUnavailable, tooManyPasskeys, sessionOfCompany],
    idempotency: 'none',
    stepUp: true,
  })
  async begin(@Ctx() context: RequestContext): Promise<PasskeyOptionsResponse> {
    return { options: await this.own.beginPasskey(context) };
  }

  @Post('me/mfa/passkeys')
  @Access({
    ...OWN,
    action: 'passkey.create',
    summary: 'Register a passkey; ends my other sessions, and I get a mail',
    status: 201,
    answers: CreatedPasskeyResponse,
    problems: [
      passkeyInvalid,
      passkeysUnavailable,
      passkeyExists,
      tooManyPasskeys,
      sessionOfCompany,
    ],
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
    ...OWN,
    action: 'passkey.rename',
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
    ...OWN,
    action: 'passkey.delete',
    summary: 'Remove one of my passkeys; ends my other sessions, and I get a mail',
    status: 204,
    problems: [passkeyNotFound, lastWayIn],
    stepUp: true,
  })
  async remove(@Ctx() context: RequestContext, @PathId() id: string): Promise<void> {
    await this.own.removePasskey(context, id);
  }
}

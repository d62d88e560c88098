import { Body, Controller, Headers, Inject, Post } from '@nestjs/common';
import { Access } from '../../common/access/access.decorator';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Ctx } from '../../platform/http/request';
import { Tag } from '../../platform/http/tag.decorator';
import { rateLimitedProblem } from '../../platform/rate-limit/rate-limit.errors';
import {
  invalidCredentials,
  passwordTooWeak,
  resetTokenInvalid,
  verificationTokenInvalid,
} from '../identity/identity.errors';
import { mfaRequired } from '../identity/second-factors/second-factors.errors';
import { AccountsService } from './accounts.service';
import {
  ForgotPasswordRequest,
  LoginRequest,
  ResetPasswordRequest,
  VerifyEmailRequest,
} from './dto/account.requests';
import { LoginResponse, toLoginResponse } from './dto/account.responses';
import { RecoveryService } from './recovery.service';

@Tag('Signing in', { description: 'Signing up, logging in, and what mails lead to', position: 10 })
@Controller('v1/auth')
export class AuthController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly recovery: RecoveryService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post('login')
  @Access({
    audience: 'public',
    action: 'session.create',
    summary: 'Log in: to one business, or without one',
    description:
      'Without `businessId`, to the active business used last, else to a deactivated one. A person without a business gets a session with `member` and `business` null, which can create a business, accept an invitation or switch.',
    status: 200,
    answers: LoginResponse,
    problems: [invalidCredentials, mfaRequired, rateLimitedProblem],
    idempotency: 'none',
    session: { opened: 'team' },
  })
  async login(
    @Ctx() context: RequestContext,
    @Body() body: LoginRequest,
    @Headers('user-agent') userAgent?: string,
  ): Promise<LoginResponse> {
    const signedIn = await this.accounts.login(context, body, userAgent ?? null);
    return toLoginResponse(signedIn, this.config.sessionAbsoluteDays);
  }

  @Post('logout')
  @Access({
    audience: 'dashboard',
    action: 'session.end',
    summary: 'End this session',
    status: 204,
    support: true,
    withoutBusiness: true,
    whileDeactivated: true,
    ownAllowance: true,
    session: 'ended',
  })
  async logout(@Ctx() context: RequestContext): Promise<void> {
    await this.accounts.logout(context);
  }

  @Post('password/forgot')
  @Access({
    audience: 'public',
    action: 'password.forgot',
    summary: 'Mail a password reset link, if the address is known; the answer is the same if not',
    status: 202,
    problems: [rateLimitedProblem],
    idempotency: 'in_steps',
  })
  async forgot(@Ctx() context: RequestContext, @Body() body: ForgotPasswordRequest): Promise<void> {
    await this.recovery.forgot(context, body.email);
  }

  @Post('password/reset')
  @Access({
    audience: 'public',
    action: 'password.reset',
    summary: 'Set a new password with the key from the mail; ends every session',
    status: 204,
    problems: [resetTokenInvalid, passwordTooWeak, rateLimitedProblem],
    idempotency: 'in_steps',
  })
  async reset(@Ctx() context: RequestContext, @Body() body: ResetPasswordRequest): Promise<void> {
    await this.recovery.reset(context, body);
  }

  @Post('email/verify')
  @Access({
    audience: 'public',
    action: 'email.verify',
    summary: 'Verify the address with the key from the mail',
    status: 204,
    problems: [verificationTokenInvalid, rateLimitedProblem],
    idempotency: 'in_steps',
  })
  async verifyEmail(
    @Ctx() context: RequestContext,
    @Body() body: VerifyEmailRequest,
  ): Promise<void> {
    await this.recovery.verifyEmail(context, body.token);
  }

  @Post('email/resend')
  @Access({
    audience: 'dashboard',
    action: 'email.resend',
    summary: 'Mail the verification link again',
    status: 202,
    withoutBusiness: true,
    whileDeactivated: true,
  })
  async resendVerification(@Ctx() context: RequestContext): Promise<void> {
    await this.recovery.resendVerification(context);
  }
}

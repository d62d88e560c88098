import { Body, Controller, Get, Headers, Inject, Post, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../../common/access/access.decorator';
import {
  businessDeactivated,
  cookieNeedsHttps,
  crossSiteRequest,
  limitReached,
} from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { CookieSessions } from '../../platform/http/cookie-sessions';
import { Ctx } from '../../platform/http/request';
import { rateLimitedProblem } from '../../platform/rate-limit/rate-limit.errors';
import { LoginResponse, toLoginResponse } from '../accounts/dto/account.responses';
import { emailTaken } from '../identity/identity.errors';
import { mfaRequired } from '../identity/second-factors/second-factors.errors';
import {
  alreadyMember,
  invitationExpired,
  invitationForAnotherEmail,
  invitationNotFound,
  invitationRevoked,
  invitationUsed,
} from '../team-members/team-members.errors';
import { findBrowserCookie, newHandle, toBrowserCookie } from './browser-cookie';
import {
  BeginSignInRequest,
  BegunSignInResponse,
  FinishSignInRequest,
  ProvidersQuery,
  ProvidersResponse,
} from './dto/sign-ins';
import { ProvidersService } from './providers.service';
import { SignInFlowService } from './sign-in-flow.service';
import {
  emailNotProven,
  identityNotLinked,
  issuerUnavailable,
  providerNotFound,
  signInExpired,
  signInInvalid,
  signInRefused,
} from './sign-in.errors';
import { SignInsService } from './sign-ins.service';

@ApiTags('Signing in')
@Controller('v1/auth')
export class SignInController {
  constructor(
    private readonly providers: ProvidersService,
    private readonly flow: SignInFlowService,
    private readonly signIns: SignInsService,
    private readonly cookies: CookieSessions,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get('providers')
  @Access({
    audience: 'public',
    action: 'sign_in.list_providers',
    summary: 'The identity providers to sign in with',
    status: 200,
    answers: ProvidersResponse,
  })
  async list(
    @Ctx() context: RequestContext,
    @Query() { email }: ProvidersQuery,
  ): Promise<ProvidersResponse> {
    const providers = this.providers.list().map(({ id, name }) => ({ id, name }));
    const company = email === undefined ? null : await this.providers.findCompany(context, email);
    return { providers, company };
  }

  @Post('sign-ins')
  @Access({
    audience: 'public',
    action: 'sign_in.begin',
    summary: 'Begin to sign in with an identity provider',
    description:
      'Send the browser to `url`. The provider sends it back to the redirect URI, with a query for POST /v1/auth/sign-ins/finish.',
    status: 201,
    answers: BegunSignInResponse,
    problems: [
      providerNotFound,
      issuerUnavailable,
      rateLimitedProblem,
      crossSiteRequest,
      cookieNeedsHttps,
    ],
    idempotency: 'none',
  })
  async begin(
    @Ctx() context: RequestContext,
    @Body() body: BeginSignInRequest,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BegunSignInResponse> {
    const isCookie = body.transport === 'cookie';
    if (isCookie) this.cookies.assertMaySet(request);
    const kept = isCookie ? findBrowserCookie(request.headers.cookie) : null;
    const handle = kept ?? newHandle();
    const owner = { purpose: 'sign_in' as const, held: handle };
    const { url, expiresAt } = await this.flow.begin(context, owner, body);
    const begun = { url, expiresAt: expiresAt.toISOString() };
    if (!isCookie) return { ...begun, handle };
    void reply.header('set-cookie', toBrowserCookie(handle, expiresAt));
    return begun;
  }

  @Post('sign-ins/finish')
  @Access({
    audience: 'public',
    action: 'session.sign_in',
    summary: 'Log in with what the identity provider has answered',
    description: 'In the browser that has begun, within 10 minutes, once.',
    status: 200,
    answers: LoginResponse,
    problems: [
      signInInvalid,
      mfaRequired,
      limitReached,
      emailNotProven,
      signInRefused,
      businessDeactivated,
      providerNotFound,
      identityNotLinked,
      emailTaken,
      signInExpired,
      issuerUnavailable,
      rateLimitedProblem,
      invitationForAnotherEmail,
      invitationNotFound,
      invitationExpired,
      invitationRevoked,
      invitationUsed,
      alreadyMember,
    ],
    idempotency: 'none',
    session: { opened: 'team' },
  })
  async finish(
    @Ctx() context: RequestContext,
    @Body() { handle, ...body }: FinishSignInRequest,
    @Req() { headers }: FastifyRequest,
    @Headers('user-agent') userAgent?: string,
  ): Promise<LoginResponse> {
    const kept = body.transport === 'cookie' ? findBrowserCookie(headers.cookie) : null;
    const held = handle ?? kept ?? '';
    const signedIn = await this.signIns.finish(context, held, body, userAgent ?? null);
    return toLoginResponse(signedIn, this.config.sessionAbsoluteDays);
  }
}

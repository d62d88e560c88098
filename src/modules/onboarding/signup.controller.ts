import { Body, Controller, Headers, Post } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { Access } from '../../common/access/access.decorator';
import { businessDeactivated, limitReached } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { Ctx } from '../../platform/http/request';
import { validateFields } from '../../platform/http/validation';
import { rateLimitedProblem } from '../../platform/rate-limit/rate-limit.errors';
import { tooManyBusinesses } from '../businesses/businesses.errors';
import { emailTaken, passwordTooWeak } from '../identity/identity.errors';
import {
  invitationExpired,
  invitationNotFound,
  invitationRevoked,
  invitationUsed,
} from '../team-members/team-members.errors';
import {
  CreateBusinessRequest,
  JoinRequest,
  JoinResponse,
  SignupRequest,
  SignupResponse,
} from './dto/signup';
import { OnboardingService } from './onboarding.service';

@ApiTags('Signing in')
@ApiExtraModels(SignupRequest, JoinRequest, JoinResponse)
@Controller('v1')
export class SignupController {
  constructor(private readonly onboarding: OnboardingService) {}

  /** One route, two requests: the activation key distinguishes them. */
  @Post('auth/signup')
  @ApiBody({
    schema: {
      oneOf: [{ $ref: getSchemaPath(SignupRequest) }, { $ref: getSchemaPath(JoinRequest) }],
    },
  })
  @Access({
    audience: 'public',
    action: 'business.sign_up',
    summary:
      'Create a business with its owner, subscription and API key; or, with an activation key, join the inviting one',
    description: 'With an activation key the answer has `business`, `member` and `session` only.',
    status: 201,
    answers: SignupResponse,
    answersAlso: JoinResponse,
    problems: [
      emailTaken,
      passwordTooWeak,
      rateLimitedProblem,
      invitationNotFound,
      invitationExpired,
      invitationRevoked,
      invitationUsed,
      limitReached,
      businessDeactivated,
    ],
    idempotency: 'in_steps',
    session: { opened: 'team' },
  })
  async signUp(
    @Ctx() context: RequestContext,
    @Body() body: unknown,
    @Headers('user-agent') userAgent?: string,
  ): Promise<SignupResponse | JoinResponse> {
    if (hasActivationKey(body))
      return this.onboarding.join(context, validateFields(JoinRequest, body), userAgent ?? null);
    return this.onboarding.signUp(context, validateFields(SignupRequest, body), userAgent ?? null);
  }

  @Post('businesses')
  @Access({
    audience: 'dashboard',
    action: 'business.create',
    summary: 'Create a business, or another one, owned by the caller',
    status: 201,
    answers: SignupResponse,
    problems: [tooManyBusinesses],
    idempotency: 'in_steps',
    withoutBusiness: true,
    whileDeactivated: true,
    session: { opened: 'team' },
  })
  createAnother(
    @Ctx() context: RequestContext,
    @Body() body: CreateBusinessRequest,
    @Headers('user-agent') userAgent?: string,
  ): Promise<SignupResponse> {
    return this.onboarding.createAnother(context, body, userAgent ?? null);
  }
}

function hasActivationKey(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'activationKey' in body;
}

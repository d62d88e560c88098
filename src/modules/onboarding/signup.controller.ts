import { Body, Controller, Headers, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../../common/access/access.decorator';
import type { RequestContext } from '../../common/request-context';
import { Ctx } from '../../platform/http/request';
import { emailTaken, passwordTooWeak } from '../identity/identity.errors';
import { SignupRequest, SignupResponse } from './dto/signup';
import { OnboardingService } from './onboarding.service';

@ApiTags('Signing in')
@Controller('v1/auth')
export class SignupController {
  constructor(private readonly onboarding: OnboardingService) {}

  @Post('signup')
  @Access({
    audience: 'public',
    action: 'business.sign_up',
    summary: 'Create a business with its owner, subscription and API key',
    status: 201,
    answers: SignupResponse,
    problems: [emailTaken, passwordTooWeak],
    idempotency: 'in_handler',
  })
  signUp(
    @Ctx() context: RequestContext,
    @Body() body: SignupRequest,
    @Headers('user-agent') userAgent?: string,
  ): Promise<SignupResponse> {
    return this.onboarding.signUp(context, body, userAgent ?? null);
  }
}

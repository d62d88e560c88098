import { Body, Controller, Headers, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../../common/access/access.decorator';
import { businessDeactivated, businessNotFound, limitReached } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Ctx } from '../../platform/http/request';
import { rateLimitedProblem } from '../../platform/rate-limit/rate-limit.errors';
import { LoginResponse, toLoginResponse } from '../accounts/dto/account.responses';
import { emailTaken } from '../identity/identity.errors';
import { mfaRequired } from '../identity/second-factors/second-factors.errors';
import { ExchangeRequest } from './dto/exchange';
import { ExchangeService } from './exchange.service';
import {
  emailNotProven,
  foreignTokenInvalid,
  identityNotLinked,
  issuerUnavailable,
} from './sign-in.errors';

@ApiTags('Signing in')
@Controller('v1/auth/exchange')
export class ExchangeController {
  constructor(
    private readonly exchanges: ExchangeService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post()
  @Access({
    audience: 'public',
    action: 'session.exchange',
    summary: 'Log in with a token of an issuer that this installation trusts',
    description:
      'The session ends EXCHANGE_MINUTES after the token. A person who is seen for the first time joins a business by an invitation, or where the token names one.',
    status: 200,
    answers: LoginResponse,
    problems: [
      foreignTokenInvalid,
      mfaRequired,
      limitReached,
      emailNotProven,
      businessDeactivated,
      businessNotFound,
      identityNotLinked,
      emailTaken,
      issuerUnavailable,
      rateLimitedProblem,
    ],
    idempotency: 'none',
    session: { opened: 'team' },
  })
  async exchange(
    @Ctx() context: RequestContext,
    @Body() body: ExchangeRequest,
    @Headers('user-agent') userAgent?: string,
  ): Promise<LoginResponse> {
    const signedIn = await this.exchanges.exchange(context, body, userAgent ?? null);
    return toLoginResponse(signedIn, this.config.sessionAbsoluteDays);
  }
}

import { Body, Controller, Headers, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../../common/access/access.decorator';
import { businessDeactivated } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Ctx } from '../../platform/http/request';
import { toBusinessResponse } from '../businesses/dto/business.response';
import { invalidCredentials } from '../identity/identity.errors';
import { toMemberResponse } from '../team-members/dto/member.response';
import { AccountsService } from './accounts.service';
import { LoginRequest } from './dto/account.requests';
import { LoginResponse, toSessionTokenResponse } from './dto/account.responses';

@ApiTags('Signing in')
@Controller('v1/auth')
export class AuthController {
  constructor(
    private readonly accounts: AccountsService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post('login')
  @Access({
    audience: 'public',
    action: 'session.create',
    summary: 'Log in to one business',
    status: 200,
    answers: LoginResponse,
    problems: [invalidCredentials, businessDeactivated],
    idempotency: 'none',
  })
  async login(
    @Ctx() context: RequestContext,
    @Body() body: LoginRequest,
    @Headers('user-agent') userAgent?: string,
  ): Promise<LoginResponse> {
    const { opened, member, business } = await this.accounts.login(
      context,
      body,
      userAgent ?? null,
    );
    const session = toSessionTokenResponse(opened, this.config.sessionAbsoluteDays);
    return { session, member: toMemberResponse(member), business: toBusinessResponse(business) };
  }

  @Post('logout')
  @Access({
    audience: 'dashboard',
    action: 'session.end',
    summary: 'End this session',
    status: 204,
  })
  async logout(@Ctx() context: RequestContext): Promise<void> {
    await this.accounts.logout(context);
  }
}

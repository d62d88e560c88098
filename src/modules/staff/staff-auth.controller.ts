import { Body, Controller, Headers, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { STAFF_SESSION_HOURS } from '../../common/access/seats';
import { Access } from '../../common/access/access.decorator';
import type { RequestContext } from '../../common/request-context';
import { Ctx } from '../../platform/http/request';
import { rateLimitedProblem } from '../../platform/rate-limit/rate-limit.errors';
import { invalidCredentials } from '../identity/identity.errors';
import { StaffLoginRequest } from './dto/staff.requests';
import { StaffLoginResponse } from './dto/staff.responses';
import { StaffService } from './staff.service';

const ONE_HOUR_MS = 3_600_000;

@ApiTags('Staff')
@Controller('v1/staff/auth')
export class StaffAuthController {
  constructor(private readonly staff: StaffService) {}

  @Post('login')
  @Access({
    audience: 'public',
    action: 'staff_session.create',
    summary: 'Log in as staff; accounts are created by the CLI',
    status: 200,
    answers: StaffLoginResponse,
    problems: [invalidCredentials, rateLimitedProblem],
    idempotency: 'none',
    session: { opened: 'staff' },
  })
  async login(
    @Ctx() context: RequestContext,
    @Body() body: StaffLoginRequest,
    @Headers('user-agent') userAgent?: string,
  ): Promise<StaffLoginResponse> {
    const { account, opened } = await this.staff.login(context, body, userAgent ?? null);
    const { id, email, name } = account;
    const expiresAt = new Date(
      opened.session.createdAt.getTime() + STAFF_SESSION_HOURS * ONE_HOUR_MS,
    ).toISOString();
    return { session: { token: opened.token, expiresAt }, staff: { id, email, name } };
  }

  @Post('logout')
  @Access({
    audience: 'staff',
    action: 'staff_session.end',
    summary: 'End this session and the support sessions under it',
    status: 204,
    session: 'ended',
  })
  async logout(@Ctx() context: RequestContext): Promise<void> {
    await this.staff.logout(context);
  }
}

import { Body, Controller, Headers, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../../common/access/access.decorator';
import type { RequestContext } from '../../common/request-context';
import { Ctx } from '../../platform/http/request';
import { rateLimitedProblem } from '../../platform/rate-limit/rate-limit.errors';
import { invalidCredentials } from '../identity/identity.errors';
import { mfaRequired } from '../identity/second-factors/second-factors.errors';
import { StaffLoginRequest } from './dto/staff.requests';
import { toStaffLoginResponse } from './dto/staff-me';
import { StaffLoginResponse } from './dto/staff.responses';
import { StaffService } from './staff.service';

@ApiTags('Staff')
@Controller('v1/staff/auth')
export class StaffAuthController {
  constructor(private readonly staff: StaffService) {}

  @Post('login')
  @Access({
    audience: 'public',
    action: 'staff_session.create',
    summary: 'Log in as staff; accounts are created by the CLI',
    description:
      'Where `STAFF_SECOND_FACTOR` is `required` and the account has none, the session lasts 15 minutes and may only set one up; then it is like any other.',
    status: 200,
    answers: StaffLoginResponse,
    problems: [invalidCredentials, mfaRequired, rateLimitedProblem],
    idempotency: 'none',
    session: { opened: 'staff' },
  })
  async login(
    @Ctx() context: RequestContext,
    @Body() body: StaffLoginRequest,
    @Headers('user-agent') userAgent?: string,
  ): Promise<StaffLoginResponse> {
    return toStaffLoginResponse(await this.staff.login(context, body, userAgent ?? null));
  }

  @Post('logout')
  @Access({
    audience: 'staff',
    action: 'staff_session.end',
    summary: 'End this session and the support sessions under it',
    status: 204,
    session: 'ended',
    whileEnrolling: true,
  })
  async logout(@Ctx() context: RequestContext): Promise<void> {
    await this.staff.logout(context);
  }
}

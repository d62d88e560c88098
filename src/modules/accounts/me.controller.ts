import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../../common/access/access.decorator';
import type { RequestContext } from '../../common/request-context';
import { Ctx } from '../../platform/http/request';
import { AccountsService } from './accounts.service';
import { MeResponse } from './dto/account.responses';

@ApiTags('Me')
@Controller('v1/me')
export class MeController {
  constructor(private readonly accounts: AccountsService) {}

  @Get()
  @Access({
    audience: 'dashboard',
    action: 'me.get',
    summary: 'Who I am in which business, and what I may do',
    status: 200,
    answers: MeResponse,
  })
  async get(@Ctx() context: RequestContext): Promise<MeResponse> {
    const mine = await this.accounts.getMine(context);
    const {
      userId,
      email,
      emailVerified,
      fullName,
      memberId,
      role,
      kind,
      status,
      businessId,
      businessName,
    } = mine;
    return {
      user: { id: userId, email, emailVerified, fullName },
      member: { id: memberId, role, kind, status },
      business: { id: businessId, name: businessName },
      permissions: [...context.permissions],
      support: null,
    };
  }
}

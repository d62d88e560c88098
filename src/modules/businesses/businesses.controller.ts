import { Body, Controller, Get, Patch } from '@nestjs/common';
import { Access } from '../../common/access/access.decorator';
import type { RequestContext } from '../../common/request-context';
import { Ctx } from '../../platform/http/request';
import { Tag } from '../../platform/http/tag.decorator';
import { BusinessesService } from './businesses.service';
import { BusinessResponse, toBusinessResponse } from './dto/business.response';
import { UpdateBusinessRequest } from './dto/update-business.request';

@Tag('Business', { description: 'The business of the session', position: 30 })
@Controller('v1/business')
export class BusinessesController {
  constructor(private readonly businesses: BusinessesService) {}

  @Get()
  @Access({
    audience: 'dashboard',
    permission: 'business:read',
    action: 'business.get',
    summary: 'The business of this session',
    status: 200,
    answers: BusinessResponse,
  })
  async get(@Ctx() context: RequestContext): Promise<BusinessResponse> {
    return toBusinessResponse(await this.businesses.get(context));
  }

  @Patch()
  @Access({
    audience: 'dashboard',
    permission: 'business:write',
    action: 'business.update',
    summary: 'Rename the business, switch support access, or demand a second factor of its people',
    stepUp: ({ supportAccess, requireSecondFactor }) =>
      supportAccess !== undefined || requireSecondFactor !== undefined,
    status: 200,
    answers: BusinessResponse,
  })
  async update(
    @Ctx() context: RequestContext,
    @Body() body: UpdateBusinessRequest,
  ): Promise<BusinessResponse> {
    return toBusinessResponse(await this.businesses.update(context, body));
  }
}

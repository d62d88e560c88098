import { Body, Controller, Delete, Get, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../../../common/access/access.decorator';
import { ListQuery } from '../../../common/dto/list.query';
import { pageOf } from '../../../common/dto/page.response';
import { toPage } from '../../../common/pagination';
import { businessNotFound } from '../../../common/problems';
import type { RequestContext } from '../../../common/request-context';
import { PathId } from '../../../platform/http/path-id';
import { PathText } from '../../../platform/http/path-text';
import { Ctx } from '../../../platform/http/request';
import {
  BusinessGrantResponse,
  GrantToBusinessRequest,
  toBusinessGrantResponse,
} from '../../entitlements/dto/business-grant';
import { ownGrantNotFound } from '../../entitlements/entitlements.errors';
import { featureNotFound } from '../../features/features.errors';
import { StaffSubscriptionsService } from './staff-subscriptions.service';

class BusinessGrantPage extends pageOf(BusinessGrantResponse) {}

@ApiTags('Staff')
@Controller('v1/staff/businesses/:id/entitlements')
export class StaffEntitlementsController {
  constructor(private readonly subscriptions: StaffSubscriptionsService) {}

  @Get()
  @Access({
    audience: 'staff',
    action: 'entitlement.list_own',
    summary: "What a business has in place of its plan's grants, expired ones too",
    status: 200,
    answers: BusinessGrantPage,
    problems: [businessNotFound],
  })
  async list(
    @Ctx() context: RequestContext,
    @PathId() id: string,
    @Query() query: ListQuery,
  ): Promise<BusinessGrantPage> {
    const { grants, now } = await this.subscriptions.listOwnGrants(context, id, query);
    const toResponse = (own: (typeof grants)[number]) => toBusinessGrantResponse(own, now);
    return toPage(grants, query.limit, toResponse, ({ key }) => [key]);
  }

  @Put(':key')
  @Access({
    audience: 'staff',
    action: 'entitlement.grant',
    summary: "Give a business its own grant of a feature, in place of its plan's",
    description:
      'Replaces an earlier one. Applies to everything that is counted from this answer on. Objects beyond a lower limit stay, and none can be added.',
    status: 200,
    answers: BusinessGrantResponse,
    problems: [businessNotFound, featureNotFound],
  })
  async write(
    @Ctx() context: RequestContext,
    @PathId() id: string,
    @PathText('key') key: string,
    @Body() body: GrantToBusinessRequest,
  ): Promise<BusinessGrantResponse> {
    const own = await this.subscriptions.writeOwnGrant(context, id, key, body);
    return toBusinessGrantResponse(own, own.createdAt);
  }

  @Delete(':key')
  @Access({
    audience: 'staff',
    action: 'entitlement.revoke',
    summary: "Take back a business's own grant: its plan's applies again",
    status: 204,
    problems: [businessNotFound, featureNotFound, ownGrantNotFound],
  })
  async delete(
    @Ctx() context: RequestContext,
    @PathId() id: string,
    @PathText('key') key: string,
  ): Promise<void> {
    await this.subscriptions.deleteOwnGrant(context, id, key);
  }
}

import { Body, Controller, Delete, Get, Patch, Post, Query } from '@nestjs/common';
import { Access } from '../../common/access/access.decorator';
import { ListQuery } from '../../common/dto/list.query';
import { pageOf } from '../../common/dto/page.response';
import { toPage } from '../../common/pagination';
import { limitReached } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { PathId } from '../../platform/http/path-id';
import { Ctx } from '../../platform/http/request';
import { Tag } from '../../platform/http/tag.decorator';
import {
  subscriptionBehind,
  subscriptionInactive,
} from '../../modules/subscriptions/subscriptions.errors';
import { applicationNotFound, bundleIdTaken } from './applications.errors';
import { ApplicationsService } from './applications.service';
import { CreateApplicationRequest, UpdateApplicationRequest } from './dto/application.requests';
import { ApplicationResponse, toApplicationResponse } from './dto/application.response';

class ApplicationPage extends pageOf(ApplicationResponse) {}

@Tag('Applications', { description: 'What is recorded', position: 90 })
@Controller('v1/applications')
export class ApplicationsController {
  constructor(private readonly applications: ApplicationsService) {}

  @Get()
  @Access({
    audience: 'dashboard',
    permission: 'applications:read',
    action: 'application.list',
    summary: 'The applications of the business, newest first',
    status: 200,
    answers: ApplicationPage,
  })
  async list(@Ctx() context: RequestContext, @Query() query: ListQuery): Promise<ApplicationPage> {
    const applications = await this.applications.list(context, query);
    return toPage(applications, query.limit, toApplicationResponse, ({ createdAt, id }) => [
      createdAt.toISOString(),
      id,
    ]);
  }

  @Post()
  @Access({
    audience: 'dashboard',
    permission: 'applications:write',
    action: 'application.create',
    summary: 'Create an application, within the limit of the plan',
    status: 201,
    answers: ApplicationResponse,
    problems: [limitReached, subscriptionInactive, subscriptionBehind, bundleIdTaken],
  })
  async create(
    @Ctx() context: RequestContext,
    @Body() body: CreateApplicationRequest,
  ): Promise<ApplicationResponse> {
    return toApplicationResponse(await this.applications.create(context, body));
  }

  @Get(':id')
  @Access({
    audience: 'dashboard',
    permission: 'applications:read',
    action: 'application.get',
    summary: 'One application',
    status: 200,
    answers: ApplicationResponse,
    problems: [applicationNotFound],
  })
  async get(@Ctx() context: RequestContext, @PathId() id: string): Promise<ApplicationResponse> {
    return toApplicationResponse(await this.applications.get(context, id));
  }

  @Patch(':id')
  @Access({
    audience: 'dashboard',
    permission: 'applications:write',
    action: 'application.update',
    summary: 'Change an application; null clears a field',
    status: 200,
    answers: ApplicationResponse,
    problems: [applicationNotFound, bundleIdTaken],
  })
  async update(
    @Ctx() context: RequestContext,
    @PathId() id: string,
    @Body() body: UpdateApplicationRequest,
  ): Promise<ApplicationResponse> {
    return toApplicationResponse(await this.applications.update(context, id, body));
  }

  @Delete(':id')
  @Access({
    audience: 'dashboard',
    permission: 'applications:write',
    action: 'application.delete',
    summary: 'Delete an application; its recordings stay, and API keys bound to it are revoked',
    status: 204,
    problems: [applicationNotFound],
  })
  async delete(@Ctx() context: RequestContext, @PathId() id: string): Promise<void> {
    await this.applications.delete(context, id);
  }
}

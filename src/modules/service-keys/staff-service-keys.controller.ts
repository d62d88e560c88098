import { Body, Controller, Delete, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../../common/access/access.decorator';
import { RotateKeyRequest } from '../../common/dto/issued-key';
import { ListQuery } from '../../common/dto/list.query';
import { pageOf } from '../../common/dto/page.response';
import { toPage } from '../../common/pagination';
import { businessNotFound } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { PathId } from '../../platform/http/path-id';
import { Ctx } from '../../platform/http/request';
import {
  CreatedServiceKeyResponse,
  CreateServiceKeyRequest,
  ServiceKeyResponse,
  toCreatedServiceKeyResponse,
  toServiceKeyResponse,
} from './dto/service-key';
import { serviceKeyAlreadyRotated, serviceKeyNotFound } from './service-keys.errors';
import { ServiceKeysService } from './service-keys.service';

class ServiceKeyPage extends pageOf(ServiceKeyResponse) {}

@ApiTags('Staff')
@Controller('v1/staff/service-keys')
export class StaffServiceKeysController {
  constructor(private readonly serviceKeys: ServiceKeysService) {}

  @Get()
  @Access({
    audience: 'staff',
    action: 'service_key.list',
    summary: 'The keys of your own back ends, newest first, revoked and expired ones included',
    status: 200,
    answers: ServiceKeyPage,
  })
  async list(@Ctx() context: RequestContext, @Query() query: ListQuery): Promise<ServiceKeyPage> {
    const serviceKeys = await this.serviceKeys.list(context, query);
    return toPage(serviceKeys, query.limit, toServiceKeyResponse, ({ id, createdAt }) => [
      createdAt.toISOString(),
      id,
    ]);
  }

  @Post()
  @Access({
    audience: 'staff',
    action: 'service_key.create',
    stepUp: true,
    summary: 'Create a service key for a back end of yours; it is shown only once',
    status: 201,
    answers: CreatedServiceKeyResponse,
    problems: [businessNotFound],
  })
  async create(
    @Ctx() context: RequestContext,
    @Body() body: CreateServiceKeyRequest,
  ): Promise<CreatedServiceKeyResponse> {
    return toCreatedServiceKeyResponse(await this.serviceKeys.create(context, body));
  }

  @Post(':id/rotate')
  @Access({
    audience: 'staff',
    action: 'service_key.rotate',
    stepUp: true,
    summary: 'Replace a service key; both work during the overlap',
    status: 201,
    answers: CreatedServiceKeyResponse,
    problems: [serviceKeyNotFound, serviceKeyAlreadyRotated],
  })
  async rotate(
    @Ctx() context: RequestContext,
    @PathId() id: string,
    @Body() body: RotateKeyRequest,
  ): Promise<CreatedServiceKeyResponse> {
    const created = await this.serviceKeys.rotate(context, id, body.overlapSeconds);
    return toCreatedServiceKeyResponse(created);
  }

  @Delete(':id')
  @Access({
    audience: 'staff',
    action: 'service_key.revoke',
    stepUp: true,
    summary: 'Revoke a service key at once',
    status: 204,
    problems: [serviceKeyNotFound],
  })
  async revoke(@Ctx() context: RequestContext, @PathId() id: string): Promise<void> {
    await this.serviceKeys.revoke(context, id);
  }
}

import { Body, Controller, Delete, Get, Post, Query } from '@nestjs/common';
import { Access } from '../../common/access/access.decorator';
import { RotateKeyRequest } from '../../common/dto/issued-key';
import { ListQuery } from '../../common/dto/list.query';
import { pageOf } from '../../common/dto/page.response';
import { toPage } from '../../common/pagination';
import type { RequestContext } from '../../common/request-context';
import { PathId } from '../../platform/http/path-id';
import { Ctx } from '../../platform/http/request';
import { Tag } from '../../platform/http/tag.decorator';
import { apiKeyAlreadyRotated, apiKeyNotFound } from './api-keys.errors';
import { ApiKeysService } from './api-keys.service';
import { CreateApiKeyRequest } from './dto/api-key.requests';
import { ApiKeyResponse, CreatedApiKeyResponse } from './dto/api-key.responses';
import { toApiKeyResponse, toCreatedApiKeyResponse } from './dto/key-target';

class ApiKeyPage extends pageOf(ApiKeyResponse) {}

@Tag('API keys', { description: 'What the SDK signs in with', position: 50 })
@Controller('v1/api-keys')
export class ApiKeysController {
  constructor(private readonly apiKeys: ApiKeysService) {}

  @Get()
  @Access({
    audience: 'dashboard',
    permission: 'api_keys:read',
    action: 'api_key.list',
    summary: 'The API keys of the business, newest first, revoked and expired ones included',
    status: 200,
    answers: ApiKeyPage,
  })
  async list(@Ctx() context: RequestContext, @Query() query: ListQuery): Promise<ApiKeyPage> {
    const apiKeys = await this.apiKeys.list(context, query);
    return toPage(apiKeys, query.limit, toApiKeyResponse, (apiKey) => [
      apiKey.createdAt.toISOString(),
      apiKey.id,
    ]);
  }

  @Post()
  @Access({
    audience: 'dashboard',
    permission: 'api_keys:write',
    action: 'api_key.create',
    stepUp: true,
    summary: 'Create an API key; it is shown only once',
    status: 201,
    answers: CreatedApiKeyResponse,
  })
  async create(
    @Ctx() context: RequestContext,
    @Body() body: CreateApiKeyRequest,
  ): Promise<CreatedApiKeyResponse> {
    return toCreatedApiKeyResponse(await this.apiKeys.create(context, body));
  }

  @Post(':id/rotate')
  @Access({
    audience: 'dashboard',
    permission: 'api_keys:write',
    action: 'api_key.rotate',
    stepUp: true,
    summary: 'Replace an API key; both work during the overlap',
    status: 201,
    answers: CreatedApiKeyResponse,
    problems: [apiKeyNotFound, apiKeyAlreadyRotated],
  })
  async rotate(
    @Ctx() context: RequestContext,
    @PathId() id: string,
    @Body() body: RotateKeyRequest,
  ): Promise<CreatedApiKeyResponse> {
    return toCreatedApiKeyResponse(await this.apiKeys.rotate(context, id, body.overlapSeconds));
  }

  @Delete(':id')
  @Access({
    audience: 'dashboard',
    permission: 'api_keys:write',
    action: 'api_key.revoke',
    stepUp: true,
    summary: 'Revoke an API key at once',
    status: 204,
    problems: [apiKeyNotFound],
  })
  async revoke(@Ctx() context: RequestContext, @PathId() id: string): Promise<void> {
    await this.apiKeys.revoke(context, id);
  }
}

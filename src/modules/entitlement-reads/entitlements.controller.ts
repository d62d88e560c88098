import { Controller, Get, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../../common/access/access.decorator';
import type { RequestContext } from '../../common/request-context';
import { Ctx } from '../../platform/http/request';
import { Tag } from '../../platform/http/tag.decorator';
import { answerConditionally } from './conditional-answer';
import { EntitlementsResponse } from './dto/entitlements.response';
import { EntitlementsService, toEntitlementsDocument, viewerOf } from './entitlements.service';

@Tag('Entitlements', { description: 'What a business has of each feature', position: 115 })
@Controller('v1/entitlements')
export class EntitlementsController {
  constructor(private readonly entitlements: EntitlementsService) {}

  @Get()
  @Access({
    audience: 'dashboard',
    support: true,
    also: { sdk: 'status:read', service: 'entitlements:read' },
    action: 'entitlement.list',
    summary: 'All that the business has now: limits and usage, flags and values',
    description:
      'With all that was changed through this process, and by others more than a second ago. With `If-None-Match`: 304 where nothing has changed.',
    status: 200,
    answers: EntitlementsResponse,
  })
  @RouteConfig({ isHot: true })
  @ApiHeader({ name: 'If-None-Match', required: false, description: 'The ETag of an answer' })
  async list(
    @Ctx() context: RequestContext,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const snapshot = await this.entitlements.read(context);
    void answerConditionally(request, reply, toEntitlementsDocument(snapshot, viewerOf(context)));
  }
}

import { Body, Controller, Post, Req, Res } from '@nestjs/common';
import { ApiBody } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../../../common/access/access.decorator';
import type { RequestContext } from '../../../common/request-context';
import { PathText } from '../../../platform/http/path-text';
import { Ctx } from '../../../platform/http/request';
import { Tag } from '../../../platform/http/tag.decorator';
import { answerConditionally } from '../conditional-answer';
import { EvaluationRequest, EvaluationResponse, EvaluationsResponse } from '../dto/evaluation';
import { viewerOf } from '../entitlements.service';
import { readTargetingKey } from './evaluation-context';
import { flagNotFound, invalidContext, targetingKeyMissing, toOfrepMembers } from './ofrep.errors';
import { OfrepService } from './ofrep.service';

const FOR_ALL = {
  audience: 'dashboard',
  support: true,
  also: { sdk: 'status:read', service: 'entitlements:read' },
  status: 200,
  idempotency: 'none',
  refusalMembers: toOfrepMembers,
} as const;

@Tag('Flags', { description: 'OpenFeature remote evaluation protocol (OFREP)', position: 116 })
@Controller('ofrep/v1/evaluate/flags')
export class OfrepController {
  constructor(private readonly ofrep: OfrepService) {}

  @Post()
  @Access({
    ...FOR_ALL,
    action: 'flag.evaluate_all',
    summary: 'All flags and values of the business; 304 where the client has this answer',
    answers: EvaluationsResponse,
    problems: [invalidContext],
  })
  @ApiBody({ type: EvaluationRequest, required: false })
  async evaluateAll(
    @Ctx() context: RequestContext,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const targetingKey = readTargetingKey(body, context.serviceKey !== null);
    const document = await this.ofrep.evaluateAll(context, viewerOf(context), targetingKey);
    void answerConditionally(request, reply, document);
  }

  @Post(':key')
  @Access({
    ...FOR_ALL,
    action: 'flag.evaluate',
    summary: 'One flag or value of the business',
    answers: EvaluationResponse,
    problems: [flagNotFound, targetingKeyMissing, invalidContext],
  })
  @ApiBody({ type: EvaluationRequest, required: false })
  async evaluate(
    @Ctx() context: RequestContext,
    @PathText('key') key: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const targetingKey = readTargetingKey(body, context.serviceKey !== null);
    const viewer = viewerOf(context);
    const document = await this.ofrep.evaluateOne(context, viewer, key, targetingKey);
    void answerConditionally(request, reply, document);
  }
}

import { Controller, Get } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../../common/access/access.decorator';
import type { RequestContext } from '../../common/request-context';
import { explainSources, toFeatureUsage } from '../../modules/usage/dto/usage-reads';
import { Ctx } from '../../platform/http/request';
import { recordings } from '../features';
import { UsageExplanationResponse, type CountedRecordingResponse } from './dto/recording.responses';
import type { CountedRecording } from './recordings.repository';
import { RecordingsService } from './recordings.service';

/** As GET /v1/usage/{feature}/explain, with the recordings in place of events. */
@ApiTags('Usage')
@Controller('v1/usage/recordings')
export class ExplanationController {
  constructor(private readonly recordings: RecordingsService) {}

  @Get('explain')
  @Access({
    audience: 'dashboard',
    permission: 'usage:read',
    also: { service: 'usage:read' },
    action: 'usage.explain',
    summary: 'Where the usage of recordings comes from',
    status: 200,
    answers: UsageExplanationResponse,
  })
  @RouteConfig({ isHot: true })
  async explain(@Ctx() context: RequestContext): Promise<UsageExplanationResponse> {
    const { view, credits, recent } = await this.recordings.explain(context);
    return {
      ...toFeatureUsage(recordings.key, view),
      sources: explainSources(recordings.key, view, credits),
      recent: recent.map(toCountedRecording),
    };
  }
}

function toCountedRecording({
  id,
  externalId,
  applicationId,
  createdAt,
  deletedAt,
}: CountedRecording): CountedRecordingResponse {
  return {
    id,
    externalId,
    applicationId,
    createdAt: createdAt.toISOString(),
    deleted: deletedAt !== null,
  };
}

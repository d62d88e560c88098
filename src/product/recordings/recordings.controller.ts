import { Controller, Delete, Get, Query } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { Access } from '../../common/access/access.decorator';
import { pageOf } from '../../common/dto/page.response';
import { toPage } from '../../common/pagination';
import type { RequestContext } from '../../common/request-context';
import { PathId } from '../../platform/http/path-id';
import { Ctx } from '../../platform/http/request';
import { Tag } from '../../platform/http/tag.decorator';
import { ListRecordingsQuery } from './dto/recording.requests';
import { RecordingResponse, toRecordingResponse } from './dto/recording.responses';
import { recordingNotFound } from './recordings.errors';
import { RecordingsService } from './recordings.service';

class RecordingPage extends pageOf(RecordingResponse) {}

/** The dashboard routes of recordings; those of the SDK are in sdk.controller.ts. */
@Tag('Recordings', { description: 'Reading and deleting what the SDK has sent', position: 110 })
@Controller('v1/recordings')
export class RecordingsController {
  constructor(private readonly recordings: RecordingsService) {}

  @Get()
  @Access({
    audience: 'dashboard',
    permission: 'recordings:read',
    action: 'recording.list',
    summary: 'The recordings of the business, newest first',
    status: 200,
    answers: RecordingPage,
  })
  @RouteConfig({ isHot: true })
  async list(
    @Ctx() context: RequestContext,
    @Query() query: ListRecordingsQuery,
  ): Promise<RecordingPage> {
    const recordings = await this.recordings.list(context, query);
    return toPage(recordings, query.limit, toRecordingResponse, ({ createdAt, id }) => [
      createdAt.toISOString(),
      id,
    ]);
  }

  @Get(':id')
  @Access({
    audience: 'dashboard',
    permission: 'recordings:read',
    action: 'recording.get',
    summary: 'One recording',
    status: 200,
    answers: RecordingResponse,
    problems: [recordingNotFound],
  })
  async get(@Ctx() context: RequestContext, @PathId() id: string): Promise<RecordingResponse> {
    return toRecordingResponse(await this.recordings.get(context, id));
  }

  @Delete(':id')
  @Access({
    audience: 'dashboard',
    permission: 'recordings:write',
    action: 'recording.delete',
    summary: 'Delete a recording; its usage is not refunded',
    status: 204,
    problems: [recordingNotFound],
  })
  async delete(@Ctx() context: RequestContext, @PathId() id: string): Promise<void> {
    await this.recordings.delete(context, id);
  }
}

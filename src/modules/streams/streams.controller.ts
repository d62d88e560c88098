import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../../common/access/access.decorator';
import { Choice } from '../../common/fields';
import type { RequestContext } from '../../common/request-context';
import { Ctx } from '../../platform/http/request';
import { tooManyStreams } from './streams.errors';
import { StreamsService } from './streams.service';

export class StreamQuery {
  @Choice('StreamFollow', ['true', 'false'], {
    optional: true,
    description: '`false`: the stream ends when it has caught up',
  })
  follow?: 'true' | 'false';
}

const SUMMARY = 'The events of this business as they happen';

@ApiTags('Events')
@Controller('v1/stream')
export class StreamsController {
  constructor(private readonly streams: StreamsService) {}

  @Get()
  @ApiResponse({
    status: 200,
    description: SUMMARY,
    content: { 'text/event-stream': { schema: { type: 'string' } } },
  })
  @Access({
    audience: 'dashboard',
    support: true,
    action: 'event.stream',
    summary: SUMMARY,
    description:
      'Server-sent events: `id` is the sequence, `event` the type, `data` the event. With the header `Last-Event-ID`, all after that sequence, none twice; where the log does not go back so far, first one `event: reset`. Read by `fetch`, which sends the credential; `EventSource` cannot. It ends with the session, the membership, the role or the support session.',
    status: 200,
    problems: [tooManyStreams],
  })
  async open(
    @Ctx() context: RequestContext,
    @Query() { follow }: StreamQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const isFollowing = follow !== 'false' && request.method !== 'HEAD';
    const lastEventId = request.headers['last-event-id'] as string | undefined;
    const stream = await this.streams.open(context, lastEventId, isFollowing);
    void reply
      .header('content-type', 'text/event-stream; charset=utf-8')
      .header('x-accel-buffering', 'no') // nginx would hold events back
      .header('connection', 'close') // kept alive after its end, it would hold up a server that stops, for 72 s
      .send(stream);
  }
}

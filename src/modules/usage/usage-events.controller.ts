import { Body, Controller, Inject, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Access } from '../../common/access/access.decorator';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { TakesGzip } from '../../platform/http/gzip-body';
import { toProblem } from '../../platform/http/problem.filter';
import { Ctx } from '../../platform/http/request';
import { Tag } from '../../platform/http/tag.decorator';
import { toMetered } from '../entitlements/dto/usage.response';
import { featureNotFound } from '../features/features.errors';
import {
  EventBatchResponse,
  UsageEventResponse,
  RecordEventBatchRequest,
  RecordEventRequest,
  ReleaseEventRequest,
  ReleaseResponse,
  type EventResultResponse,
} from './dto/usage-event';
import { EventBatchService, type DecidedEvent } from './event-batch.service';
import type { CountedEvent, SentEvent } from './usage-events.repository';
import { UsageEventsService } from './usage-events.service';
import {
  OF_AN_EVENT,
  counterBusy,
  eventNotFound,
  eventReserved,
  wrongFeatureKind,
} from './usage.errors';

const BATCH_BODY_BYTES = 2 * 1024 * 1024;
const BATCH_VALUES = 20_000;

/** Usage that other services of the founder count. */
@Tag('Usage events', { description: 'Usage that your own services count', position: 125 })
@Controller('v1')
export class UsageEventsController {
  constructor(
    private readonly events: UsageEventsService,
    private readonly batches: EventBatchService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post('usage-events')
  @Access({
    audience: 'service',
    scope: 'usage:write',
    action: 'usage_event.record',
    summary: 'Count units of a metered or allocated feature',
    description:
      'Retries are idempotent by `eventId`: 200 with the first event and `Idempotency-Replayed: true`, counted once.',
    status: 201,
    replayStatus: 200,
    answers: UsageEventResponse,
    problems: OF_AN_EVENT,
    idempotency: 'repeatable',
  })
  @TakesGzip({ isHot: true })
  async record(
    @Ctx() context: RequestContext,
    @Body() body: RecordEventRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<UsageEventResponse> {
    const counted = await this.events.record(context, body);
    if (counted.outcome === 'exists') void reply.code(200).header('idempotency-replayed', 'true');
    return toEventResponse(body, counted);
  }

  @Post('usage-events/batch')
  @Access({
    audience: 'service',
    scope: 'usage:write',
    businessPerItem: true,
    action: 'usage_event.record_batch',
    summary: 'Count up to 1,000 events of any businesses, each decided as if sent alone',
    status: 200,
    answers: EventBatchResponse,
    idempotency: 'none',
  })
  @TakesGzip({ bodyLimitBytes: BATCH_BODY_BYTES, mostValues: BATCH_VALUES, isHot: true })
  async recordBatch(
    @Ctx() context: RequestContext,
    @Body() body: RecordEventBatchRequest,
  ): Promise<EventBatchResponse> {
    const items = await this.batches.recordEach(context, body.events);
    return { results: items.map((item) => this.toResult(context, item)) };
  }

  @Post('usage-releases')
  @Access({
    audience: 'service',
    scope: 'usage:write',
    action: 'usage_event.release',
    summary: 'Give back what an event of an allocated feature took',
    description: 'Once: again is 200 with `Idempotency-Replayed: true` and changes nothing.',
    status: 201,
    replayStatus: 200,
    answers: ReleaseResponse,
    problems: [eventNotFound, eventReserved, featureNotFound, wrongFeatureKind, counterBusy],
    idempotency: 'repeatable',
  })
  async release(
    @Ctx() context: RequestContext,
    @Body() body: ReleaseEventRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReleaseResponse> {
    const { outcome, amount, releasedAt } = await this.events.release(context, body);
    if (outcome === 'exists') void reply.code(200).header('idempotency-replayed', 'true');
    const { eventId, feature } = body;
    return { eventId, feature, amount, releasedAt: releasedAt.toISOString() };
  }

  private toResult(context: RequestContext, item: DecidedEvent): EventResultResponse {
    if ('counted' in item)
      return {
        status: item.counted.outcome === 'exists' ? 200 : 201,
        event: toEventResponse(item.request, item.counted),
      };
    const problem = toProblem(item.refusal, this.config.appUrl, context.requestId);
    return { status: problem.status, problem };
  }
}

function toEventResponse(
  { eventId, feature, amount }: Pick<SentEvent, 'eventId' | 'feature' | 'amount'>,
  { createdAt, counts, limit, resetsAt }: CountedEvent,
): UsageEventResponse {
  const usage = toMetered(counts, limit, resetsAt);
  return { eventId, feature, amount, createdAt: createdAt.toISOString(), usage };
}

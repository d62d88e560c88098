import { Body, Controller, Get, Inject, Post, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { Access } from '../../common/access/access.decorator';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { TakesGzip } from '../../platform/http/gzip-body';
import { toProblem } from '../../platform/http/problem.filter';
import { Ctx } from '../../platform/http/request';
import { Tag } from '../../platform/http/tag.decorator';
import { subscriptionBehind } from '../../modules/subscriptions/subscriptions.errors';
import { toMetered } from '../../modules/entitlements/dto/usage.response';
import { CreateRecordingBatchRequest, CreateRecordingRequest } from './dto/recording.requests';
import {
  BatchResponse,
  CreatedRecordingResponse,
  SdkStatusResponse,
  toCreatedResponse,
  toRecordingResponse,
  type BatchResultResponse,
} from './dto/recording.responses';
import { BatchService, type DecidedItem } from './batch.service';
import { IngestionService } from './ingestion.service';
import { OF_A_RECORDING } from './recordings.errors';
import { SdkService } from './sdk.service';

const BATCH_BODY_BYTES = 2 * 1024 * 1024;
const BATCH_VALUES = 20_000;

/** The SDK's routes. */
@Tag('SDK', { description: 'What an installed app calls with its API key', position: 100 })
@Controller('v1')
export class SdkController {
  constructor(
    private readonly ingestion: IngestionService,
    private readonly batches: BatchService,
    private readonly sdk: SdkService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post('recordings')
  @Access({
    audience: 'sdk',
    scope: 'recordings:write',
    action: 'recording.create',
    summary: 'Store a recording and count it',
    description:
      'Retries are idempotent: 200 with the first recording and `Idempotency-Replayed: true`, counted once. Takes a gzip body.',
    status: 201,
    replayStatus: 200,
    answers: CreatedRecordingResponse,
    problems: OF_A_RECORDING,
    idempotency: 'repeatable',
  })
  @TakesGzip({ isHot: true })
  async create(
    @Ctx() context: RequestContext,
    @Body() body: CreateRecordingRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CreatedRecordingResponse> {
    const { recording, replayed, usage } = await this.ingestion.ingest(context, body);
    if (replayed) void reply.code(200).header('idempotency-replayed', 'true');
    return toCreatedResponse(recording, toMetered(usage.counts, usage.limit, usage.resetsAt));
  }

  @Post('recordings/batch')
  @Access({
    audience: 'sdk',
    scope: 'recordings:write',
    action: 'recording.create_batch',
    summary: 'Store up to 100 recordings, each decided as if sent alone',
    description: 'Takes a body of 2 MiB with 20,000 fields and entries, and gzip.',
    status: 200,
    answers: BatchResponse,
    idempotency: 'repeatable',
  })
  @TakesGzip({ bodyLimitBytes: BATCH_BODY_BYTES, mostValues: BATCH_VALUES, isHot: true })
  async createBatch(
    @Ctx() context: RequestContext,
    @Body() body: CreateRecordingBatchRequest,
  ): Promise<BatchResponse> {
    const items = await this.batches.ingestEach(context, body.recordings);
    return { results: items.map((item) => this.toResult(context, item)) };
  }

  @Get('sdk/status')
  @Access({
    audience: 'sdk',
    scope: 'status:read',
    action: 'sdk.status',
    summary: 'Whether a recording sent now would be accepted',
    status: 200,
    answers: SdkStatusResponse,
    problems: [subscriptionBehind],
  })
  @RouteConfig({ isHot: true })
  status(@Ctx() context: RequestContext): Promise<SdkStatusResponse> {
    return this.sdk.status(context);
  }

  private toResult(context: RequestContext, item: DecidedItem): BatchResultResponse {
    if ('recording' in item)
      return {
        status: item.replayed ? 200 : 201,
        recording: toRecordingResponse(item.recording),
      };
    const problem = toProblem(item.refusal, this.config.appUrl, context.requestId);
    return { status: problem.status, problem };
  }
}

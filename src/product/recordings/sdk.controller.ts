import { Body, Controller, Get, Inject, Logger, Post, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Access } from '../../common/access/access.decorator';
import { DomainError } from '../../common/problem';
import { internalError } from '../../common/problems';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { translateDatabaseError } from '../../platform/database/database-errors';
import { Transaction } from '../../platform/database/transaction';
import { writeInLogScope } from '../../platform/logging/log-scope';
import { QuotaRefusals } from '../../platform/metrics/quota-refusals';
import { toProblem } from '../../platform/http/problem.filter';
import { Ctx } from '../../platform/http/request';
import { validateFields } from '../../platform/http/validation';
import { applicationNotFound } from '../applications/applications.errors';
import {
  quotaExceeded,
  subscriptionBehind,
  subscriptionInactive,
} from '../../modules/subscriptions/subscriptions.errors';
import { toMetered } from '../../modules/entitlements/dto/usage.response';
import { CreateRecordingBatchRequest, CreateRecordingRequest } from './dto/recording.requests';
import {
  BatchResponse,
  CreatedRecordingResponse,
  SdkStatusResponse,
  toRecordingResponse,
  type BatchResultResponse,
} from './dto/recording.responses';
import { BatchService, type BatchItem } from './batch.service';
import { IngestionService } from './ingestion.service';
import { externalIdConflict, ingestionOverloaded, recordingDeleted } from './recordings.errors';
import { SdkService } from './sdk.service';

const BATCH_BODY_BYTES = 2 * 1024 * 1024;
const BATCH_VALUES = 20_000;

/** What the SDK may do with its API key. */
@ApiTags('SDK')
@Controller('v1')
export class SdkController {
  private readonly logger = new Logger(SdkController.name);

  constructor(
    private readonly ingestion: IngestionService,
    private readonly batches: BatchService,
    private readonly sdk: SdkService,
    private readonly refusals: QuotaRefusals,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post('recordings')
  @Access({
    audience: 'sdk',
    action: 'recording.create',
    summary: 'Store a recording and count it',
    description:
      'Sending it again is safe: 200 with the first recording and `Idempotency-Replayed: true`, counted once.',
    status: 201,
    replayStatus: 200,
    answers: CreatedRecordingResponse,
    problems: [
      quotaExceeded,
      subscriptionInactive,
      applicationNotFound,
      externalIdConflict,
      recordingDeleted,
      subscriptionBehind,
      ingestionOverloaded,
    ],
    idempotency: 'repeatable',
  })
  @RouteConfig({ isHot: true })
  async create(
    @Ctx() context: RequestContext,
    @Body() body: CreateRecordingRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CreatedRecordingResponse> {
    const { recording, replayed, usage } = await this.ingestion.ingest(context, body);
    if (replayed) void reply.code(200).header('idempotency-replayed', 'true');
    return {
      ...toRecordingResponse(recording),
      usage: toMetered(usage.counts, usage.limit, usage.resetsAt),
    };
  }

  @Post('recordings/batch')
  @Access({
    audience: 'sdk',
    action: 'recording.create_batch',
    summary: 'Store up to 100 recordings, each decided as if sent alone',
    status: 200,
    answers: BatchResponse,
    idempotency: 'repeatable',
  })
  @RouteConfig({ bodyLimitBytes: BATCH_BODY_BYTES, mostValues: BATCH_VALUES, isHot: true })
  async createBatch(
    @Ctx() context: RequestContext,
    @Body() body: CreateRecordingBatchRequest,
  ): Promise<BatchResponse> {
    return { results: await this.createEach(context, body.recordings) };
  }

  @Get('sdk/status')
  @Access({
    audience: 'sdk',
    action: 'sdk.status',
    summary: 'Whether a recording sent now would be stored',
    status: 200,
    answers: SdkStatusResponse,
  })
  status(@Ctx() context: RequestContext): Promise<SdkStatusResponse> {
    return this.sdk.status(context);
  }

  private async createEach(
    context: RequestContext,
    items: unknown[],
  ): Promise<BatchResultResponse[]> {
    const read = items.map(readItem);
    const requests = read.flatMap((each) => ('request' in each ? [each.request] : []));
    const ingested = await this.batches.ingestAll(context, requests);
    return read.map((each) => this.toResult(context, 'request' in each ? ingested.shift()! : each));
  }

  private toResult(context: RequestContext, item: BatchItem): BatchResultResponse {
    if (!('error' in item)) {
      const { recording, replayed } = item;
      return { status: replayed ? 200 : 201, recording: toRecordingResponse(recording) };
    }
    const refusal = this.refusalOf(item.error, context);
    this.refusals.observe(refusal);
    const problem = toProblem(refusal, this.config.appUrl, context.requestId);
    return { status: problem.status, problem };
  }

  /**
   * A failing item fails alone: what its neighbours got is stored, and they are told so. But with an Idempotency-Key
   * all share one transaction; what has failed there has failed for all, and may be tried again.
   */
  private refusalOf(error: unknown, context: RequestContext): DomainError {
    if (context instanceof Transaction && !(error instanceof DomainError)) throw error;
    const translated = translateDatabaseError(error);
    if (translated instanceof DomainError) return translated;
    const scope = { id: context.requestId, trace: context.trace, requestContext: context };
    writeInLogScope(scope, () =>
      this.logger.error(`an item of a batch failed: ${(error as Error).stack}`),
    );
    return internalError({ cause: error });
  }
}

function readItem(item: unknown): { request: CreateRecordingRequest } | { error: unknown } {
  try {
    return { request: validateFields(CreateRecordingRequest, item ?? null) };
  } catch (error) {
    return { error };
  }
}

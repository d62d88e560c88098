import { Controller, Get } from '@nestjs/common';
import { Access } from '../../common/access/access.decorator';
import type { RequestContext } from '../../common/request-context';
import { Ctx } from '../../platform/http/request';
import { Tag } from '../../platform/http/tag.decorator';
import {
  toMetered,
  toUsageResponse,
  UsageResponse,
} from '../../modules/entitlements/dto/usage.response';
import type { CreditSource } from '../../modules/entitlements/credits.service';
import { SubscriptionsService } from '../../modules/subscriptions/subscriptions.service';
import { computeRemaining, grantOf, type MeteredCounts } from '../../modules/entitlements/usage';
import { recordings } from '../features';
import {
  UsageExplanationResponse,
  UsageVerificationResponse,
  type CountedRecordingResponse,
  type UsageSourceResponse,
} from './dto/recording.responses';
import type { CountedRecording } from './recordings.repository';
import { RecordingsService } from './recordings.service';

@Tag('Usage', { description: 'What is used of what the plan allows', position: 120 })
@Controller('v1/usage')
export class UsageController {
  constructor(
    private readonly recordings: RecordingsService,
    private readonly subscriptions: SubscriptionsService,
  ) {}

  @Get()
  @Access({
    audience: 'dashboard',
    permission: 'usage:read',
    action: 'usage.get',
    summary: 'The usage and limits of the plan',
    status: 200,
    answers: UsageResponse,
  })
  async get(@Ctx() context: RequestContext): Promise<UsageResponse> {
    return toUsageResponse(await this.subscriptions.getCurrent(context));
  }

  @Get('recordings/explain')
  @Access({
    audience: 'dashboard',
    permission: 'usage:read',
    action: 'usage.explain',
    summary: 'Where the usage of recordings comes from',
    status: 200,
    answers: UsageExplanationResponse,
  })
  async explain(@Ctx() context: RequestContext): Promise<UsageExplanationResponse> {
    const { view, credits, recent } = await this.recordings.explain(context);
    const counts = view.counts[recordings.key]!; // it is declared
    const allowance = grantOf(recordings.key, counts, view.plan.grants).limit;
    const metered = toMetered(counts, allowance, view.subscription.periodEnd);
    const { used, limit, remaining, resetsAt } = metered;
    const { credited } = counts;
    const sources = [toPlanSource(counts, allowance), ...credits.map(toCreditSource)];
    const counted = recent.map(toCountedRecording);
    return { used, limit, remaining, resetsAt, credited, sources, recent: counted };
  }

  @Get('recordings/verify')
  @Access({
    audience: 'dashboard',
    permission: 'usage:read',
    action: 'usage.verify',
    summary: 'Compare the counter with the rows it counts',
    status: 200,
    answers: UsageVerificationResponse,
  })
  async verify(@Ctx() context: RequestContext): Promise<UsageVerificationResponse> {
    const { counter, rows } = await this.recordings.verify(context);
    return { counter, rows, equal: counter === rows };
  }
}

function toPlanSource(counts: MeteredCounts, limit: number | null): UsageSourceResponse {
  const used = counts.used - counts.credited;
  const remaining = computeRemaining(used, limit);
  return { kind: 'plan', id: null, used, limit, remaining, expiresAt: null };
}

function toCreditSource(credit: CreditSource): UsageSourceResponse {
  const { id, used, amount: limit, remaining, expiresAt } = credit;
  return {
    kind: 'credit',
    id,
    used,
    limit,
    remaining,
    expiresAt: expiresAt?.toISOString() ?? null,
  };
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

import { Body, Controller, Get, Put, Query } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { Access } from '../../common/access/access.decorator';
import type { RequestContext } from '../../common/request-context';
import { PathText } from '../../platform/http/path-text';
import { Ctx } from '../../platform/http/request';
import { Tag } from '../../platform/http/tag.decorator';
import { UsageResponse, toUsageResponse } from '../entitlements/dto/usage.response';
import { featureNotFound } from '../features/features.errors';
import { SubscriptionsService } from '../subscriptions/subscriptions.service';
import {
  AlertsRequest,
  AlertsResponse,
  FeatureUsageExplanationResponse,
  FeatureUsageResponse,
  HistoryQuery,
  UsageHistoryResponse,
  UsageVerificationResponse,
  explainSources,
  toFeatureUsage,
} from './dto/usage-reads';
import { UsageReadsService } from './usage-reads.service';
import { wrongFeatureKind } from './usage.errors';

const OF_A_FEATURE = [featureNotFound, wrongFeatureKind];

@Tag('Usage', { description: 'What is used of what the plan allows', position: 120 })
@Controller('v1/usage')
export class UsageController {
  constructor(
    private readonly usage: UsageReadsService,
    private readonly subscriptions: SubscriptionsService,
  ) {}

  @Get()
  @Access({
    audience: 'dashboard',
    permission: 'usage:read',
    also: { service: 'usage:read' },
    action: 'usage.get',
    summary: 'The usage and limits of the plan',
    status: 200,
    answers: UsageResponse,
  })
  @RouteConfig({ isHot: true })
  async get(@Ctx() context: RequestContext): Promise<UsageResponse> {
    return toUsageResponse(await this.subscriptions.readUsage(context));
  }

  @Get(':feature')
  @Access({
    audience: 'dashboard',
    permission: 'usage:read',
    also: { service: 'usage:read' },
    action: 'usage.get_feature',
    summary: 'The usage of one feature',
    status: 200,
    answers: FeatureUsageResponse,
    problems: OF_A_FEATURE,
  })
  async getFeature(
    @Ctx() context: RequestContext,
    @PathText('feature') key: string,
  ): Promise<FeatureUsageResponse> {
    return toFeatureUsage(key, await this.usage.get(context, key));
  }

  @Get(':feature/explain')
  @Access({
    audience: 'dashboard',
    permission: 'usage:read',
    also: { service: 'usage:read' },
    action: 'usage.explain_feature',
    summary: 'Where the usage of a feature comes from',
    status: 200,
    answers: FeatureUsageExplanationResponse,
    problems: OF_A_FEATURE,
  })
  async explain(
    @Ctx() context: RequestContext,
    @PathText('feature') key: string,
  ): Promise<FeatureUsageExplanationResponse> {
    const { view, credits, recent } = await this.usage.explain(context, key);
    return {
      ...toFeatureUsage(key, view),
      sources: explainSources(key, view, credits),
      recent: recent.map(({ createdAt, ...event }) => ({
        ...event,
        createdAt: createdAt.toISOString(),
      })),
    };
  }

  @Get(':feature/verify')
  @Access({
    audience: 'dashboard',
    permission: 'usage:read',
    also: { service: 'usage:read' },
    action: 'usage.verify',
    summary: 'Compare the counter with the rows and events it counts',
    status: 200,
    answers: UsageVerificationResponse,
    problems: OF_A_FEATURE,
  })
  async verify(
    @Ctx() context: RequestContext,
    @PathText('feature') key: string,
  ): Promise<UsageVerificationResponse> {
    const { counter, rows } = await this.usage.verify(context, key);
    return { counter, rows, equal: counter === rows };
  }

  @Get(':feature/history')
  @Access({
    audience: 'dashboard',
    permission: 'usage:read',
    also: { service: 'usage:read' },
    action: 'usage.history',
    summary: 'What was used of a metered feature on each day',
    description:
      'Written by the commit that counts, so it is exact. A day without use is not named.',
    status: 200,
    answers: UsageHistoryResponse,
    problems: OF_A_FEATURE,
  })
  async history(
    @Ctx() context: RequestContext,
    @PathText('feature') key: string,
    @Query() { from, to }: HistoryQuery,
  ): Promise<UsageHistoryResponse> {
    return { bucket: 'day', data: await this.usage.history(context, key, from, to) };
  }

  @Get(':feature/alerts')
  @Access({
    audience: 'dashboard',
    permission: 'usage:read',
    also: { service: 'usage:read' },
    action: 'usage_alerts.get',
    summary: 'At which percentages of its limit a metered feature alerts',
    status: 200,
    answers: AlertsResponse,
    problems: OF_A_FEATURE,
  })
  async getAlerts(
    @Ctx() context: RequestContext,
    @PathText('feature') key: string,
  ): Promise<AlertsResponse> {
    return { percentages: await this.usage.getAlerts(context, key) };
  }

  @Put(':feature/alerts')
  @Access({
    audience: 'dashboard',
    permission: 'usage:write',
    action: 'usage_alerts.set',
    summary: 'Choose at which percentages a metered feature alerts its owners and admins',
    description:
      'Each once a period, by mail. An empty list: never. What is reached already alerts with the next unit.',
    status: 200,
    answers: AlertsResponse,
    problems: OF_A_FEATURE,
  })
  async setAlerts(
    @Ctx() context: RequestContext,
    @PathText('feature') key: string,
    @Body() { percentages }: AlertsRequest,
  ): Promise<AlertsResponse> {
    return { percentages: await this.usage.setAlerts(context, key, percentages) };
  }
}

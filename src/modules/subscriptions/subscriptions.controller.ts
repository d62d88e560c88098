import { Controller, Get, Query } from '@nestjs/common';
import { Access } from '../../common/access/access.decorator';
import { ListQuery } from '../../common/dto/list.query';
import { pageOf } from '../../common/dto/page.response';
import { toPage } from '../../common/pagination';
import type { RequestContext } from '../../common/request-context';
import { Ctx } from '../../platform/http/request';
import { Tag } from '../../platform/http/tag.decorator';
import { SubscriptionEventPage, toSubscriptionEventPage } from './dto/subscription-event.response';
import {
  PeriodResponse,
  SubscriptionResponse,
  toPeriodResponse,
  toSubscriptionResponse,
} from './dto/subscription.response';
import { SubscriptionsService } from './subscriptions.service';

class PeriodPage extends pageOf(PeriodResponse) {}

@Tag('Subscription', {
  description: 'The plan of the business, its periods and its changes',
  position: 70,
})
@Controller('v1/subscription')
export class SubscriptionsController {
  constructor(private readonly subscriptions: SubscriptionsService) {}

  @Get()
  @Access({
    audience: 'dashboard',
    permission: 'subscription:read',
    action: 'subscription.get',
    whileDeactivated: true,
    summary: 'The current subscription with its plan, period and usage',
    status: 200,
    answers: SubscriptionResponse,
  })
  async get(@Ctx() context: RequestContext): Promise<SubscriptionResponse> {
    return toSubscriptionResponse(await this.subscriptions.getCurrent(context));
  }

  @Get('periods')
  @Access({
    audience: 'dashboard',
    permission: 'subscription:read',
    action: 'subscription.list_periods',
    whileDeactivated: true,
    summary:
      'The periods of the current subscription with their usage: the current one, then the closed ones',
    status: 200,
    answers: PeriodPage,
  })
  async listPeriods(
    @Ctx() context: RequestContext,
    @Query() query: ListQuery,
  ): Promise<PeriodPage> {
    const periods = await this.subscriptions.listPeriods(context, query);
    return toPage(periods, query.limit, toPeriodResponse, (period) => [period.ordinal]);
  }

  @Get('history')
  @Access({
    audience: 'dashboard',
    permission: 'subscription:read',
    action: 'subscription.list_history',
    whileDeactivated: true,
    summary:
      'The history of the subscriptions of the business, with the cause of each change, newest first',
    description:
      'Changes of status, plan and renewal. A plain renewal is not listed: its period records it.',
    status: 200,
    answers: SubscriptionEventPage,
  })
  async listHistory(
    @Ctx() context: RequestContext,
    @Query() query: ListQuery,
  ): Promise<SubscriptionEventPage> {
    const events = await this.subscriptions.listEvents(context, query);
    return toSubscriptionEventPage(events, query.limit);
  }
}

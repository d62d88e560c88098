import { Body, Controller, Delete, Get, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../../../common/access/access.decorator';
import { ListQuery } from '../../../common/dto/list.query';
import { pageOf } from '../../../common/dto/page.response';
import { toPage } from '../../../common/pagination';
import { businessNotFound } from '../../../common/problems';
import type { RequestContext } from '../../../common/request-context';
import { PathId } from '../../../platform/http/path-id';
import { Ctx } from '../../../platform/http/request';
import {
  paymentProviderRefused,
  paymentProviderStateUnknown,
  paymentProviderUnavailable,
} from '../../../platform/stripe/stripe.errors';
import { planArchived, planNotFound } from '../../plans/plans.errors';
import {
  CreditResponse,
  GrantCreditRequest,
  toCreditResponse,
} from '../../entitlements/dto/credit';
import { creditNotFound } from '../../entitlements/entitlements.errors';
import { AssignPlanRequest } from '../dto/plan-change';
import { SubscriptionEventPage, toSubscriptionEventPage } from '../dto/subscription-event.response';
import { SubscriptionResponse, toSubscriptionResponse } from '../dto/subscription.response';
import { StaffSubscriptionsService } from './staff-subscriptions.service';
import {
  billingBusy,
  invalidState,
  stripeSubscriptionExists,
  subscriptionBehind,
} from '../subscriptions.errors';

class CreditPage extends pageOf(CreditResponse) {}

@ApiTags('Staff')
@Controller('v1/staff/businesses/:id')
export class StaffSubscriptionsController {
  constructor(private readonly subscriptions: StaffSubscriptionsService) {}

  @Put('subscription')
  @Access({
    audience: 'staff',
    action: 'staff_subscription.assign',
    summary: 'Assign any plan to a business, unlisted ones included, at once and free of charge',
    description:
      'Usage is carried over; objects beyond the limits of the plan stay, and none can be added.',
    status: 200,
    answers: SubscriptionResponse,
    problems: [
      businessNotFound,
      planNotFound,
      planArchived,
      invalidState,
      stripeSubscriptionExists,
      subscriptionBehind,
      billingBusy,
      paymentProviderRefused,
      paymentProviderStateUnknown,
      paymentProviderUnavailable,
    ],
  })
  async assign(
    @Ctx() context: RequestContext,
    @PathId() id: string,
    @Body() body: AssignPlanRequest,
  ): Promise<SubscriptionResponse> {
    return toSubscriptionResponse(await this.subscriptions.assign(context, id, body));
  }

  @Get('subscription/history')
  @Access({
    audience: 'staff',
    action: 'staff_subscription.list_history',
    summary: 'What happened to the subscriptions of a business, and why, newest first',
    status: 200,
    answers: SubscriptionEventPage,
    problems: [businessNotFound],
  })
  async listHistory(
    @Ctx() context: RequestContext,
    @PathId() id: string,
    @Query() query: ListQuery,
  ): Promise<SubscriptionEventPage> {
    const events = await this.subscriptions.listEvents(context, id, query);
    return toSubscriptionEventPage(events, query.limit);
  }

  @Post('credits')
  @Access({
    audience: 'staff',
    action: 'credit.grant',
    summary: "Grant credits to a business, which are spent after the plan's allowance",
    status: 201,
    answers: CreditResponse,
    problems: [businessNotFound],
  })
  async grantCredit(
    @Ctx() context: RequestContext,
    @PathId() id: string,
    @Body() body: GrantCreditRequest,
  ): Promise<CreditResponse> {
    const credit = await this.subscriptions.grantCredit(context, id, body);
    return toCreditResponse(credit, credit.createdAt);
  }

  @Get('credits')
  @Access({
    audience: 'staff',
    action: 'credit.list',
    summary: 'All credits of a business, spent, expired and void ones included, newest first',
    status: 200,
    answers: CreditPage,
    problems: [businessNotFound],
  })
  async listCredits(
    @Ctx() context: RequestContext,
    @PathId() id: string,
    @Query() query: ListQuery,
  ): Promise<CreditPage> {
    const { credits, now } = await this.subscriptions.listCredits(context, id, query);
    const toResponse = (credit: (typeof credits)[number]) => toCreditResponse(credit, now);
    return toPage(credits, query.limit, toResponse, (credit) => [
      credit.createdAt.toISOString(),
      credit.id,
    ]);
  }

  @Delete('credits/:creditId')
  @Access({
    audience: 'staff',
    action: 'credit.void',
    summary: 'Void the unspent rest of a credit',
    status: 204,
    problems: [businessNotFound, creditNotFound],
  })
  async voidCredit(
    @Ctx() context: RequestContext,
    @PathId() id: string,
    @PathId('creditId') creditId: string,
  ): Promise<void> {
    await this.subscriptions.voidCredit(context, id, creditId);
  }
}

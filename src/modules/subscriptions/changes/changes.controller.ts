import { Body, Controller, Patch, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../../../common/access/access.decorator';
import type { RequestContext } from '../../../common/request-context';
import { Idempotency } from '../../../platform/http/idempotency/idempotency';
import { Ctx } from '../../../platform/http/request';
import {
  paymentFailed,
  paymentProviderRefused,
  paymentProviderStateUnknown,
  paymentProviderUnavailable,
} from '../../../platform/stripe/stripe.errors';
import { planNotFound } from '../../plans/plans.errors';
import { ChangesService } from './changes.service';
import {
  CancelRequest,
  ChangePlanRequest,
  PlanChangeResponse,
  toPlanChangeResponse,
  UpdateSubscriptionRequest,
} from '../dto/plan-change';
import type { SubscriptionCommand } from './payments';
import { SubscriptionResponse, toSubscriptionResponse } from '../dto/subscription.response';
import {
  billingBusy,
  currencyMismatch,
  invalidState,
  paymentRequired,
  subscriptionBehind,
  usageExceedsPlan,
} from '../subscriptions.errors';

/** Where a payment provider sets the periods. */
const FROM_PROVIDER = [
  billingBusy,
  paymentFailed,
  paymentProviderRefused,
  paymentProviderStateUnknown,
  paymentProviderUnavailable,
];

/** What an owner does with the subscription. */
@ApiTags('Subscription')
@Controller('v1/subscription')
export class ChangesController {
  constructor(
    private readonly changes: ChangesService,
    private readonly idempotency: Idempotency,
  ) {}

  @Post('preview-change')
  @Access({
    audience: 'dashboard',
    permission: 'subscription:write',
    action: 'subscription.preview_change',
    summary: 'Preview a plan change: its effect and cost now, computed by the code that applies it',
    description:
      'Limits of a plan apply to all its subscribers at once. A new price or interval of the current plan applies from the next period: preview the current plan to see it, with `when` `period_end`.',
    status: 200,
    idempotency: 'in_steps',
    answers: PlanChangeResponse,
    problems: [
      planNotFound,
      invalidState,
      currencyMismatch,
      subscriptionBehind,
      paymentProviderRefused,
      paymentProviderStateUnknown,
      paymentProviderUnavailable,
    ],
  })
  async preview(
    @Ctx() context: RequestContext,
    @Body() { planId, when }: ChangePlanRequest,
  ): Promise<PlanChangeResponse> {
    return toPlanChangeResponse(await this.changes.preview(context, planId, when));
  }

  @Post('change')
  @Access({
    audience: 'dashboard',
    permission: 'subscription:write',
    action: 'subscription.change',
    summary: 'Change to another plan: now, or at the end of the period',
    description:
      'Usage is carried over. A change to the current plan calls off a scheduled change. After the end of a subscription it starts a new one.',
    status: 200,
    idempotency: 'in_steps',
    answers: SubscriptionResponse,
    problems: [
      planNotFound,
      paymentRequired,
      usageExceedsPlan,
      invalidState,
      currencyMismatch,
      subscriptionBehind,
      ...FROM_PROVIDER,
    ],
  })
  change(
    @Ctx() context: RequestContext,
    @Body() { planId, when }: ChangePlanRequest,
  ): Promise<SubscriptionResponse> {
    return this.perform(context, { kind: 'change', planId, when });
  }

  @Post('cancel')
  @Access({
    audience: 'dashboard',
    permission: 'subscription:write',
    action: 'subscription.cancel',
    summary: 'Cancel: at the end of the period, or now',
    status: 200,
    idempotency: 'in_steps',
    answers: SubscriptionResponse,
    problems: [invalidState, subscriptionBehind, ...FROM_PROVIDER],
  })
  cancel(
    @Ctx() context: RequestContext,
    @Body() { when }: CancelRequest,
  ): Promise<SubscriptionResponse> {
    return this.perform(context, { kind: 'cancel', when });
  }

  @Post('uncancel')
  @Access({
    audience: 'dashboard',
    permission: 'subscription:write',
    action: 'subscription.uncancel',
    summary: 'Take back a cancellation scheduled for the end of the period',
    status: 200,
    idempotency: 'in_steps',
    answers: SubscriptionResponse,
    problems: [invalidState, subscriptionBehind, ...FROM_PROVIDER],
  })
  uncancel(@Ctx() context: RequestContext): Promise<SubscriptionResponse> {
    return this.perform(context, { kind: 'uncancel' });
  }

  @Post('pause')
  @Access({
    audience: 'dashboard',
    permission: 'subscription:write',
    action: 'subscription.pause',
    summary: 'Pause: no ingestion, no renewal',
    status: 200,
    idempotency: 'in_steps',
    answers: SubscriptionResponse,
    problems: [invalidState, subscriptionBehind, ...FROM_PROVIDER],
  })
  pause(@Ctx() context: RequestContext): Promise<SubscriptionResponse> {
    return this.perform(context, { kind: 'pause' });
  }

  @Post('resume')
  @Access({
    audience: 'dashboard',
    permission: 'subscription:write',
    action: 'subscription.resume',
    summary: 'Resume: the period continues, all boundaries move by the paused time',
    status: 200,
    idempotency: 'in_steps',
    answers: SubscriptionResponse,
    problems: [invalidState, subscriptionBehind, ...FROM_PROVIDER],
  })
  resume(@Ctx() context: RequestContext): Promise<SubscriptionResponse> {
    return this.perform(context, { kind: 'resume' });
  }

  @Patch()
  @Access({
    audience: 'dashboard',
    permission: 'subscription:write',
    action: 'subscription.update',
    summary: 'Switch renewal on or off',
    status: 200,
    answers: SubscriptionResponse,
    problems: [invalidState, subscriptionBehind, ...FROM_PROVIDER],
  })
  update(
    @Ctx() context: RequestContext,
    @Body() { autoRenew }: UpdateSubscriptionRequest,
  ): Promise<SubscriptionResponse> {
    return this.perform(context, { kind: 'set_auto_renew', autoRenew });
  }

  /** In two halves: the payment provider is called outside the transaction that stores the answer. */
  private async perform(
    context: RequestContext,
    command: SubscriptionCommand,
  ): Promise<SubscriptionResponse> {
    const complete = await this.changes.prepare(context, command);
    return this.idempotency.run(context, async (tx) => toSubscriptionResponse(await complete(tx)));
  }
}

import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access } from '../../common/access/access.decorator';
import { ListQuery } from '../../common/dto/list.query';
import type { RequestContext } from '../../common/request-context';
import { Ctx } from '../../platform/http/request';
import {
  paymentProviderRefused,
  paymentProviderUnavailable,
} from '../../platform/stripe/stripe.errors';
import { planNotFound } from '../plans/plans.errors';
import {
  billingBusy,
  invalidState,
  paymentRequired,
  subscriptionBehind,
  usageExceedsPlan,
} from '../subscriptions/subscriptions.errors';
import { billingAccountMissing, subscriptionExists } from './billing.errors';
import { BillingService } from './billing.service';
import { CheckoutService } from './checkout/checkout.service';
import {
  BillingResponse,
  CheckoutSessionResponse,
  CreateCheckoutRequest,
  InvoicePage,
  PortalSessionResponse,
} from './dto/billing';

/** Paying for a plan. The owner's: support never sees it. */
@ApiTags('Billing')
@Controller('v1/billing')
export class BillingController {
  constructor(
    private readonly billing: BillingService,
    private readonly checkouts: CheckoutService,
  ) {}

  @Get()
  @Access({
    audience: 'dashboard',
    permission: 'billing:read',
    action: 'billing.get',
    whileDeactivated: true,
    summary: 'Who pays, with what, and what comes next',
    status: 200,
    answers: BillingResponse,
    problems: [paymentProviderUnavailable, paymentProviderRefused],
  })
  get(@Ctx() context: RequestContext): Promise<BillingResponse> {
    return this.billing.describe(context);
  }

  @Get('invoices')
  @Access({
    audience: 'dashboard',
    permission: 'billing:read',
    action: 'billing.list_invoices',
    whileDeactivated: true,
    summary: 'Invoices, newest first',
    status: 200,
    answers: InvoicePage,
    problems: [paymentProviderUnavailable, paymentProviderRefused],
  })
  listInvoices(@Ctx() context: RequestContext, @Query() query: ListQuery): Promise<InvoicePage> {
    return this.billing.listInvoices(context, query);
  }

  @Post('checkout-sessions')
  @Access({
    audience: 'dashboard',
    permission: 'billing:write',
    action: 'billing.open_checkout',
    summary: 'Open a page where a plan is paid for',
    description:
      'The price is that of the plan. Again, it is the same page as long as it is open; another plan closes it. The subscription begins when it is paid.',
    status: 201,
    idempotency: 'in_steps',
    answers: CheckoutSessionResponse,
    problems: [
      planNotFound,
      paymentRequired,
      subscriptionExists,
      usageExceedsPlan,
      invalidState,
      subscriptionBehind,
      billingBusy,
      paymentProviderRefused,
      paymentProviderUnavailable,
    ],
  })
  openCheckout(
    @Ctx() context: RequestContext,
    @Body() body: CreateCheckoutRequest,
  ): Promise<CheckoutSessionResponse> {
    return this.checkouts.open(context, body);
  }

  @Post('portal-sessions')
  @Access({
    audience: 'dashboard',
    permission: 'billing:write',
    action: 'billing.open_portal',
    whileDeactivated: true,
    summary: 'Open a page where cards and invoices are looked after',
    status: 201,
    idempotency: 'in_steps',
    answers: PortalSessionResponse,
    problems: [billingAccountMissing, paymentProviderRefused, paymentProviderUnavailable],
  })
  openPortal(@Ctx() context: RequestContext): Promise<PortalSessionResponse> {
    return this.billing.openPortal(context);
  }
}

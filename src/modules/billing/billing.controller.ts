import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { Access } from '../../common/access/access.decorator';
import { ListQuery } from '../../common/dto/list.query';
import type { RequestContext } from '../../common/request-context';
import { Ctx } from '../../platform/http/request';
import { Tag } from '../../platform/http/tag.decorator';
import {
  paymentProviderRefused,
  paymentProviderStateUnknown,
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

/** Payments for a plan, for owners: support has no access. */
@Tag('Billing', { description: 'Paying for a plan, at Stripe', position: 80 })
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
    summary: 'The payment provider, the payment method and the next invoice',
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
    stepUp: true,
    summary: 'Open a checkout page for a plan',
    description:
      'The page charges the price of the plan. Another request for the same plan returns the same page while it is open; one for another plan closes it. The subscription begins when it is paid.',
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
      paymentProviderStateUnknown,
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
    stepUp: true,
    whileDeactivated: true,
    summary: 'Open the customer portal for cards and invoices',
    status: 201,
    idempotency: 'in_steps',
    answers: PortalSessionResponse,
    problems: [billingAccountMissing, paymentProviderRefused, paymentProviderUnavailable],
  })
  openPortal(@Ctx() context: RequestContext): Promise<PortalSessionResponse> {
    return this.billing.openPortal(context);
  }
}

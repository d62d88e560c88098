import { Inject, Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import type { ListQuery } from '../../common/dto/list.query';
import { decodeCursor, encodeCursor, invalidCursor, type Page } from '../../common/pagination';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Database } from '../../platform/database/database';
import { StripeApi } from '../../platform/stripe/stripe-api';
import { isProviderManaged } from '../subscriptions/changes/changes.service';
import { SubscriptionsRepository } from '../subscriptions/subscriptions.repository';
import { billingAccountMissing } from './billing.errors';
import { CustomersService } from './checkout/customers.service';
import type { BillingResponse, InvoiceResponse } from './dto/billing';
import { fromUnixSeconds } from './stripe/stripe-snapshot';

/** Billing data that is read from Stripe on request: no card is stored here. */
@Injectable()
export class BillingService {
  constructor(
    private readonly database: Database,
    private readonly stripe: StripeApi,
    private readonly customers: CustomersService,
    private readonly subscriptions: SubscriptionsRepository,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws 503 payment_provider_unavailable */
  async describe(context: RequestContext): Promise<BillingResponse> {
    const provider = this.stripe.isConfigured ? 'stripe' : 'manual';
    const none = { provider, customer: null, paymentMethod: null, nextInvoice: null } as const;
    const customerId = await this.findCustomer(context);
    if (!customerId) return none;
    const [customer, nextInvoice] = await Promise.all([
      this.stripe.find((stripe) =>
        stripe.customers.retrieve(customerId, {
          expand: ['invoice_settings.default_payment_method'],
        }),
      ),
      this.nextInvoice(context),
    ]);
    if (!customer || customer.deleted) return none;
    const { id, name = null, email } = customer;
    const paymentMethod = await this.paymentMethodOf(customer);
    return { provider, customer: { id, name, email }, paymentMethod, nextInvoice };
  }

  /** Newest first. @throws 422 validation_failed for an invalid cursor, 503 payment_provider_unavailable */
  async listInvoices(
    context: RequestContext,
    { limit, cursor }: ListQuery,
  ): Promise<Page<InvoiceResponse>> {
    const after = decodeCursor(cursor, [isInvoiceId])?.[0];
    const customer = await this.findCustomer(context);
    if (!customer) return { data: [], nextCursor: null };
    const found = await this.stripe.find((stripe) =>
      stripe.invoices.list({
        customer,
        limit,
        ...(after ? { starting_after: String(after) } : {}),
      }),
    );
    if (!found) throw invalidCursor(); // of another customer, or deleted
    const last = found.data.at(-1);
    return {
      data: found.data.map(toInvoiceResponse),
      nextCursor: found.has_more && last ? encodeCursor([last.id]) : null,
    };
  }

  /** Opens Stripe's customer portal for cards and invoices. @throws 409 billing_account_missing */
  async openPortal(context: RequestContext): Promise<{ url: string }> {
    const customer = await this.findCustomer(context);
    if (!customer) throw billingAccountMissing();
    const { url } = await this.stripe.call((stripe) =>
      stripe.billingPortal.sessions.create({ customer, return_url: this.config.upgradeUrl }),
    );
    return { url };
  }

  private async findCustomer(context: RequestContext): Promise<string | null> {
    return this.stripe.isConfigured ? this.customers.find(context) : null;
  }

  private async nextInvoice(context: RequestContext): Promise<BillingResponse['nextInvoice']> {
    const current = await this.database.transaction(context, (tx) =>
      this.subscriptions.getCurrent(tx),
    );
    const { stripeSubscriptionId: subscription, cancelAtPeriodEnd, autoRenew, endReason } = current;
    const ends = cancelAtPeriodEnd || !autoRenew || endReason !== null;
    if (!subscription || !isProviderManaged(current) || ends) return null;
    const invoice = await this.stripe.find((stripe) =>
      stripe.invoices.createPreview({ subscription }),
    );
    if (!invoice) return null;
    const { amount_due: amount, currency, next_payment_attempt: next } = invoice;
    const time = next ? fromUnixSeconds(next) : current.periodEnd;
    return { amount: { amount, currency }, at: time.toISOString() };
  }

  /** The customer's default, or else the newest one: a checkout attaches it to the subscription. */
  private async paymentMethodOf(
    customer: Stripe.Customer,
  ): Promise<BillingResponse['paymentMethod']> {
    const settings = customer.invoice_settings as Stripe.Customer.InvoiceSettings | null;
    const own = settings?.default_payment_method;
    if (own && typeof own === 'object') return toPaymentMethod(own);
    const { data } = await this.stripe.call((stripe) =>
      stripe.customers.listPaymentMethods(customer.id, { limit: 1 }),
    );
    return data[0] ? toPaymentMethod(data[0]) : null;
  }
}

function isInvoiceId(value: unknown): value is string {
  return typeof value === 'string' && /^in_\w{1,100}$/.test(value);
}

function toPaymentMethod({ card, type }: Stripe.PaymentMethod): BillingResponse['paymentMethod'] {
  return { brand: card?.brand ?? type, last4: card?.last4 ?? null };
}

function toInvoiceResponse(invoice: Stripe.Invoice): InvoiceResponse {
  const { id, number, status, total, amount_remaining: remaining, currency } = invoice;
  return {
    id,
    number,
    status: status ?? 'draft',
    total: { amount: total, currency },
    due: { amount: status === 'open' ? remaining : 0, currency },
    createdAt: fromUnixSeconds(invoice.created).toISOString(),
    url: invoice.hosted_invoice_url ?? null,
    pdfUrl: invoice.invoice_pdf ?? null,
    attempts: invoice.attempt_count,
    isRetried: invoice.next_payment_attempt !== null,
  };
}

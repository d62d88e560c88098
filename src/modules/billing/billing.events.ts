import { defineEvent } from '../../common/events';
import { Text } from '../../common/fields';

export class InvoiceData {
  @Text({ description: "Stripe's id; GET /v1/billing/invoices lists them", example: 'in_…' })
  invoiceId!: string;
}

const permission = 'billing:read';

export const invoicePaid = defineEvent({
  type: 'invoice.paid',
  notice: { title: 'An invoice was paid', mailTo: [] },
  permission,
  description: 'Stripe has told of a paid invoice, and the subscription follows it',
  data: InvoiceData,
});

export const invoicePaymentFailed = defineEvent({
  type: 'invoice.payment_failed',
  // By mail `subscription.past_due` tells it, once for a missing payment and not at each try of Stripe.
  notice: { title: 'A payment failed', mailTo: [] },
  permission,
  description: 'Stripe has told of a payment that failed, and the subscription follows it',
  data: InvoiceData,
});

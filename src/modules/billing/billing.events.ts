import { defineEvent } from '../../common/events';
import { Text } from '../../common/fields';

export class InvoiceData {
  @Text({ description: "Stripe's id; GET /v1/billing/invoices lists them", example: 'in_…' })
  invoiceId!: string;
}

const permission = 'billing:read';

export const invoicePaid = defineEvent({
  type: 'invoice.paid',
  permission,
  description: 'Stripe has told of a paid invoice, and the subscription follows it',
  data: InvoiceData,
});

export const invoicePaymentFailed = defineEvent({
  type: 'invoice.payment_failed',
  permission,
  description: 'Stripe has told of a payment that failed, and the subscription follows it',
  data: InvoiceData,
});

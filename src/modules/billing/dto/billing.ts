import { pageOf } from '../../../common/dto/page.response';
import { Choice, Flag, Id, Instant, Integer, Nested, Text } from '../../../common/fields';
import { MoneyResponse } from '../../plans/dto/plan.response';

/** A path of the application: `//elsewhere`, `/\elsewhere` and full URLs would lead out of it. */
const PATH = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/;

export class CreateCheckoutRequest {
  @Id()
  planId!: string;

  @Text({
    min: 1,
    max: 1_000,
    pattern: PATH,
    description: 'Where to go after the payment, under APP_URL',
    example: '/billing?paid=1',
  })
  successPath!: string;

  @Text({
    min: 1,
    max: 1_000,
    pattern: PATH,
    description: 'Where to go without it, under APP_URL',
    example: '/billing',
  })
  cancelPath!: string;
}

export class CheckoutSessionResponse {
  @Text({ description: 'The id of the page at Stripe' })
  id!: string;

  @Text({ description: 'Send the browser there' })
  url!: string;
}

export class PortalSessionResponse {
  @Text({ description: 'Send the browser there: cards, addresses, invoices' })
  url!: string;
}

export class BillingCustomerResponse {
  @Text()
  id!: string;

  @Text({ nullable: true })
  name!: string | null;

  @Text({ nullable: true })
  email!: string | null;
}

export class PaymentMethodResponse {
  @Text({ description: 'Of the card: `visa`; otherwise the kind of the method' })
  brand!: string;

  @Text({ nullable: true })
  last4!: string | null;
}

export class NextInvoiceResponse {
  @Nested(() => MoneyResponse)
  amount!: MoneyResponse;

  @Instant({ nullable: true })
  at!: string | null;
}

export class BillingResponse {
  @Choice('PaymentProvider', ['manual', 'stripe'], {
    description: 'manual: this installation takes no payments',
  })
  provider!: 'manual' | 'stripe';

  @Nested(() => BillingCustomerResponse, { nullable: true })
  customer!: BillingCustomerResponse | null;

  @Nested(() => PaymentMethodResponse, { nullable: true })
  paymentMethod!: PaymentMethodResponse | null;

  @Nested(() => NextInvoiceResponse, { nullable: true })
  nextInvoice!: NextInvoiceResponse | null;
}

export class InvoiceResponse {
  @Text()
  id!: string;

  @Text({ nullable: true })
  number!: string | null;

  @Choice('InvoiceStatus', ['draft', 'open', 'paid', 'uncollectible', 'void'])
  status!: string;

  @Nested(() => MoneyResponse)
  total!: MoneyResponse;

  @Nested(() => MoneyResponse)
  due!: MoneyResponse;

  @Instant()
  createdAt!: string;

  @Text({ nullable: true, description: 'A page that shows the invoice and accepts the payment' })
  url!: string | null;

  @Text({ nullable: true })
  pdfUrl!: string | null;

  @Integer({ min: 0 })
  attempts!: number;

  @Flag({ description: 'Whether Stripe retries the charge by itself' })
  isRetried!: boolean;
}

export class InvoicePage extends pageOf(InvoiceResponse) {}

import type Stripe from 'stripe';
import { createPreview } from './invoice-preview';
import { subscriptionOf } from './invoice-shape';
import { collect, voidInvoice } from './invoicing';
import { attemptPayment } from './payment';
import { createdWithin, pageOf, type ApiCall, type Route } from './route';
import { cardDeclined, invalidRequest } from './stripe-fault';

const STATUSES = ['draft', 'open', 'paid', 'uncollectible', 'void'] as const;

export const invoiceRoutes: Route[] = [
  ['POST', '/v1/invoices/create_preview', createPreview],
  ['GET', '/v1/invoices', listInvoices],
  ['GET', '/v1/invoices/:id', ({ world, id }) => world.store.invoices.get(id)],
  ['GET', '/v1/invoices/:id/lines', listLines],
  ['POST', '/v1/invoices/:id/pay', payInvoice],
  ['POST', '/v1/invoices/:id/finalize', finalizeInvoice],
  ['POST', '/v1/invoices/:id/void', voidOpenInvoice],
  ['GET', '/v1/invoice_payments', listInvoicePayments],
];

function listInvoices(call: ApiCall): object {
  const { params, world } = call;
  const [customer, subscription] = [params.text('customer'), params.text('subscription')];
  const status = params.oneOf('status', STATUSES);
  const rows = world.store.invoices
    .all()
    .filter(createdWithin(call))
    .filter((row) => (customer ?? row.customer) === row.customer)
    .filter((row) => (subscription ?? subscriptionOf(row)) === subscriptionOf(row))
    .filter((row) => (status ?? row.status) === row.status);
  return pageOf(call, '/v1/invoices', rows);
}

function listLines(call: ApiCall): object {
  const { lines } = call.world.store.invoices.get(call.id);
  return pageOf(call, lines.url, lines.data.toReversed());
}

function payInvoice({ world, id }: ApiCall): Stripe.Invoice {
  const invoice = world.store.invoices.get(id);
  if (invoice.status === 'paid')
    throw invalidRequest('Invoice is already paid', 'invoice_already_paid');
  if (invoice.status !== 'open' && invoice.status !== 'draft')
    throw invalidRequest(`This invoice is ${invoice.status} and cannot be paid.`);
  const paid =
    invoice.status === 'draft' ? collect(world, invoice) : attemptPayment(world, invoice);
  if (!paid) throw cardDeclined(true);
  return world.store.invoices.get(id);
}

function finalizeInvoice({ world, params, id }: ApiCall): Stripe.Invoice {
  const invoice = world.store.invoices.get(id);
  params.flag('auto_advance');
  if (invoice.status !== 'draft')
    throw invalidRequest('This invoice is already finalized.', 'invoice_not_editable');
  collect(world, invoice);
  return world.store.invoices.get(id);
}

function voidOpenInvoice({ world, id }: ApiCall): Stripe.Invoice {
  const invoice = world.store.invoices.get(id);
  if (invoice.status !== 'open' && invoice.status !== 'uncollectible')
    throw invalidRequest('You can only void an open invoice.');
  voidInvoice(world, invoice);
  return world.store.invoices.get(id);
}

function listInvoicePayments(call: ApiCall): object {
  const { params, world } = call;
  const [invoice, payment] = [params.text('invoice'), params.child('payment')];
  payment?.oneOf('type', ['payment_intent']);
  const [intent, status] = [payment?.text('payment_intent'), params.text('status')];
  const rows = world.store.invoicePayments
    .all()
    .filter((row) => (invoice ?? row.invoice) === row.invoice)
    .filter((row) => (intent ?? row.payment.payment_intent) === row.payment.payment_intent)
    .filter((row) => (status ?? row.status) === row.status);
  return pageOf(call, '/v1/invoice_payments', rows);
}

import type Stripe from 'stripe';
import { mergedMetadata } from './metadata';
import { createdWithin, pageOf, type ApiCall, type Route } from './route';
import { newId } from './store';
import { invalidRequest } from './stripe-fault';
import { emptyEvidence } from './evidence';
import type { World } from './world';

export const chargeRoutes: Route[] = [
  ['GET', '/v1/charges', listCharges],
  ['GET', '/v1/charges/:id', ({ world, id }) => world.store.charges.get(id)],
  ['POST', '/v1/refunds', createRefund],
  ['GET', '/v1/refunds', listRefunds],
  ['GET', '/v1/refunds/:id', ({ world, id }) => world.store.refunds.get(id)],
  ['GET', '/v1/disputes/:id', ({ world, id }) => world.store.disputes.get(id)],
];

/** A charge for what an invoice is about; a declined one is kept too. */
export function chargeFor(
  world: World,
  invoice: Stripe.Invoice,
  method: Stripe.PaymentMethod,
  paid: boolean,
): Stripe.Charge {
  const charge = chargeOf(world, invoice, method, paid);
  world.store.charges.put(charge);
  world.emit(paid ? 'charge.succeeded' : 'charge.failed', charge);
  return charge;
}

/** Says which charge has paid an invoice. */
export function recordPayment(
  { store, now }: World,
  invoice: Stripe.Invoice,
  charge: Stripe.Charge,
): void {
  store.invoicePayments.put({
    id: newId('inpay'),
    object: 'invoice_payment',
    amount_paid: charge.amount,
    amount_requested: charge.amount,
    created: now,
    currency: charge.currency,
    invoice: invoice.id,
    is_default: true,
    livemode: false,
    payment: { payment_intent: charge.payment_intent as string, type: 'payment_intent' },
    status: 'paid',
    status_transitions: { canceled_at: null, paid_at: now },
  });
}

function createRefund({ world, params }: ApiCall): Stripe.Refund {
  const id = params.text('charge') ?? chargeOfIntent(world, params.required('payment_intent')).id;
  const amount = params.wholeNumber('amount');
  const reason = params.oneOf('reason', ['duplicate', 'fraudulent', 'requested_by_customer']);
  return refund(world, id, amount, { reason, metadata: mergedMetadata(params) });
}

function chargeOfIntent({ store }: World, intent: string): Stripe.Charge {
  const charge = store.charges.all().find((row) => row.payment_intent === intent && row.paid);
  if (charge) return charge;
  throw invalidRequest(`No such payment_intent: '${intent}'`, 'resource_missing', 'payment_intent');
}

/** Gives money back: by default all that is left. @throws 400 where there is not so much */
export function refund(
  world: World,
  chargeId: string,
  amount?: number,
  details: { reason?: Stripe.Refund.Reason; metadata?: Stripe.Metadata } = {},
): Stripe.Refund {
  const charge = world.store.charges.get(chargeId, 'charge');
  const left = charge.paid ? charge.amount - charge.amount_refunded : 0;
  if (left === 0)
    throw invalidRequest(
      `Charge ${chargeId} has already been refunded.`,
      'charge_already_refunded',
    );
  if ((amount ?? left) > left || (amount ?? left) < 1)
    throw invalidRequest(
      'Refund amount is greater than unrefunded amount on charge',
      undefined,
      'amount',
    );
  const row = refundOf(world, charge, amount ?? left, details);
  world.store.refunds.put(row);
  const amount_refunded = charge.amount_refunded + row.amount;
  const changes = { amount_refunded, refunded: amount_refunded === charge.amount };
  world.update(world.store.charges, charge, changes, 'charge.refunded');
  return row;
}

/** The customer's bank takes the money back. */
export function dispute(world: World, chargeId: string): Stripe.Dispute {
  const charge = world.store.charges.get(chargeId, 'charge');
  world.store.charges.put({ ...charge, disputed: true });
  const row: Stripe.Dispute = {
    id: newId('du'),
    object: 'dispute',
    amount: charge.amount,
    balance_transactions: [],
    charge: charge.id,
    created: world.now,
    currency: charge.currency,
    enhanced_eligibility_types: [],
    ...emptyEvidence(world.now),
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent,
    reason: 'fraudulent',
    status: 'needs_response',
  };
  world.store.disputes.put(row);
  world.emit('charge.dispute.created', row);
  return row;
}

function refundOf(
  { now }: World,
  charge: Stripe.Charge,
  amount: number,
  { reason, metadata }: { reason?: Stripe.Refund.Reason; metadata?: Stripe.Metadata },
): Stripe.Refund {
  return {
    id: newId('re'),
    object: 'refund',
    amount,
    balance_transaction: null,
    charge: charge.id,
    created: now,
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    metadata: metadata ?? {},
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  };
}

function listCharges(call: ApiCall): object {
  const [customer, intent] = [call.params.text('customer'), call.params.text('payment_intent')];
  const rows = call.world.store.charges
    .all()
    .filter(createdWithin(call))
    .filter((row) => (customer ?? row.customer) === row.customer)
    .filter((row) => (intent ?? row.payment_intent) === row.payment_intent);
  return pageOf(call, '/v1/charges', rows);
}

function listRefunds(call: ApiCall): object {
  const charge = call.params.text('charge');
  const rows = call.world.store.refunds
    .all()
    .filter((row) => (charge ?? row.charge) === row.charge);
  return pageOf(call, '/v1/refunds', rows);
}

function chargeOf(
  { now }: World,
  invoice: Stripe.Invoice,
  method: Stripe.PaymentMethod,
  paid: boolean,
): Stripe.Charge {
  return {
    ...EMPTY,
    id: newId('ch'),
    amount: invoice.amount_due,
    amount_captured: paid ? invoice.amount_due : 0,
    billing_details: method.billing_details,
    captured: paid,
    created: now,
    currency: invoice.currency,
    customer: invoice.customer,
    description: paid ? 'Subscription update' : null,
    failure_code: paid ? null : 'card_declined',
    failure_message: paid ? null : 'Your card was declined.',
    paid,
    payment_intent: newId('pi'),
    payment_method: method.id,
    status: paid ? 'succeeded' : 'failed',
  };
}

const EMPTY: Omit<Stripe.Charge, 'id' | 'billing_details'> = {
  object: 'charge',
  amount: 0,
  amount_captured: 0,
  amount_refunded: 0,
  application: null,
  application_fee: null,
  application_fee_amount: null,
  balance_transaction: null,
  calculated_statement_descriptor: null,
  captured: false,
  created: 0,
  currency: 'usd',
  customer: null,
  description: null,
  disputed: false,
  failure_balance_transaction: null,
  failure_code: null,
  failure_message: null,
  fraud_details: {},
  livemode: false,
  metadata: {},
  on_behalf_of: null,
  outcome: null,
  paid: false,
  payment_intent: null,
  payment_method: null,
  payment_method_details: null,
  receipt_email: null,
  receipt_number: null,
  receipt_url: null,
  refunded: false,
  review: null,
  shipping: null,
  source: null,
  source_transfer: null,
  statement_descriptor: null,
  statement_descriptor_suffix: null,
  status: 'pending',
  transfer_data: null,
  transfer_group: null,
};

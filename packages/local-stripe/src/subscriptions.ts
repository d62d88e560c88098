import type Stripe from 'stripe';
import { getCustomer } from './cards';
import { collect, draftInvoice } from './invoicing';
import { given, mergedMetadata } from './metadata';
import type { Parameters } from './parameters';
import { creditLine } from './proration';
import { createdWithin, pageOf, type ApiCall, type Route } from './route';
import { readPrices } from './sale';
import { cardDeclined, invalidRequest, missing } from './stripe-fault';
import { changeSubscription, PRORATION_BEHAVIORS, type Change } from './subscription-change';
import { endSubscription, hasEnded } from './subscription-end';
import { readBehavior, readItems } from './subscription-items';
import { resumePaused, startSubscription } from './subscription-life';
import { billedBy, itemOf, periodOf } from './subscription-shape';
import type { World } from './world';

const RESUMPTIONS = ['resume_on_payment_attempt', 'resume_on_payment_success'] as const;
const STATUSES = [
  'active',
  'all',
  'canceled',
  'ended',
  'incomplete',
  'incomplete_expired',
  'past_due',
  'paused',
  'trialing',
  'unpaid',
] as const;

export const subscriptionRoutes: Route[] = [
  ['GET', '/v1/subscriptions', listSubscriptions],
  ['POST', '/v1/subscriptions', createSubscription],
  ['GET', '/v1/subscriptions/:id', ({ world, id }) => world.store.subscriptions.get(id)],
  ['POST', '/v1/subscriptions/:id', updateSubscription],
  ['DELETE', '/v1/subscriptions/:id', cancelSubscription],
  ['POST', '/v1/subscriptions/:id/resume', resumeSubscription],
];

function listSubscriptions(call: ApiCall): object {
  const { params, world } = call;
  const [customer, price] = [params.text('customer'), params.text('price')];
  const status = params.oneOf('status', STATUSES);
  const rows = world.store.subscriptions
    .all()
    .filter(createdWithin(call))
    .filter((row) => (customer ?? row.customer) === row.customer)
    .filter((row) => price === undefined || row.items.data.some((item) => item.price.id === price))
    .filter((row) => hasStatus(row, status));
  return pageOf(call, '/v1/subscriptions', rows);
}

function hasStatus(
  subscription: Stripe.Subscription,
  asked: (typeof STATUSES)[number] | undefined,
): boolean {
  if (asked === undefined) return subscription.status !== 'canceled';
  if (asked === 'ended') return hasEnded(subscription);
  return asked === 'all' || subscription.status === asked;
}

/** As staff make one by hand in Stripe's dashboard, without a checkout and without metadata of the application. */
function createSubscription({ world, params }: ApiCall): Stripe.Subscription {
  const customer = getCustomer(world, params.required('customer'), 'customer').id;
  const prices = readPrices(world, params.children('items'), 'items');
  const mustBePaid = readPaymentBehavior(params) === 'error_if_incomplete';
  const data = {
    prices,
    metadata: mergedMetadata(params),
    trialPeriodDays: params.wholeNumber('trial_period_days') ?? null,
    trialSettings: readTrialSettings(params.child('trial_settings')) ?? null,
  };
  const method = params.text('default_payment_method') ?? null;
  const created = startSubscription(world, customer, data, method);
  if (created.status === 'incomplete' && mustBePaid) throw cardDeclined(false);
  return created;
}

function updateSubscription({ world, params, id }: ApiCall): Stripe.Subscription {
  const subscription = world.store.subscriptions.get(id);
  const mustBePaid = readPaymentBehavior(params) === 'error_if_incomplete';
  const metadata = mergedMetadata(params, subscription.metadata);
  const fields = {
    metadata,
    default_payment_method: params.text('default_payment_method'),
    description: params.text('description'),
    pause_collection: readPause(params),
    trial_settings: readTrialSettings(params.child('trial_settings')),
  };
  const change = readChange(world, subscription, params, given(fields));
  assertChangeable(subscription, change);
  const { invoice } = changeSubscription(world, subscription, change);
  if (invoice && !collect(world, invoice) && mustBePaid) throw cardDeclined(false);
  return world.store.subscriptions.get(id);
}

function readPaymentBehavior(params: Parameters): string {
  return (
    params.oneOf('payment_behavior', ['allow_incomplete', 'error_if_incomplete']) ??
    'allow_incomplete'
  );
}

/** What an update and a preview have in common. */
export function readChange(
  world: World,
  subscription: Stripe.Subscription,
  params: Parameters,
  fields: Partial<Stripe.Subscription>,
): Change {
  const trialEnd = params.text('trial_end');
  return {
    items: readItems(world, subscription, params),
    behavior: readBehavior(params),
    prorationDate: params.wholeNumber('proration_date'),
    trialEnd: trialEnd === 'now' ? 'now' : params.wholeNumber('trial_end'),
    anchorNow: readAnchor(params) === 'now',
    cancelAtPeriodEnd: params.flag('cancel_at_period_end'),
    cancelAt: readCancelAt(params),
    fields,
  };
}

export function readCancelAt(params: Parameters): Change['cancelAt'] {
  const text = params.text('cancel_at');
  if (text === '') return null;
  if (text === 'min_period_end' || text === 'max_period_end') return text;
  return params.wholeNumber('cancel_at');
}

function readAnchor(params: Parameters): 'now' | 'unchanged' | undefined {
  return params.child('billing_cycle_anchor')?.oneOf('type', ['now', 'unchanged']);
}

function readPause(params: Parameters): Stripe.Subscription.PauseCollection | null | undefined {
  const pause = params.child('pause_collection');
  if (!pause) return params.text('pause_collection') === '' ? null : undefined;
  pause.required('behavior');
  return {
    behavior: pause.oneOf('behavior', ['void', 'keep_as_draft', 'mark_uncollectible']) ?? 'void',
    resumes_at: pause.wholeNumber('resumes_at') ?? null,
  };
}

/** What happens at the end of a trial without a card. */
export function readTrialSettings(
  params: Parameters | undefined,
): Stripe.Subscription.TrialSettings | undefined {
  const end = params?.child('end_behavior');
  if (!end) return undefined;
  const allowed = ['cancel', 'create_invoice', 'pause'] as const;
  const missing_payment_method = end.oneOf('missing_payment_method', allowed) ?? 'create_invoice';
  return { end_behavior: { billing_cycle_anchor: null, missing_payment_method } };
}

function assertChangeable(subscription: Stripe.Subscription, change: Change): void {
  const fields = Object.keys(change.fields).filter((name) => name !== 'metadata');
  const { behavior: _, fields: __, ...asked } = change;
  const isMore = fields.length > 0 || Object.values(asked).some(Boolean);
  if (!hasEnded(subscription) || !isMore) return;
  throw invalidRequest(
    'A canceled subscription can only update its cancellation_details and metadata.',
    'invalid_canceled_subscription_fields',
  );
}

function cancelSubscription({ world, params, id }: ApiCall): Stripe.Subscription {
  const subscription = world.store.subscriptions.get(id);
  if (hasEnded(subscription)) throw missing('subscription', id);
  const prorates = params.flag('prorate') ?? false;
  const invoicesNow = params.flag('invoice_now') ?? false;
  const lines = prorates && subscription.status !== 'trialing' ? credits(world, subscription) : [];
  const ended = endSubscription(world, subscription);
  const { pendingLines } = world.store.hidden(id);
  if (!invoicesNow) world.store.hide(id, { pendingLines: [...pendingLines, ...lines] });
  else if (pendingLines.length + lines.length > 0) invoiceEnd(world, ended, lines);
  return world.store.subscriptions.get(id);
}

function credits(world: World, subscription: Stripe.Subscription): Stripe.InvoiceLineItem[] {
  const period = periodOf(itemOf(subscription));
  return billedBy(world, subscription).map((billed) => creditLine(billed, world.now, period));
}

function invoiceEnd(
  world: World,
  subscription: Stripe.Subscription,
  lines: Stripe.InvoiceLineItem[],
): void {
  const gathered = { start: itemOf(subscription).current_period_start, end: world.now };
  const content = { subscription, lines, finalizesAt: null, gathered } as const;
  const draft = draftInvoice(world, { ...content, reason: 'manual' });
  world.store.subscriptions.put({ ...subscription, latest_invoice: draft.id });
  collect(world, draft);
}

function resumeSubscription({ world, params, id }: ApiCall): Stripe.Subscription {
  if (readAnchor(params) === 'unchanged')
    throw invalidRequest('The local Stripe resumes with a new cycle alone.');
  params.oneOf('proration_behavior', PRORATION_BEHAVIORS);
  const waits = params.oneOf('payment_behavior', RESUMPTIONS) === 'resume_on_payment_success';
  return resumePaused(world, world.store.subscriptions.get(id), waits);
}

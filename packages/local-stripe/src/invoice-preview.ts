import type Stripe from 'stripe';
import { getCustomer } from './cards';
import { Parameters } from './parameters';
import type { ApiCall } from './route';
import { readPrices } from './sale';
import { invalidRequest, missing } from './stripe-fault';
import { changeSubscription } from './subscription-change';
import { hasEnded } from './subscription-end';
import { beginSubscription, draftRenewal } from './subscription-life';
import { readChange } from './subscriptions';
import type { World } from './world';

const DAY_SECONDS = 86_400;

/** The next invoice: made by the code of real invoices, and then rolled back. */
export function createPreview({ world, params }: ApiCall): Stripe.Invoice {
  const details = params.child('subscription_details') ?? new Parameters({});
  const [id, customer] = [params.text('subscription'), params.text('customer')];
  const isNew = id === undefined && details.children('items').length > 0;
  const invoice = world.rehearse(() =>
    isNew
      ? previewNew(world, params.required('customer'), details)
      : previewChange(world, findSubscription(world, id, customer), details),
  );
  return { ...invoice, id: `upcoming_${invoice.id}` };
}

function findSubscription(
  { store }: World,
  id: string | undefined,
  customer: string | undefined,
): Stripe.Subscription {
  if (id === undefined && customer === undefined)
    throw invalidRequest('You must specify a customer or a subscription.', 'parameter_missing');
  const rows = id === undefined ? store.subscriptions.all() : [store.subscriptions.get(id)];
  const found = rows.find((row) => (customer ?? row.customer) === row.customer && !hasEnded(row));
  if (found) return found;
  if (id !== undefined) throw missing('subscription', id, 'subscription');
  throw invalidRequest('No upcoming invoices for customer', 'invoice_upcoming_none');
}

function previewChange(
  world: World,
  subscription: Stripe.Subscription,
  details: Parameters,
): Stripe.Invoice {
  const change = readChange(world, subscription, details, {});
  const { subscription: changed, invoice } = changeSubscription(world, subscription, change);
  return invoice ?? draftRenewal(world, changed);
}

function previewNew(world: World, customer: string, details: Parameters): Stripe.Invoice {
  const { id } = getCustomer(world, customer, 'customer');
  const prices = readPrices(world, details.children('items'), 'subscription_details[items]');
  const trialEnd = details.wholeNumber('trial_end');
  const trialPeriodDays = trialEnd === undefined ? null : (trialEnd - world.now) / DAY_SECONDS;
  const data = { prices, metadata: {}, trialPeriodDays, trialSettings: null };
  return beginSubscription(world, id, data, null).draft;
}

import type Stripe from 'stripe';
import type { Period } from './billing-period';
import type { Billed } from './proration';
import { newId } from './store';
import { invalidRequest } from './stripe-fault';
import type { World } from './world';

export type Item = Stripe.SubscriptionItem;

/** The first. All items of a subscription have one period and one interval here. */
export function itemOf(subscription: Stripe.Subscription): Item {
  const [item] = subscription.items.data;
  if (item) return item;
  throw invalidRequest(`The subscription ${subscription.id} has no item.`);
}

export function periodOf(item: Item): Period {
  return { start: item.current_period_start, end: item.current_period_end };
}

/** How often a price is due. @throws 400 for one that is due once */
export function recurringOf({ id, recurring }: Stripe.Price): Stripe.Price.Recurring {
  if (recurring) return recurring;
  throw invalidRequest(`The price ${id} is not recurring.`, undefined, 'price');
}

/** The same subscription with other items. */
export function withItems(
  subscription: Stripe.Subscription,
  data: Item[],
): Pick<Stripe.Subscription, 'items'> {
  return { items: { ...subscription.items, data } };
}

/** The same items in another period. */
export function withPeriod(
  subscription: Stripe.Subscription,
  { start, end }: Period,
): Pick<Stripe.Subscription, 'items'> {
  const period = { current_period_start: start, current_period_end: end };
  return withItems(
    subscription,
    subscription.items.data.map((item) => ({ ...item, ...period })),
  );
}

/** What the lines of an invoice say about a subscription as it is, an item each. */
export function billedBy({ store }: World, { id, items }: Stripe.Subscription): Billed[] {
  return items.data.map(({ id: item, price, quantity = 1 }) => {
    const { name } = store.products.get(price.product as string);
    return { subscription: id, item, price, quantity, name };
  });
}

/** What an item charges. */
export interface PricedItem {
  price: Stripe.Price;
  quantity: number;
}

export interface Beginning {
  customer: string;
  prices: PricedItem[];
  period: Period;
  anchor: number;
  trialEnd: number | null;
  metadata: Stripe.Metadata;
  paymentMethod: string | null;
  trialSettings: Stripe.Subscription.TrialSettings | null;
}

/** A subscription at its beginning: `incomplete` until it is paid, unless it starts with a trial. */
export function subscriptionOf(beginning: Beginning, now: number): Stripe.Subscription {
  const { trialEnd } = beginning;
  const id = newId('sub');
  return {
    ...EMPTY,
    id,
    billing_cycle_anchor: beginning.anchor,
    created: now,
    currency: beginning.prices[0]!.price.currency,
    customer: beginning.customer,
    default_payment_method: beginning.paymentMethod,
    items: {
      object: 'list',
      data: beginning.prices.map((priced) => itemFor(id, priced, beginning.period, now)),
      has_more: false,
      url: `/v1/subscription_items?subscription=${id}`,
    },
    metadata: beginning.metadata,
    start_date: now,
    status: trialEnd === null ? 'incomplete' : 'trialing',
    trial_end: trialEnd,
    trial_settings: beginning.trialSettings ?? EMPTY.trial_settings,
    trial_start: trialEnd === null ? null : now,
  };
}

export function itemFor(
  subscription: string,
  { price, quantity }: PricedItem,
  period: Period,
  now: number,
): Item {
  return {
    id: newId('si'),
    object: 'subscription_item',
    billing_thresholds: null,
    created: now,
    current_period_end: period.end,
    current_period_start: period.start,
    current_trial: null,
    discounts: [],
    metadata: {},
    plan: planOf(price),
    price,
    quantity,
    subscription,
    tax_rates: [],
  };
}

/** Stripe's older name for a price, which items still bear. */
export function planOf(price: Stripe.Price): Stripe.Plan {
  const { interval, interval_count } = recurringOf(price);
  return {
    id: price.id,
    object: 'plan',
    active: price.active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme: price.billing_scheme,
    created: price.created,
    currency: price.currency,
    interval,
    interval_count,
    livemode: false,
    metadata: price.metadata,
    meter: null,
    nickname: price.nickname,
    product: price.product,
    tiers_mode: null,
    transform_usage: null,
    trial_period_days: null,
    usage_type: 'licensed',
  };
}

const EMPTY: Omit<Stripe.Subscription, 'id' | 'items'> = {
  object: 'subscription',
  application: null,
  application_fee_percent: null,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null },
  billing_cycle_anchor: 0,
  billing_cycle_anchor_config: null,
  billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible' },
  billing_schedules: [],
  billing_thresholds: null,
  cancel_at: null,
  cancel_at_period_end: false,
  canceled_at: null,
  cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
  collection_method: 'charge_automatically',
  created: 0,
  currency: 'usd',
  customer: '',
  customer_account: null,
  days_until_due: null,
  default_payment_method: null,
  default_source: null,
  default_tax_rates: [],
  description: null,
  discounts: [],
  ended_at: null,
  invoice_settings: {
    account_tax_ids: null,
    custom_fields: null,
    description: null,
    footer: null,
    issuer: { type: 'self' },
  },
  latest_invoice: null,
  livemode: false,
  managed_payments: { enabled: false },
  metadata: {},
  next_pending_invoice_item_invoice: null,
  on_behalf_of: null,
  pause_collection: null,
  payment_settings: {
    payment_method_options: null,
    payment_method_types: null,
    save_default_payment_method: 'off',
  },
  pending_invoice_item_interval: null,
  pending_setup_intent: null,
  pending_update: null,
  schedule: null,
  start_date: 0,
  status: 'incomplete',
  test_clock: null,
  transfer_data: null,
  trial_end: null,
  trial_settings: {
    end_behavior: { billing_cycle_anchor: null, missing_payment_method: 'create_invoice' },
  },
  trial_start: null,
};

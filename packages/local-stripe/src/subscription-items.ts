import type Stripe from 'stripe';
import { collect } from './invoicing';
import type { Parameters } from './parameters';
import type { ApiCall, Route } from './route';
import { assertAlike, priceOnSale } from './sale';
import { invalidRequest, missing } from './stripe-fault';
import {
  changeSubscription,
  PRORATION_BEHAVIORS,
  type ProrationBehavior,
} from './subscription-change';
import { hasEnded } from './subscription-end';
import { itemFor, itemOf, periodOf, planOf, type Item } from './subscription-shape';
import type { World } from './world';

export const subscriptionItemRoutes: Route[] = [
  ['POST', '/v1/subscription_items', addItem],
  ['DELETE', '/v1/subscription_items/:id', deleteItem],
];

export function readBehavior(params: Parameters): ProrationBehavior {
  return params.oneOf('proration_behavior', PRORATION_BEHAVIORS) ?? 'create_prorations';
}

/** What a subscription has after an update: what is not named stays, and what is named without an id is added. */
export function readItems(
  world: World,
  subscription: Stripe.Subscription,
  params: Parameters,
): Item[] | undefined {
  const named = params.children('items');
  if (named.length === 0) return undefined;
  const items = named.reduce(
    (data, one, index) => withEntry(world, subscription, data, one, `items[${index}][price]`),
    subscription.items.data,
  );
  return assertSound(subscription, items);
}

function withEntry(
  world: World,
  subscription: Stripe.Subscription,
  data: Item[],
  entry: Parameters,
  param: string,
): Item[] {
  const id = entry.text('id');
  if (id === undefined) return [...data, newItem(world, subscription, entry, param)];
  const own = data.find((item) => item.id === id);
  if (!own) throw missing('subscription_item', id, param.replace('price', 'id'));
  if (entry.flag('deleted')) return data.filter((item) => item !== own);
  const price = readPrice(world, own, entry.text('price'), param);
  const quantity = entry.wholeNumber('quantity') ?? own.quantity;
  return data.map((item) =>
    item === own ? { ...own, price, plan: planOf(price), quantity } : item,
  );
}

/** The current price may be archived: it is not sold again. */
function readPrice(
  world: World,
  { price }: Item,
  id: string | undefined,
  param: string,
): Stripe.Price {
  return id === undefined || id === price.id ? price : priceOnSale(world, id, param);
}

function newItem(
  world: World,
  subscription: Stripe.Subscription,
  entry: Parameters,
  param: string,
): Item {
  const price = priceOnSale(world, entry.required('price'), param);
  if (subscription.items.data.some((item) => item.price.id === price.id))
    throw invalidRequest(
      `Cannot add multiple subscription items with the same plan: ${price.id}`,
      undefined,
      param,
    );
  const quantity = entry.wholeNumber('quantity') ?? 1;
  return itemFor(subscription.id, { price, quantity }, periodOf(itemOf(subscription)), world.now);
}

function assertSound({ currency }: Stripe.Subscription, items: Item[]): Item[] {
  const [first] = items;
  if (!first) throw invalidRequest('A subscription must have at least one active plan.');
  items.forEach(({ price }, index) =>
    assertAlike(price, first.price, currency, `items[${index}][price]`),
  );
  return items;
}

/** As staff add one by hand in Stripe's dashboard. */
function addItem({ world, params }: ApiCall): Item {
  const subscription = world.store.subscriptions.get(params.required('subscription'));
  if (hasEnded(subscription)) throw missing('subscription', subscription.id, 'subscription');
  const added = newItem(world, subscription, params, 'price');
  change(world, subscription, params, [...subscription.items.data, added]);
  return added;
}

function deleteItem({ world, params, id }: ApiCall): object {
  const subscription = world.store.subscriptions
    .all()
    .find(({ items }) => items.data.some((item) => item.id === id));
  if (!subscription) throw missing('subscription_item', id);
  const left = subscription.items.data.filter((item) => item.id !== id);
  change(world, subscription, params, left);
  return { id, object: 'subscription_item', deleted: true };
}

function change(
  world: World,
  subscription: Stripe.Subscription,
  params: Parameters,
  data: Item[],
): void {
  const items = assertSound(subscription, data);
  const asked = { items, behavior: readBehavior(params), fields: {} };
  const { invoice } = changeSubscription(world, subscription, asked);
  if (invoice) collect(world, invoice);
}

import type Stripe from 'stripe';
import type { Parameters } from './parameters';
import { invalidRequest } from './stripe-fault';
import { hasEnded } from './subscription-end';
import { itemOf } from './subscription-shape';
import type { World } from './world';

/**
 * A price that is sold now: at a checkout, by a new subscription, or in place of another one. What runs on an archived
 * price goes on. @param param where the price was named @throws 400, in the words of Stripe
 */
export function priceOnSale({ store }: World, id: string, param: string): Stripe.Price {
  const price = store.prices.get(id, param);
  if (!price.active)
    throw invalidRequest(
      'The price specified is inactive. This field only accepts active prices.',
      undefined,
      param,
    );
  if (!store.products.get(price.product as string).active)
    throw invalidRequest(
      'This price is not available to be purchased because its product is not active.',
      undefined,
      param,
    );
  if (!price.recurring)
    throw invalidRequest(
      'The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.',
      undefined,
      param,
    );
  return price;
}

/** Which prices are to be subscribed to. @throws 400 for one that is not on sale */
export function readPrices(
  world: World,
  items: Parameters[],
  param: string,
): { price: string; quantity: number }[] {
  return items.map((item, index) => ({
    price: priceOnSale(world, item.required('price'), `${param}[${index}][price]`).id,
    quantity: item.wholeNumber('quantity') ?? 1,
  }));
}

/** While something of a customer is billed in one currency, nothing of it is billed in another. @throws 400 */
export function assertOneCurrency({ store }: World, customer: string, currency: string): void {
  const other = store.subscriptions
    .all()
    .filter((row) => row.customer === customer && !hasEnded(row))
    .map((row) => itemOf(row).price.currency)
    .find((billed) => billed !== currency);
  if (other === undefined) return;
  throw invalidRequest(
    `You cannot combine currencies on a single customer. This customer has an active subscription, subscription schedule, discount, quote, or invoice item with currency ${other}.`,
  );
}

/** A subscription keeps the currency that it began with. @throws 400 */
export function assertCurrencyOf(subscription: Stripe.Subscription, price: Stripe.Price): void {
  const { currency } = itemOf(subscription).price;
  if (price.currency === currency) return;
  throw invalidRequest(
    `The price specified only supports \`${price.currency}\`. This doesn't match the expected currency: \`${currency}\`.`,
    undefined,
    'items[0][price]',
  );
}

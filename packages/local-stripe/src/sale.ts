import type Stripe from 'stripe';
import type { Parameters } from './parameters';
import { invalidRequest } from './stripe-fault';
import { hasEnded } from './subscription-end';
import { recurringOf } from './subscription-shape';
import type { World } from './world';

/**
 * A price that is sold now: at a checkout, by a new subscription, or in place of another one. Existing subscriptions
 * keep an archived price. @param param where the price was named @throws 400, in the words of Stripe
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

/** Which prices are to be subscribed to. @throws 400 for one that is not on sale, or unlike the first */
export function readPrices(
  world: World,
  items: Parameters[],
  param: string,
): { price: string; quantity: number }[] {
  const prices = items.map((item, index) =>
    priceOnSale(world, item.required('price'), `${param}[${index}][price]`),
  );
  prices.forEach((price, index) =>
    assertAlike(price, prices[0]!, prices[0]!.currency, `${param}[${index}][price]`),
  );
  return items.map((item, index) => ({
    price: prices[index]!.id,
    quantity: item.wholeNumber('quantity') ?? 1,
  }));
}

/**
 * A subscription keeps the currency that it began with. Stripe bills several intervals on one subscription in flexible
 * billing mode; this server does not. @throws 400
 */
export function assertAlike(
  price: Stripe.Price,
  other: Stripe.Price,
  currency: string,
  param: string,
): void {
  if (price.currency !== currency)
    throw invalidRequest(
      `The price specified only supports \`${price.currency}\`. This doesn't match the expected currency: \`${currency}\`.`,
      undefined,
      param,
    );
  const [one, two] = [recurringOf(price), recurringOf(other)];
  if (one.interval === two.interval && one.interval_count === two.interval_count) return;
  throw invalidRequest(
    'The local Stripe bills all items of a subscription in one interval.',
    undefined,
    param,
  );
}

/** While something of a customer is billed in one currency, nothing of it is billed in another. @throws 400 */
export function assertOneCurrency({ store }: World, customer: string, currency: string): void {
  const other = store.subscriptions
    .all()
    .filter((row) => row.customer === customer && !hasEnded(row))
    .map((row) => row.currency)
    .find((billed) => billed !== currency);
  if (other === undefined) return;
  throw invalidRequest(
    `You cannot combine currencies on a single customer. This customer has an active subscription, subscription schedule, discount, quote, or invoice item with currency ${other}.`,
  );
}

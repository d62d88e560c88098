import Stripe from 'stripe';
import { given, mergedMetadata } from './metadata';
import type { Parameters } from './parameters';
import { pageOf, type ApiCall, type Route } from './route';
import { invalidRequest } from './stripe-fault';
import { newId } from './store';
import type { World } from './world';

const INTERVALS = ['day', 'week', 'month', 'year'] as const;

export const catalogRoutes: Route[] = [
  ['POST', '/v1/products', createProduct],
  ['GET', '/v1/products', listProducts],
  ['GET', '/v1/products/:id', ({ world, id }) => world.store.products.get(id)],
  ['POST', '/v1/products/:id', updateProduct],
  ['POST', '/v1/prices', createPrice],
  ['GET', '/v1/prices', listPrices],
  ['GET', '/v1/prices/:id', ({ world, id }) => world.store.prices.get(id)],
  ['POST', '/v1/prices/:id', updatePrice],
];

function createProduct({ world, params }: ApiCall): Stripe.Product {
  const id = params.text('id') ?? newId('prod');
  if (world.store.products.find(id))
    throw invalidRequest('Product already exists.', 'resource_already_exists', 'id');
  const product: Stripe.Product = {
    id,
    object: 'product',
    active: params.flag('active') ?? true,
    created: world.now,
    default_price: null,
    description: params.text('description') ?? null,
    images: [],
    livemode: false,
    marketing_features: [],
    metadata: mergedMetadata(params),
    name: params.required('name'),
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: null,
    tax_details: null,
    type: 'service',
    unit_label: null,
    updated: world.now,
    url: null,
  };
  world.store.products.put(product);
  world.emit('product.created', product);
  return product;
}

function updateProduct({ world, params, id }: ApiCall): Stripe.Product {
  const product = world.store.products.get(id);
  const changes = given({
    name: params.text('name'),
    description: params.text('description'),
    active: params.flag('active'),
    metadata: mergedMetadata(params, product.metadata),
    updated: world.now,
  });
  return world.update(world.store.products, product, changes, 'product.updated');
}

function listProducts(call: ApiCall): object {
  const active = call.params.flag('active');
  const ids = call.params.texts('ids');
  const rows = call.world.store.products
    .all()
    .filter((row) => (active ?? row.active) === row.active && (ids?.includes(row.id) ?? true));
  return pageOf(call, '/v1/products', rows);
}

function createPrice({ world, params }: ApiCall): Stripe.Price {
  const amount = params.wholeNumber('unit_amount');
  if (amount === undefined || amount < 0)
    throw invalidRequest(
      'Missing required param: unit_amount.',
      'parameter_missing',
      'unit_amount',
    );
  const lookupKey = params.text('lookup_key') ?? null;
  if (params.flag('transfer_lookup_key')) takeLookupKey(world, lookupKey);
  assertFree(world.store.prices.all(), lookupKey);
  const price: Stripe.Price = {
    id: newId('price'),
    object: 'price',
    active: params.flag('active') ?? true,
    billing_scheme: 'per_unit',
    created: world.now,
    currency: params.required('currency').toLowerCase(),
    custom_unit_amount: null,
    livemode: false,
    lookup_key: lookupKey,
    metadata: mergedMetadata(params),
    nickname: params.text('nickname') ?? null,
    product: world.store.products.get(params.required('product'), 'product').id,
    recurring: readRecurring(params.child('recurring')),
    tax_behavior: 'unspecified',
    tiers_mode: null,
    transform_quantity: null,
    type: params.child('recurring') ? 'recurring' : 'one_time',
    unit_amount: amount,
    unit_amount_decimal: Stripe.Decimal.from(amount),
  };
  world.store.prices.put(price);
  world.emit('price.created', price);
  return price;
}

function readRecurring(params: Parameters | undefined): Stripe.Price.Recurring | null {
  if (!params) return null;
  params.required('interval');
  return {
    interval: params.oneOf('interval', INTERVALS) ?? 'month',
    interval_count: params.wholeNumber('interval_count') ?? 1,
    meter: null,
    trial_period_days: null,
    usage_type: 'licensed',
  };
}

function takeLookupKey({ store }: World, lookupKey: string | null): void {
  const holder = store.prices.all().find(({ lookup_key: key }) => key === lookupKey);
  if (holder) store.prices.put({ ...holder, lookup_key: null });
}

function assertFree(prices: Stripe.Price[], lookupKey: string | null): void {
  if (lookupKey === null || !prices.some(({ lookup_key }) => lookup_key === lookupKey)) return;
  throw invalidRequest(
    `A price (${lookupKey}) already uses that lookup key.`,
    'resource_already_exists',
    'lookup_key',
  );
}

function updatePrice({ world, params, id }: ApiCall): Stripe.Price {
  const price = world.store.prices.get(id);
  const changes = given({
    active: params.flag('active'),
    nickname: params.text('nickname'),
    metadata: mergedMetadata(params, price.metadata),
  });
  return world.update(world.store.prices, price, changes, 'price.updated');
}

function listPrices(call: ApiCall): object {
  const { params } = call;
  const [active, product, keys] = [
    params.flag('active'),
    params.text('product'),
    params.texts('lookup_keys'),
  ];
  const rows = call.world.store.prices
    .all()
    .filter((row) => (active ?? row.active) === row.active)
    .filter((row) => (product ?? row.product) === row.product)
    .filter((row) => !keys || keys.includes(row.lookup_key ?? ''));
  return pageOf(call, '/v1/prices', rows);
}

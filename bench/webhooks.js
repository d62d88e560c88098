// How long Stripe waits for the 2xx: 200 events, 20 at a time, of paying customers, while the same process handles
// them. `npm run bench -- webhooks [--requests 200] [--tenants 20]`
const { randomUUID } = require('node:crypto');
const { LocalStripe } = require('@tenantry/local-stripe');
const Stripe = require('stripe');
const { quantile, send, signUp, startServer } = require('./support/bench-server');

const API_KEY = 'sk_test_of_the_bench';
const SECRET = 'whsec_of_the_bench';
const ROUTE = '/v1/webhooks/stripe';
const WIDTH = 20;

/** A business that has paid for a plan. @returns its Stripe customer */
async function subscribe(url, stripe) {
  const { session } = await signUp(url);
  const { body: plans } = await send(url, 'GET', '/v1/plans', { token: session.token });
  const planId = plans.data.find(({ slug }) => slug === 'pro').id;
  const body = { planId, successPath: '/paid', cancelPath: '/' };
  const token = session.token;
  const opened = await send(url, 'POST', '/v1/billing/checkout-sessions', { token, body });
  if (opened.status !== 201) throw new Error(`the checkout answered ${opened.status}`);
  return stripe.completeCheckout(opened.body.id, { card: 'good' }).customer;
}

/** An event that triggers a reconciliation of the customer, signed as by Stripe. */
function deliveryOf(customer) {
  const payload = JSON.stringify({
    id: `evt_${randomUUID()}`,
    object: 'event',
    type: 'customer.subscription.updated',
    created: Math.floor(Date.now() / 1000),
    data: { object: { id: 'sub_of_the_bench', object: 'subscription', customer } },
  });
  return { payload, header: Stripe.webhooks.generateTestHeaderString({ payload, secret: SECRET }) };
}

/** @returns the latency of the answer in milliseconds */
async function deliver(url, { payload, header }) {
  const headers = { 'content-type': 'application/json', 'stripe-signature': header };
  const startedAt = performance.now();
  const answer = await fetch(url + ROUTE, { method: 'POST', headers, body: payload });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`an event was answered with ${answer.status}`);
  return performance.now() - startedAt;
}

/** Keeps this many in flight. */
async function deliverAll(url, deliveries) {
  const waiting = [...deliveries];
  const times = [];
  const lane = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) times.push(await deliver(url, next));
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: WIDTH }, lane));
  return { times, seconds: (performance.now() - startedAt) / 1000 };
}

async function measure(url, stripe, { events, tenants }) {
  const customers = [];
  for (let count = 0; count < tenants; count += 1) customers.push(await subscribe(url, stripe));
  await stripe.settled();
  const some = (count) =>
    Array.from({ length: count }, (_, index) => deliveryOf(customers[index % tenants]));
  await deliverAll(url, some(WIDTH)); // warm
  const { times, seconds } = await deliverAll(url, some(events));
  return {
    ...{ events, width: WIDTH, customers: tenants, perSecond: events / seconds },
    ...{ p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99), maximumMs: Math.max(...times) },
  };
}

async function run({ requests = '200', tenants = '20' }) {
  const stripe = await LocalStripe.start({ apiKey: API_KEY, webhookSecret: SECRET, live: true });
  const server = await startServer({
    ...{ STRIPE_SECRET_KEY: API_KEY, STRIPE_WEBHOOK_SECRET: SECRET, STRIPE_API_BASE: stripe.url },
    ...{ NODE_ENV: 'development', BCRYPT_COST: '4' },
  });
  stripe.deliverTo(server.url + ROUTE);
  try {
    const size = { events: Number(requests), tenants: Number(tenants) };
    return await measure(server.url, stripe, size);
  } finally {
    await stripe.close();
    await server.stop();
  }
}

module.exports = { run };

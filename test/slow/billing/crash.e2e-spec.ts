import { LocalStripe } from '@tenantry/local-stripe';
import { API_KEY, WEBHOOK_SECRET } from '../../support/billing';
import { signUp, type Customer } from '../../support/customers';
import { ServerProcess } from '../../support/server-process';
import { createTestDatabase, type TestDatabase } from '../../support/test-database';
import { until } from '../../support/until';
import { readInbox, WEBHOOK_PATH } from '../../support/webhooks';

// The process that took an event in is killed -9 right after its 2xx: the effect is another's, and it is one.

let database: TestDatabase;
let stripe: LocalStripe;
const servers: ServerProcess[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  stripe = await LocalStripe.start({ apiKey: API_KEY, webhookSecret: WEBHOOK_SECRET, live: true });
});

afterAll(async () => {
  await stripe.close();
  await Promise.all(servers.map((server) => server.stop('SIGKILL')));
  await database.drop();
});

async function start(roles: string): Promise<ServerProcess> {
  const server = await ServerProcess.start({
    DATABASE_URL: database.url,
    ROLES: roles,
    STRIPE_SECRET_KEY: API_KEY,
    STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
    STRIPE_API_BASE: stripe.url,
  });
  servers.push(server);
  stripe.deliverTo(server.url + WEBHOOK_PATH);
  return server;
}

async function checkOut(server: ServerProcess, { token }: Customer): Promise<void> {
  const [plan] = await database.query<{ id: string }>(`SELECT id FROM plans WHERE slug = 'pro'`);
  const request = { planId: plan!.id, successPath: '/paid', cancelPath: '/' };
  const opened = await server.post('/v1/billing/checkout-sessions', token, request);
  expect(opened.status).toBe(201);
  stripe.completeCheckout((opened.body as { id: string }).id, { card: 'good' });
}

async function planOf(server: ServerProcess, { token }: Customer): Promise<string> {
  const answer = await server.get('/v1/subscription', token);
  return (answer.body as { plan: { slug: string } }).plan.slug;
}

/** How often the business began to follow Stripe. */
async function countStarts({ business }: Customer): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    `SELECT count(*)::integer AS count FROM subscriptions
     WHERE business_id = $1 AND stripe_subscription_id IS NOT NULL`,
    [business.id],
  );
  return row!.count;
}

it('kill -9 after the 2xx: the effect comes, once', async () => {
  const first = await start('web'); // it does no jobs, so that the effect surely waits
  const customer = await signUp(first);
  await checkOut(first, customer);
  await stripe.settled();
  await first.stop('SIGKILL');
  const waiting = (await readInbox(database)).filter(({ outcome }) => outcome === null);
  expect(waiting.map(({ type }) => type)).toContain('checkout.session.completed');
  expect(await countStarts(customer)).toBe(0);

  const second = await start('web,worker');
  await until('the events have had their effect', async () =>
    (await readInbox(database)).every(({ outcome }) => outcome !== null),
  );
  expect(await planOf(second, customer)).toBe('pro');
  for (const event of stripe.events) {
    const { body, header } = stripe.webhooks.sign(event);
    const headers = { 'content-type': 'application/json', 'stripe-signature': header };
    const { status } = await fetch(second.url + WEBHOOK_PATH, { method: 'POST', headers, body });
    expect(status).toBe(200);
  }
  expect(await countStarts(customer)).toBe(1);
  expect((await readInbox(database)).filter(({ outcome }) => outcome === null)).toEqual([]);
});

it('kill -9 while the effect is being made: it is made', async () => {
  const first = await start('web,worker');
  const customer = await signUp(first);
  // Stripe does not answer the read: the worker is in the middle of its job when it dies.
  stripe.failNext(
    100,
    'hang',
    ({ method, path }) => method === 'GET' && path === '/v1/subscriptions',
  );
  await checkOut(first, customer);
  await until('a read hangs', () =>
    stripe.requests.some(
      ({ path, params }) => path === '/v1/subscriptions' && Boolean(params.customer),
    ),
  );
  await stripe.settled();
  await first.stop('SIGKILL');
  stripe.stopFailing();
  expect(await countStarts(customer)).toBe(0);

  const second = await start('web,worker');
  await until('the effect is there', async () => (await planOf(second, customer)) === 'pro');
  expect(await countStarts(customer)).toBe(1);
});

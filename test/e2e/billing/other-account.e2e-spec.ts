import { LocalStripe } from '@tenantry/local-stripe';
import { examine } from '../../../src/cli/doctor/examine';
import { RequestContext } from '../../../src/common/request-context';
import { CatalogService } from '../../../src/modules/billing/catalog/catalog.service';
import {
  OtherStripeAccount,
  StripeAccountService,
} from '../../../src/modules/billing/account/stripe-account.service';
import { VerificationService } from '../../../src/modules/billing/sync/verification.service';
import { API_KEY, BillingWorld, WEBHOOK_SECRET } from '../../support/billing';
import { signUp, type Customer } from '../../support/customers';
import { expectProblem } from '../../support/problems';
import { LONG_SESSIONS } from '../../support/subscriptions';
import { testConfig } from '../../support/test-config';
import { TestApplication } from '../../support/test-application';

// Another Stripe account on the same database, as from a sandbox to live: its answers say nothing of what is here.

const JOB = RequestContext.job('test.other_account');

let world: BillingWorld;
let other: LocalStripe;

beforeEach(async () => {
  world = await BillingWorld.start(LONG_SESSIONS);
  other = await LocalStripe.start({
    ...{ apiKey: API_KEY, webhookSecret: WEBHOOK_SECRET, now: world.stripe.clock.now },
    ...{ signedBy: 'local', accountId: 'acct_other' },
  });
});

afterEach(async () => {
  await other.close();
  await world.stop();
});

/** A process on the same database, with the key of the other account. */
async function withOther(work: (server: TestApplication) => Promise<void>): Promise<void> {
  const stripe = { stripeSecretKey: API_KEY, stripeWebhookSecrets: [WEBHOOK_SECRET] };
  const changes = { ...LONG_SESSIONS, ...stripe, stripeApiBase: other.url };
  const server = await TestApplication.start(changes, world.server.database);
  try {
    await work(server);
  } finally {
    await server.app.close();
  }
}

async function checkoutAt(server: TestApplication, customer: Customer) {
  return server.post('/v1/billing/checkout-sessions', customer.token, {
    ...{ planId: await world.planId('pro'), successPath: '/paid', cancelPath: '/billing' },
  });
}

it('before the first payment, it is accepted, and its prices are recreated', async () => {
  await world.server.app.get(CatalogService).sync(JOB);
  const customer = await signUp(world.server);
  await withOther(async (server) => {
    expect(await server.app.get(CatalogService).compare(JOB)).toHaveLength(4);
    expect((await checkoutAt(server, customer)).status).toBe(201);
    expect(other.state.prices.all()).toHaveLength(1);
  });
});

it('with customers it is refused: nothing is asked of it, and nothing changes here', async () => {
  const customer = await world.subscribe();
  const before = await world.subscription(customer);
  await withOther(async (server) => {
    const account = server.app.get(StripeAccountService);
    await expect(account.refuseOther()).rejects.toThrow(OtherStripeAccount);
    await expect(account.check()).rejects.toThrow(
      'acct_other (test), but this database is linked to acct_local (test): 1 customers and 1 subscriptions',
    );
    const code = 'payment_provider_unavailable';
    expectProblem(await server.get('/v1/billing', customer.token), 503, code);
    expectProblem(await checkoutAt(server, await signUp(server)), 503, code);
    await expect(server.app.get(VerificationService).verify(JOB, true)).rejects.toMatchObject({
      code,
    });
    expect(other.requests.map(({ path }) => path)).toEqual(['/v1/account']);
  });
  expect(await world.subscription(customer)).toEqual(before);
});

it('is noticed too where the account was never written down', async () => {
  await world.subscribe();
  await world.server.database.query('DELETE FROM stripe_accounts');
  await withOther(async (server) => {
    await expect(server.app.get(StripeAccountService).check()).rejects.toThrow(OtherStripeAccount);
  });
});

it('the live mode of the same account is another one', async () => {
  await world.subscribe();
  await world.server.database.query('UPDATE stripe_accounts SET is_live = true');
  await withOther(async (server) => {
    await expect(server.app.get(StripeAccountService).check()).rejects.toThrow('acct_local (live)');
  });
});

it('is switched to by a command: followers continue on the default plan, and a checkout works', async () => {
  const customer = await world.subscribe();
  await withOther(async (server) => {
    const account = server.app.get(StripeAccountService);
    expect(await account.move(JOB)).toEqual({ customers: 1, subscriptions: 1 });
  });
  expect(await world.subscription(customer)).toMatchObject({
    ...{ status: 'active', plan: { slug: 'free' } },
    paymentProvider: 'manual',
  });
  await withOther(async (server) => {
    expect((await checkoutAt(server, customer)).status).toBe(201);
    expect((await server.get('/v1/billing', customer.token)).status).toBe(200);
  });
  expect(world.stripe.state.subscriptions.all()).toMatchObject([{ status: 'active' }]);
});

it('doctor says so', async () => {
  await world.subscribe();
  const stripe = { stripeSecretKey: API_KEY, stripeApiBase: other.url };
  const findings = await examine(testConfig(world.server.database.url, stripe));
  expect(findings.find(({ check }) => check === 'stripe account')).toMatchObject({
    status: 'fail',
    detail:
      'the key belongs to acct_other (test), but this database is linked to acct_local (test)',
  });
});

import { appendFileSync } from 'node:fs';
import type Stripe from 'stripe';
import type { Response } from 'supertest';
import type { LoggedRequest } from '@tenantry/local-stripe';
import { LocalStripe } from '@tenantry/local-stripe';
import type { Card } from '@tenantry/local-stripe';
import { RequestContext } from '../../src/common/request-context';
import { WATCHED_EVENTS } from '../../src/modules/billing/inbox/inbox.service';
import { RenewalService } from '../../src/modules/subscriptions/renewal/renewal.service';
import { clientOf } from '../../packages/local-stripe/test/fixtures';
import type { Config } from '../../src/platform/config/config';
import { signUp, type Customer } from './customers';
import { TestApplication } from './test-application';
import { TEST_DATE_OFFSET_MS } from './test-date';

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;

export const API_KEY = 'sk_test_of_the_tests';
export const WEBHOOK_SECRET = 'whsec_of_the_tests';

/** The application and a local Stripe that know each other, on one clock that only moves when it is told. */
export class BillingWorld {
  private constructor(
    readonly stripe: LocalStripe,
    readonly server: TestApplication,
  ) {}

  /** Events are delivered as they happen, those that docs/billing.md tells to ask for, and jobs are done. */
  static async start(changes: Partial<Config> = {}): Promise<BillingWorld> {
    const now = new Date(Date.now() + TEST_DATE_OFFSET_MS);
    const stripe = await LocalStripe.start({
      apiKey: API_KEY,
      webhookSecret: WEBHOOK_SECRET,
      now,
      signedBy: 'local',
      enabledEvents: WATCHED_EVENTS,
    });
    const server = await TestApplication.start({
      roles: ['worker'],
      stripeSecretKey: API_KEY,
      stripeWebhookSecrets: [WEBHOOK_SECRET],
      stripeApiBase: stripe.url,
      ...changes,
    });
    stripe.deliverTo(`${server.url}/v1/webhooks/stripe`);
    return new BillingWorld(stripe, server);
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.stripe.close();
    record(this.stripe.requests);
  }

  /** Lets time pass here and there; what Stripe does meanwhile is told and handled. */
  async pass(milliseconds: number): Promise<void> {
    this.server.clock.moveBy(milliseconds);
    this.stripe.advanceBy(milliseconds);
    await this.settle();
  }

  /**
   * Ends what is left at Stripe. After each test of a suite that lets months pass: a subscription of an earlier test
   * costs an invoice and its events every month.
   */
  async endSubscriptions(): Promise<void> {
    this.stripe.stopFailing();
    this.stripe.webhooks.mode = 'in_order';
    const { subscriptions } = clientOf(this.stripe, API_KEY);
    const isRunning = ({ status }: Stripe.Subscription) =>
      status !== 'canceled' && status !== 'incomplete_expired';
    for (const { id } of this.stripe.state.subscriptions.all().filter(isRunning))
      await subscriptions.cancel(id);
    await this.settle();
  }

  /** What the cron does every minute. */
  async renew(): Promise<void> {
    await this.server.app.get(RenewalService).renewAll(RequestContext.job('subscription.renew'));
  }

  /** When all events are delivered and have had their effect, and no job is due. */
  async settle(): Promise<void> {
    await this.stripe.settled();
    await this.server.database.query(UNTIL_HANDLED);
  }

  /** The id of a plan. */
  async planId(slug: string): Promise<string> {
    const [plan] = await this.server.database.query<{ id: string }>(
      'SELECT id FROM plans WHERE slug = $1',
      [slug],
    );
    return plan!.id;
  }

  /** A business whose owner has paid for a plan at the local Stripe. */
  async subscribe(slug = 'pro', card: Card = 'good'): Promise<Customer> {
    const customer = await signUp(this.server);
    await this.tellOnce(() => this.pay(customer, slug, card));
    return customer;
  }

  /** One of its events is delivered unless the test has said how: the application looks at all, whichever it is. */
  private async tellOnce(work: () => Promise<void>): Promise<void> {
    const { webhooks } = this.stripe;
    if (webhooks.mode !== 'in_order') return work();
    webhooks.mode = 'held';
    await work();
    webhooks.mode = 'in_order';
    const held = webhooks.takeHeld();
    webhooks.accept(held.slice(-1).map(({ event }) => event));
    await this.settle();
  }

  async openCheckout(customer: Customer, slug = 'pro'): Promise<Response> {
    return this.server.post('/v1/billing/checkout-sessions', customer.token, {
      planId: await this.planId(slug),
      successPath: '/billing?paid=1',
      cancelPath: '/billing',
    });
  }

  async pay(customer: Customer, slug = 'pro', card: Card = 'good'): Promise<void> {
    const opened = await this.openCheckout(customer, slug);
    if (opened.status !== 201) throw new Error(`checkout answered ${opened.text}`);
    await this.atOnce(() =>
      this.stripe.completeCheckout((opened.body as { id: string }).id, { card }),
    );
    await this.settle();
  }

  /** Its events come together unless the test has said how: the application looks once or twice, not at each. */
  private async atOnce(act: () => unknown): Promise<void> {
    const { webhooks } = this.stripe;
    const { mode } = webhooks;
    if (mode === 'in_order') webhooks.mode = 'at_once';
    act();
    await this.stripe.settled();
    if (mode === 'in_order') webhooks.mode = mode;
  }

  async subscription(customer: Customer): Promise<SubscriptionBody> {
    const answer = await this.server.get('/v1/subscription', customer.token);
    return answer.body as SubscriptionBody;
  }

  /** What the customer is at Stripe. */
  async stripeCustomer({ business }: Customer): Promise<string> {
    const [account] = await this.server.database.query<{ id: string }>(
      'SELECT stripe_customer_id AS id FROM billing_accounts WHERE business_id = $1',
      [business.id],
    );
    return account!.id;
  }
}

/** For `scripts/stripe-mock.js`: what was asked of Stripe, a line each. */
function record(requests: readonly LoggedRequest[]): void {
  const file = process.env.STRIPE_REQUESTS_FILE;
  if (!file) return;
  const lines = requests.map(({ method, path, params }) =>
    JSON.stringify({ method, path, params }),
  );
  appendFileSync(file, lines.map((line) => `${line}\n`).join(''));
}

export interface SubscriptionBody {
  id: string;
  status: string;
  plan: { slug: string; price: { amount: number } };
  scheduledPlan: { slug: string } | null;
  currentPeriod: { ordinal: number; start: string; end: string };
  autoRenew: boolean;
  cancelAtPeriodEnd: boolean;
  trialEndsAt: string | null;
  usage: { recordings: { used: number } };
}

/** PostgreSQL itself asks, which costs less than as many queries from here. */
const UNTIL_HANDLED = `DO $$
BEGIN
  FOR tries IN 1..6000 LOOP
    IF NOT EXISTS (SELECT FROM webhook_inbox WHERE handled_at IS NULL)
      AND NOT EXISTS (SELECT FROM graphile_worker._private_jobs WHERE run_at <= clock_timestamp())
    THEN RETURN;
    END IF;
    PERFORM pg_sleep(0.005);
  END LOOP;
  RAISE 'waited 30 s in vain until all events are handled';
END $$`;

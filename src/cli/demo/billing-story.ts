import { randomBytes } from 'node:crypto';
import type { CheckoutSessionResponse, InvoicePage } from '../../modules/billing/dto/billing';
import type { LoginResponse } from '../../modules/accounts/dto/account.responses';
import type { SignupResponse } from '../../modules/onboarding/dto/signup';
import type { PlanResponse } from '../../modules/plans/dto/plan.response';
import type { PlanChangeResponse } from '../../modules/subscriptions/dto/plan-change';
import type { SubscriptionResponse } from '../../modules/subscriptions/dto/subscription.response';
import type { LocalStripe } from '@tenantry/local-stripe';
import type { ApiClient } from './api-client';
import type { Stage } from './stage';
import { day } from '../support/output';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What happens outside the API. */
export interface BillingStage {
  /** Resolves when every Stripe event has been handled. */
  settle(): Promise<void>;
  /** Moves time, here and at Stripe, and runs the cron work that falls due. */
  letPass(milliseconds: number): Promise<void>;
}

/** Sign-up, checkout, renewal, a failing card, dunning, recovery, the end: narrated step by step. */
export class BillingStory {
  private token = '';
  private credentials = { email: '', password: '' };

  constructor(
    private readonly api: ApiClient,
    private readonly stage: Stage,
    private readonly stripe: LocalStripe,
    private readonly behind: BillingStage,
  ) {}

  async play(): Promise<void> {
    await this.signUp();
    await this.checkOut();
    await this.previewUpgrade();
    await this.renew();
    await this.missPayment();
    await this.recover();
    await this.loseGrace();
    await this.comeBackAndCancel();
  }

  private async signUp(): Promise<void> {
    await this.stage.act('A business signs up');
    const email = `ada-${randomBytes(4).toString('hex')}@example.com`;
    this.credentials = { email, password: randomBytes(12).toString('base64url') };
    const { body: signedUp } = await this.api.send<SignupResponse>('POST', '/v1/auth/signup', {
      body: { businessName: 'Acme', fullName: 'Ada Lovelace', ...this.credentials },
      expect: 201,
    });
    this.token = signedUp.session.token;
    await this.show();
  }

  private async checkOut(): Promise<void> {
    await this.stage.act('Its owner pays for a plan');
    const { id: planId } = await this.plan('pro');
    const paths = { successPath: '/billing?paid=1', cancelPath: '/billing' };
    const page = await this.post<CheckoutSessionResponse>('/v1/billing/checkout-sessions', 201, {
      planId,
      ...paths,
    });
    await this.stage.say(`The page is Stripe's: ${page.url}`);
    this.stripe.completeCheckout(page.id, { card: 'good' });
    await this.behind.settle();
    await this.show();
  }

  private async previewUpgrade(): Promise<void> {
    await this.stage.act('What would the yearly plan cost, ten days later?');
    await this.letPass(10 * DAY_MS);
    const { id: planId } = await this.plan('pro-yearly');
    const preview = await this.post<PlanChangeResponse>('/v1/subscription/preview-change', 200, {
      planId,
      when: 'now',
    });
    const { credit, charge, due } = preview.proration;
    await this.stage.say(
      `credit ${money(credit)}, charge ${money(charge)}, due ${money(due)}: Stripe's own preview of the charge.`,
    );
  }

  private async renew(): Promise<void> {
    await this.stage.act('The month ends: Stripe renews the subscription');
    await this.letPass(22 * DAY_MS);
    await this.show();
    const invoices = await this.get<InvoicePage>('/v1/billing/invoices');
    for (const { number, total, status } of invoices.data)
      await this.stage.say(`invoice ${number ?? ''}: ${money(total)}, ${status}`);
  }

  private async missPayment(): Promise<void> {
    await this.stage.act('The card fails');
    this.stripe.setCard(this.customerId(), 'declined');
    await this.letPass(31 * DAY_MS);
    const { graceEndsAt } = await this.show();
    await this.stage.say(
      `The service goes on until ${day(graceEndsAt!)}, and the owners got a mail.`,
    );
  }

  private async recover(): Promise<void> {
    await this.stage.act('Another card: the subscription recovers at once');
    this.stripe.setCard(this.customerId(), 'good');
    this.stripe.payOpenInvoice(this.customerId());
    await this.behind.settle();
    await this.show();
  }

  private async loseGrace(): Promise<void> {
    await this.stage.act('Next month the card fails again, and is not replaced');
    this.stripe.setCard(this.customerId(), 'declined');
    await this.letPass(31 * DAY_MS);
    await this.show();
    await this.letPass(8 * DAY_MS);
    await this.stage.say('The grace is over.');
    await this.show();
  }

  private async comeBackAndCancel(): Promise<void> {
    await this.stage.act('The invoice is paid late; then the owner cancels');
    this.stripe.setCard(this.customerId(), 'good');
    this.stripe.payOpenInvoice(this.customerId());
    await this.behind.settle();
    await this.show();
    await this.post('/v1/subscription/cancel', 200, { when: 'period_end' });
    await this.letPass(31 * DAY_MS);
    await this.show();
    await this.stage.say(
      `${this.stripe.events.length} events came from Stripe, and each had its effect once.`,
    );
  }

  /** The session has expired by then. */
  private async letPass(milliseconds: number): Promise<void> {
    await this.behind.letPass(milliseconds);
    const body = this.credentials;
    const options = { body, expect: 200, isSilent: true };
    const answer = await this.api.send<LoginResponse>('POST', '/v1/auth/login', options);
    this.token = answer.body.session.token;
  }

  private async show(): Promise<SubscriptionResponse> {
    const subscription = await this.get<SubscriptionResponse>('/v1/subscription', true);
    const { plan, status, currentPeriod, cancelAtPeriodEnd } = subscription;
    const until = `period ${currentPeriod.ordinal}, until ${day(currentPeriod.end)}`;
    const end = cancelAtPeriodEnd && status === 'active' ? ', then it ends' : '';
    await this.stage.say(`${this.stage.strong(plan.name)} is ${status}: ${until}${end}`);
    return subscription;
  }

  private async plan(slug: string): Promise<PlanResponse> {
    const { data } = await this.get<{ data: PlanResponse[] }>('/v1/plans', true);
    return data.find((plan) => plan.slug === slug)!; // a new installation has them
  }

  private customerId(): string {
    const customers = this.stripe.state.customers.all();
    return customers[0]!.id; // there is one: this Stripe is the demo's own
  }

  private async get<Body>(path: string, isSilent = false): Promise<Body> {
    const options = { token: this.token, expect: 200, isSilent };
    return (await this.api.send<Body>('GET', path, options)).body;
  }

  private async post<Body>(path: string, expect: number, body: object): Promise<Body> {
    return (await this.api.send<Body>('POST', path, { token: this.token, body, expect })).body;
  }
}

function money({ amount, currency }: { amount: number; currency: string }): string {
  return `${(amount / 100).toFixed(2)} ${currency}`;
}

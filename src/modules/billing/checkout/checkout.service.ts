import { Inject, Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import { hoursAfter } from '../../../common/clock';
import { DomainError } from '../../../common/problem';
import type { RequestContext } from '../../../common/request-context';
import { CONFIG, type Config } from '../../../platform/config/config';
import { violatedConstraint } from '../../../platform/database/database-errors';
import { Database } from '../../../platform/database/database';
import type { Transaction } from '../../../platform/database/transaction';
import { StripeApi } from '../../../platform/stripe/stripe-api';
import { paymentProviderRefused } from '../../../platform/stripe/stripe.errors';
import type { PlanWithTerms } from '../../plans/plan.entity';
import { planNotFound } from '../../plans/plans.errors';
import { PlansService } from '../../plans/plans.service';
import {
  assertRoom,
  ChangesService,
  decideChange,
  isProviderManaged,
  type ChangeState,
} from '../../subscriptions/changes/changes.service';
import {
  billingBusy,
  invalidState,
  paymentRequired,
} from '../../subscriptions/subscriptions.errors';
import { SubscriptionsRepository } from '../../subscriptions/subscriptions.repository';
import { subscriptionExists } from '../billing.errors';
import { CatalogService } from '../catalog/catalog.service';
import {
  CheckoutsRepository,
  type Checkout,
  type CheckoutRequest,
} from '../records/checkouts.repository';
import { BillingAccountsRepository } from '../records/billing-accounts.repository';
import type { StripePrice } from '../records/prices.repository';
import { CustomersService, hourOf } from './customers.service';
import type { CreateCheckoutRequest } from '../dto/billing';
import { assertRenews } from '../stripe/stripe-calls';
import { DuplicateSubscriptionsService } from '../sync/duplicate-subscriptions.service';
import { SyncService, UnknownStripePrice } from '../sync/sync.service';
import { idOf, readAll, toSeconds, UnknownAtStripe } from '../stripe/stripe-snapshot';

/** Shorter than the 24 hours for which Stripe keeps the idempotency key of the call. */
const OPEN_FOR_HOURS = 12;

/** Everything that a checkout is decided on. */
interface CheckoutState extends ChangeState {
  /** At Stripe, unless it was deleted there. */
  customerId: string | null;
  /** The open page. */
  page: Checkout | null;
  /** The stored prices of the plan. */
  prices: StripePrice[];
}

/** Checkout pages at Stripe. At most one is open per business: two could both be paid. */
@Injectable()
export class CheckoutService {
  constructor(
    private readonly database: Database,
    private readonly stripe: StripeApi,
    private readonly checkouts: CheckoutsRepository,
    private readonly accounts: BillingAccountsRepository,
    private readonly customers: CustomersService,
    private readonly catalog: CatalogService,
    private readonly sync: SyncService,
    private readonly duplicates: DuplicateSubscriptionsService,
    private readonly plans: PlansService,
    private readonly subscriptions: SubscriptionsRepository,
    private readonly changes: ChangesService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * The page for a plan. A second request gets the first page; another plan closes the previous page.
   * @throws 402 payment_required without payments, 404 plan_not_found, 409 subscription_exists, usage_exceeds_plan,
   * invalid_state, billing_busy, 503 payment_provider_unavailable
   */
  async open(
    context: RequestContext,
    asked: CreateCheckoutRequest,
  ): Promise<{ id: string; url: string }> {
    if (!this.stripe.isConfigured) throw paymentRequired();
    // 1. Load the state once.
    const state = await this.load(context, asked.planId);
    // 2. Decide. 3. Check.
    const plan = getPayable(state);
    assertRoom(decideChange(state, 'now'));
    // 4. Ask Stripe, after writing the row of the page.
    const stripeCustomerId = state.customerId ?? (await this.customers.ensure(context));
    const request = toRequest(plan, state, asked, stripeCustomerId);
    const page =
      (await this.reuse(context, state, request)) ??
      (await this.create(context, plan, state, request));
    // 5. Answer. A page that was paid or closed meanwhile has no address: a retry finds what became of it.
    if (!page.url) throw billingBusy({ headers: { 'Retry-After': '1' } });
    return { id: page.id, url: page.url };
  }

  private load(context: RequestContext, planId: string): Promise<CheckoutState> {
    return this.database.transaction(context, async (tx) => {
      const account = await this.accounts.find(tx);
      return {
        ...(await this.changes.load(tx, planId)),
        customerId: account && !account.deletedAt ? account.stripeCustomerId : null,
        page: await this.checkouts.findOpen(tx),
        prices: await this.catalog.listKnown(tx, planId),
      };
    });
  }

  /** The open page, if it is the same; any other is closed first. */
  private async reuse(
    context: RequestContext,
    { page: open, now }: CheckoutState,
    request: CheckoutRequest,
  ): Promise<Stripe.Checkout.Session | null> {
    if (!open) return null;
    let page = await this.find(context, open, now);
    if (page?.status === 'open' && isSame(open, request)) return page;
    if (page?.status === 'open') page = await this.expire(page.id);
    if (page?.status !== 'expired') await this.refusePaid(context, open, page);
    await this.database.transaction(context, (tx) => this.checkouts.close(tx, open.id));
    return null;
  }

  private async create(
    context: RequestContext,
    plan: PlanWithTerms,
    state: CheckoutState,
    request: CheckoutRequest,
  ): Promise<Stripe.Checkout.Session> {
    const price = await this.catalog.findOrMakePrice(plan, state.prices);
    const checkout = await this.database
      .transaction(context, (tx) => this.insert(tx, request, price))
      .catch((error: unknown) => {
        if (violatedConstraint(error) !== 'uq_checkout_sessions_open') throw error;
        return this.joinOther(context, request);
      });
    return this.fetch(context, checkout, price.id, state.now).catch(async (error: unknown) => {
      if (!isRefusal(error)) throw error;
      await this.forget(context, checkout);
      const { priceCurrency } = plan.terms;
      if (!(await this.duplicates.endOtherCurrencies(context, priceCurrency))) throw error;
      return this.create(context, plan, state, request);
    });
  }

  /** A payment may have arrived since the state was loaded. @throws 409 subscription_exists */
  private async insert(
    tx: Transaction,
    request: CheckoutRequest,
    price: StripePrice,
  ): Promise<Checkout> {
    await this.accounts.lock(tx);
    if (isProviderManaged(await this.subscriptions.getCurrent(tx))) throw subscriptionExists();
    await this.catalog.putPrice(tx, price);
    return this.checkouts.insert(tx, request);
  }

  /** Stripe will not create the page. Checks whether its customer was deleted there. */
  private async forget(context: RequestContext, { id, stripeCustomerId }: Checkout): Promise<void> {
    await this.follow(context, stripeCustomerId);
    await this.database.transaction(context, (tx) => this.checkouts.close(tx, id));
  }

  /** Unknown state at Stripe is not the owner's error: staff see it with its events. */
  private async follow(context: RequestContext, customerId: string): Promise<void> {
    try {
      await this.sync.sync(context, { customerId });
    } catch (error) {
      if (!(error instanceof UnknownStripePrice || error instanceof UnknownAtStripe)) throw error;
    }
  }

  /** Lost the race on uq_checkout_sessions_open: reuse the winner's page, if it is the same. */
  private async joinOther(context: RequestContext, request: CheckoutRequest): Promise<Checkout> {
    const open = await this.database.transaction(context, (tx) => this.checkouts.findOpen(tx));
    if (open && isSame(open, request)) return open;
    throw billingBusy({ headers: { 'Retry-After': '1' } });
  }

  /** The current page of a row. @returns null where Stripe never created it, and will not any more */
  private async find(
    context: RequestContext,
    checkout: Checkout,
    now: Date,
  ): Promise<Stripe.Checkout.Session | null> {
    const id = checkout.stripeSessionId ?? (await this.makeAgain(context, checkout, now))?.id;
    return id ? this.retrieve(id) : null;
  }

  private async makeAgain(
    context: RequestContext,
    checkout: Checkout,
    now: Date,
  ): Promise<Stripe.Checkout.Session | null> {
    const plan = await this.database.transaction(context, (tx) =>
      this.plans.getVersion(tx, checkout.planId, checkout.planVersion),
    );
    try {
      const priceId = await this.catalog.ensurePrice(context, plan);
      return await this.fetch(context, checkout, priceId, now);
    } catch (error) {
      if (isRefusal(error)) return null; // requested too long ago, or for a deleted customer
      throw error;
    }
  }

  private retrieve(id: string): Promise<Stripe.Checkout.Session> {
    return this.stripe.call((stripe) => stripe.checkout.sessions.retrieve(id));
  }

  /** The page of a row. If its id was never written, the call is repeated and returns the same page. */
  private async fetch(
    context: RequestContext,
    checkout: Checkout,
    priceId: string,
    now: Date,
  ): Promise<Stripe.Checkout.Session> {
    const { id, stripeSessionId } = checkout;
    if (stripeSessionId) return this.retrieve(stripeSessionId);
    const parameters = this.parametersOf(context, checkout, priceId);
    // A new key each hour: a page whose URL was never returned may be created twice.
    const idempotencyKey = `tenantry_checkout_${id}_${hourOf(now)}`;
    const page = await this.stripe.call((stripe) =>
      stripe.checkout.sessions.create(parameters, { idempotencyKey }),
    );
    await this.database.transaction(context, (tx) => this.checkouts.setSession(tx, id, page.id));
    return page;
  }

  private parametersOf(
    context: RequestContext,
    checkout: Checkout,
    price: string,
  ): Stripe.Checkout.SessionCreateParams {
    const { planId, stripeCustomerId: customer, trialDays } = checkout;
    const metadata = { business_id: context.requireBusinessId(), plan_id: planId };
    return {
      mode: 'subscription',
      customer,
      line_items: [{ price, quantity: 1 }],
      success_url: `${this.config.appUrl}${checkout.successPath}`,
      cancel_url: `${this.config.appUrl}${checkout.cancelPath}`,
      client_reference_id: context.requireBusinessId(),
      expires_at: toSeconds(hoursAfter(checkout.createdAt, OPEN_FOR_HOURS)),
      metadata,
      subscription_data: { metadata, ...(trialDays > 0 ? { trial_period_days: trialDays } : {}) },
    };
  }

  /** It may be paid at this moment: then Stripe refuses. @returns the page afterwards */
  private async expire(id: string): Promise<Stripe.Checkout.Session> {
    return this.stripe
      .call((stripe) => stripe.checkout.sessions.expire(id))
      .catch(async (error: unknown) => {
        const page = await this.retrieve(id);
        if (page.status === 'open') throw error;
        return page;
      });
  }

  /**
   * Paid, but not yet reconciled: reconciles now, so that the next read shows it.
   * @throws 409 subscription_exists, unless the purchase has ended since
   */
  private async refusePaid(
    context: RequestContext,
    { stripeCustomerId }: Checkout,
    page: Stripe.Checkout.Session | null,
  ): Promise<void> {
    await this.follow(context, stripeCustomerId);
    const isPaid = await this.database.transaction(context, async (tx) =>
      isProviderManaged(await this.subscriptions.getCurrent(tx)),
    );
    if (isPaid || (await this.isRunning(page))) throw subscriptionExists();
  }

  private async isRunning(page: Stripe.Checkout.Session | null): Promise<boolean> {
    const id = page?.subscription && idOf(page.subscription);
    if (!id) return false;
    const bought = await this.stripe.find((stripe) => stripe.subscriptions.retrieve(id));
    return bought !== null && readAll([bought]).snapshots[0]?.state !== 'ended';
  }
}

/**
 * Checks that the plan is listed and priced, and that the business pays for none yet.
 * @throws 404 plan_not_found, 409 invalid_state, subscription_exists
 */
function getPayable({ target: plan, subscription }: CheckoutState): PlanWithTerms {
  if (!plan?.isPublic || plan.archivedAt) throw planNotFound();
  if (plan.terms.priceAmount === 0)
    throw invalidState('The plan is free: change to it with POST /v1/subscription/change.');
  assertRenews(plan);
  if (isProviderManaged(subscription)) throw subscriptionExists();
  return plan;
}

/** A business has one trial. */
function toRequest(
  { id: planId, terms, trialDays }: PlanWithTerms,
  { hadTrial }: CheckoutState,
  { successPath, cancelPath }: CreateCheckoutRequest,
  stripeCustomerId: string,
): CheckoutRequest {
  return {
    planId,
    planVersion: terms.version,
    successPath,
    cancelPath,
    trialDays: hadTrial ? 0 : trialDays,
    stripeCustomerId,
  };
}

function isRefusal(error: unknown): boolean {
  return error instanceof DomainError && error.definition === paymentProviderRefused.definition;
}

function isSame(open: Checkout, request: CheckoutRequest): boolean {
  return (Object.keys(request) as (keyof CheckoutRequest)[]).every(
    (name) => open[name] === request[name],
  );
}

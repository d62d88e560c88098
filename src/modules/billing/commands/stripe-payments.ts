import { Injectable, type OnModuleInit } from '@nestjs/common';
import type Stripe from 'stripe';
import type { RequestContext } from '../../../common/request-context';
import { Database } from '../../../platform/database/database';
import type { Transaction } from '../../../platform/database/transaction';
import { StripeApi } from '../../../platform/stripe/stripe-api';
import { paymentProviderUnavailable } from '../../../platform/stripe/stripe.errors';
import type { PlanWithTerms } from '../../plans/plan.entity';
import {
  assertRoom,
  ChangesService,
  decideChange,
  isProviderManaged,
  type ChangeState,
} from '../../subscriptions/changes/changes.service';
import {
  Payments,
  type ChangeQuestion,
  type Completion,
  type PaymentProvider,
  type SubscriptionCommand,
} from '../../subscriptions/changes/payments';
import type { PlanChange } from '../../subscriptions/decisions/plan-change';
import type { Proration } from '../../subscriptions/decisions/proration';
import { RenewalService } from '../../subscriptions/renewal/renewal.service';
import type { Subscription } from '../../subscriptions/subscription.entity';
import { invalidState, stripeSubscriptionExists } from '../../subscriptions/subscriptions.errors';
import { SubscriptionsRepository } from '../../subscriptions/subscriptions.repository';
import { SubscriptionsService } from '../../subscriptions/subscriptions.service';
import { CatalogService } from '../catalog/catalog.service';
import {
  BillingAccountsRepository,
  type BillingAccount,
  type SyncRound,
} from '../records/billing-accounts.repository';
import type { StripePrice } from '../records/prices.repository';
import {
  StripeCommandsRepository,
  type StripeCommand,
} from '../records/stripe-commands.repository';
import { callsOf, callsOfChange, type StripeCall } from '../stripe/stripe-calls';
import { fromUnixSeconds, type StripeSnapshot } from '../stripe/stripe-snapshot';
import { DuplicateSubscriptionsService } from '../sync/duplicate-subscriptions.service';
import { isFollowing } from '../sync/reconcile';
import { SyncService } from '../sync/sync.service';
import { StripeCommandsService } from './stripe-commands.service';

/** How long a change costs what its preview showed. */
const PREVIEW_HOLDS_MS = 15 * 60_000;
const REASON = 'Stripe knows customers, not tenants';

type ChangeCommand = Extract<SubscriptionCommand, { kind: 'change' }>;
type OtherCommand = Exclude<SubscriptionCommand, ChangeCommand>;

/** A subscription whose periods Stripe sets, and the round that reads it. */
interface Followed {
  subscription: Subscription;
  round: SyncRound;
  /** The command in flight. */
  pending: StripeCommand | null;
  now: Date;
}

/** What a change is decided on: the reconciled subscription, and the snapshot. */
interface Current {
  state: ChangeState;
  snapshot: StripeSnapshot;
  /** The plan that Stripe charges: not one assigned beside it. */
  charged: PlanWithTerms;
  /** The stored prices of the requested plan. */
  prices: StripePrice[];
}

/**
 * Commands about a subscription whose periods Stripe sets. Each is decided on a fresh snapshot, written as a Stripe
 * command, made there, and then reconciled here.
 */
@Injectable()
export class StripePayments implements PaymentProvider, OnModuleInit {
  constructor(
    private readonly payments: Payments,
    private readonly database: Database,
    private readonly stripe: StripeApi,
    private readonly sync: SyncService,
    private readonly catalog: CatalogService,
    private readonly accounts: BillingAccountsRepository,
    private readonly pendingCommands: StripeCommandsRepository,
    private readonly commands: StripeCommandsService,
    private readonly duplicates: DuplicateSubscriptionsService,
    private readonly changes: ChangesService,
    private readonly renewal: RenewalService,
    private readonly subscriptions: SubscriptionsService,
    private readonly repository: SubscriptionsRepository,
  ) {}

  onModuleInit(): void {
    if (this.stripe.isConfigured) this.payments.provider = this;
  }

  /** Five transactions, none of them open while Stripe is asked; the last one is the caller's. */
  async prepare(context: RequestContext, command: SubscriptionCommand): Promise<Completion | null> {
    // 1. Load the state once.
    const { followed, hasCustomer } = await this.load(context);
    if (!followed) return hasCustomer ? this.endDuplicatesAfter(command) : null;
    if (isBeside(command)) return null;
    if (followed.pending) return this.join(context, followed, followed.pending, command);
    // 2. Decide on the current snapshot, 3. check, and write the command: a crash leaves nothing half done.
    const stripeCommand =
      command.kind === 'change'
        ? await this.writeDownChange(context, followed, command)
        : await this.writeDown(context, followed, command);
    if (!stripeCommand) return (tx) => this.subscriptions.getCurrent(tx); // nothing to do
    // 4. Ask Stripe.
    const seen = await this.commands.perform(context, stripeCommand);
    // 5. Write what Stripe says now. 6. Answer.
    return (tx) => this.commands.finish(tx, stripeCommand, seen);
  }

  /** The first three steps of a change, and Stripe's preview of the charge. */
  async preview(context: RequestContext, asked: ChangeQuestion): Promise<PlanChange | null> {
    // 1. Load the state once.
    const { followed } = await this.load(context);
    if (!followed) return null;
    const current = await this.bringUpToDate(context, followed, (tx, snapshot) =>
      this.read(tx, asked.planId, snapshot),
    );
    // 2. Decide. 3. Check, except limits: those are part of the answer.
    const change = decideChange(current.state, asked.when);
    const price = await this.makePrice(current, change);
    assertFollowing(current.state.subscription, current.snapshot);
    const calls = callsOfChange({
      ...current,
      subscription: current.state.subscription,
      plan: current.charged,
      change,
      priceId: price?.id ?? null,
      prorationDate: laterOf(change.effectiveAt, current.snapshot.period.start),
    });
    // 4. Ask Stripe. 5. Answer.
    return { ...change, proration: await this.prorate(context, change, current.snapshot, calls) };
  }

  /** The renewed subscription and the command in flight: the renewal is kept even where the command fails. */
  private async load(
    context: RequestContext,
  ): Promise<{ followed: Followed | null; hasCustomer: boolean }> {
    const { renewed, round, ...loaded } = await this.database.platform(
      context,
      REASON,
      async (tx) => ({
        round: await this.accounts.beginOwnRound(tx), // lock order: accounts, then subscriptions
        renewed: await this.renewal.renew(tx),
        subscription: await this.repository.getCurrent(tx),
        pending: await this.pendingCommands.findPending(tx),
        now: tx.now,
      }),
    );
    this.renewal.conclude(renewed);
    const isFollowed = round && isProviderManaged(loaded.subscription);
    return { followed: isFollowed ? { ...loaded, round } : null, hasCustomer: round !== null };
  }

  /** Out of grace, the subscription that Stripe still tries to charge ends with this decision of the owner or staff. */
  private endDuplicatesAfter(command: SubscriptionCommand): Completion | null {
    if (command.kind !== 'cancel' && command.kind !== 'assign') return null;
    return async (tx) => {
      const view = await this.changes.complete(tx, command);
      await this.duplicates.enqueue(tx, true);
      return view;
    };
  }

  /**
   * A second click joins the first; after another command has settled, this one starts over. @throws 409 billing_busy
   */
  private async join(
    context: RequestContext,
    { now }: Followed,
    pending: StripeCommand,
    command: SubscriptionCommand,
  ): Promise<Completion | null> {
    if (!(await this.commands.isJoined(context, { pending, now }, command)))
      return this.prepare(context, command);
    const seen = await this.commands.perform(context, pending);
    return (tx) => this.commands.finish(tx, pending, seen);
  }

  /** Reads Stripe and reconciles, also where the command fails later; then `read`s what it is decided on. */
  private async bringUpToDate<T>(
    context: RequestContext,
    { round, subscription }: Followed,
    read: (tx: Transaction, snapshot: StripeSnapshot) => Promise<T>,
  ): Promise<T> {
    const seen = await this.sync.ask(context, round);
    const snapshot = seen.snapshots.find(({ id }) => id === subscription.stripeSubscriptionId);
    const current = await this.database.platform(context, REASON, async (tx) => {
      await this.commands.applyKnown(tx, seen);
      return snapshot ? read(tx, snapshot) : null;
    });
    if (!current) throw paymentProviderUnavailable({ headers: { 'Retry-After': '5' } });
    return current;
  }

  private async read(tx: Transaction, planId: string, snapshot: StripeSnapshot): Promise<Current> {
    const state = await this.changes.load(tx, planId);
    const { planAssigned } = state.subscription;
    const charged = planAssigned ? await this.sync.getPaid(tx, snapshot) : state.plan;
    return { state, snapshot, charged, prices: await this.catalog.listKnown(tx, planId) };
  }

  /** @returns null where no call is needed */
  private async writeDownChange(
    context: RequestContext,
    followed: Followed,
    command: ChangeCommand,
  ): Promise<StripeCommand | null> {
    const current = await this.bringUpToDate(context, followed, (tx, snapshot) =>
      this.read(tx, command.planId, snapshot),
    );
    const { snapshot, charged: plan } = current;
    const change = decideChange(current.state, command.when);
    assertRoom(change);
    const price = await this.makePrice(current, change);
    return this.database.platform(context, REASON, async (tx) => {
      const { account, subscription } = await this.lockFollowing(tx, snapshot);
      if (price) await this.catalog.putPrice(tx, price);
      const priceId = price?.id ?? null;
      const prorationDate = prorationDateOf(account, change, snapshot, tx.now);
      const setup = { subscription, plan, snapshot, change, priceId, prorationDate };
      return this.commands.begin(tx, command, callsOfChange(setup), snapshot);
    });
  }

  /** The same for all other commands, which need no price. */
  private async writeDown(
    context: RequestContext,
    followed: Followed,
    command: OtherCommand,
  ): Promise<StripeCommand | null> {
    const snapshot = await this.bringUpToDate(context, followed, (_, found) =>
      Promise.resolve(found),
    );
    return this.database.platform(context, REASON, async (tx) => {
      const { subscription } = await this.lockFollowing(tx, snapshot);
      if (command.kind === 'assign') await this.changes.getAssignable(tx, command.planId);
      const calls = callsOf(command, subscription, snapshot, tx.now);
      return this.commands.begin(tx, command, calls, snapshot);
    });
  }

  /** @returns null for a plan that is free */
  private async makePrice({ prices }: Current, { plan }: PlanChange): Promise<StripePrice | null> {
    return plan.terms.priceAmount > 0 ? this.catalog.findOrMakePrice(plan, prices) : null;
  }

  private async lockFollowing(
    tx: Transaction,
    snapshot: StripeSnapshot,
  ): Promise<{ account: BillingAccount; subscription: Subscription }> {
    const account = await this.accounts.lock(tx);
    const subscription = await this.repository.lockCurrent(tx);
    assertFollowing(subscription, snapshot);
    return { account, subscription };
  }

  /** Stripe's preview of the very call that the change would make. */
  private async prorate(
    context: RequestContext,
    { plan, proration }: PlanChange,
    snapshot: StripeSnapshot,
    calls: StripeCall[],
  ): Promise<Proration> {
    const { items, proration_date } = chargedNow(calls) ?? {};
    if (!items || !proration_date || snapshot.isOnTrial)
      return { ...proration, credit: 0, charge: 0, due: 0 };
    const { lines, currency } = await this.stripe.call((stripe) =>
      stripe.invoices.createPreview({
        subscription: snapshot.id,
        subscription_details: { items, proration_behavior: 'always_invoice', proration_date },
      }),
    );
    await this.database.transaction(context, (tx) =>
      this.accounts.rememberPreview(tx, plan.id, fromUnixSeconds(proration_date)),
    );
    return { ...sumOf(lines.data.map(({ amount }) => amount)), currency };
  }
}

/**
 * Staff assign a plan while Stripe charges another: only the local plan changes. @throws 409 stripe_subscription_exists
 */
function isBeside(command: SubscriptionCommand): boolean {
  if (command.kind !== 'assign') return false;
  if (!command.stripe) throw stripeSubscriptionExists();
  return command.stripe === 'keep';
}

/** @throws 409 invalid_state */
function assertFollowing(subscription: Subscription, snapshot: StripeSnapshot): void {
  if (!isFollowing(subscription, snapshot))
    throw invalidState('It has just ended or changed. Read the subscription again.');
}

/** The moment from which the rest of the period is counted: that of the preview, while it is valid. */
function prorationDateOf(
  { previewedAt, previewedPlanId }: BillingAccount,
  { plan, effectiveAt }: PlanChange,
  { period }: StripeSnapshot,
  now: Date,
): Date {
  const holds =
    previewedAt !== null &&
    previewedPlanId === plan.id &&
    previewedAt >= period.start &&
    now.getTime() - previewedAt.getTime() < PREVIEW_HOLDS_MS;
  return holds ? previewedAt : laterOf(effectiveAt, period.start);
}

/** The call that Stripe charges at once. */
function chargedNow(calls: StripeCall[]): Stripe.SubscriptionUpdateParams | undefined {
  return calls
    .flatMap((call) => (call.call === 'update' ? [call.parameters] : []))
    .find(({ proration_behavior: behavior }) => behavior === 'always_invoice');
}

function laterOf(one: Date, other: Date): Date {
  return one > other ? one : other;
}

/** As on Stripe's lines: a credit is negative. */
function sumOf(amounts: number[]): Pick<Proration, 'credit' | 'charge' | 'due'> {
  const sum = (some: number[]): number => some.reduce((total, amount) => total + amount, 0);
  const credit = sum(amounts.filter((amount) => amount < 0));
  const charge = sum(amounts.filter((amount) => amount > 0));
  return { credit, charge, due: credit + charge };
}

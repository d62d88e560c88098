import { Injectable, type OnModuleInit } from '@nestjs/common';
import type Stripe from 'stripe';
import type { RequestContext } from '../../../common/request-context';
import { Database } from '../../../platform/database/database';
import type { Transaction } from '../../../platform/database/transaction';
import { StripeApi } from '../../../platform/stripe/stripe-api';
import { paymentProviderUnavailable } from '../../../platform/stripe/stripe.errors';
import type { PlanWithTerms } from '../../plans/plan.entity';
import { PlansRepository } from '../../plans/plans.repository';
import {
  assertRoom,
  ChangesService,
  isProviderManaged,
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
import type { Subscription } from '../../subscriptions/subscription.entity';
import {
  currencyMismatch,
  invalidState,
  stripeSubscriptionExists,
} from '../../subscriptions/subscriptions.errors';
import { SubscriptionsRepository } from '../../subscriptions/subscriptions.repository';
import { SubscriptionsService } from '../../subscriptions/subscriptions.service';
import { BillingAccountsRepository } from '../records/billing-accounts.repository';
import { CatalogService } from '../catalog/catalog.service';
import { isFollowing } from '../sync/reconcile';
import { DuplicateSubscriptionsService } from '../sync/duplicate-subscriptions.service';
import type { StripeCommand } from '../records/stripe-commands.repository';
import { StripeCommandsService } from './stripe-commands.service';
import { callsOf, callsOfChange, type StripeCall } from '../stripe/stripe-calls';
import { SyncService } from '../sync/sync.service';
import { fromUnixSeconds, type StripeSnapshot } from '../stripe/stripe-snapshot';

/** For so long a change costs what its preview said. */
const PREVIEW_HOLDS_MS = 15 * 60_000;
const REASON = 'Stripe knows customers, not tenants';

interface DatedChange {
  change: PlanChange;
  snapshot: StripeSnapshot;
  /** The moment that what is left of the period is counted from. */
  dateOf: (tx: Transaction) => Promise<Date>;
}

/** Does at Stripe what is asked of a subscription that follows it: decided on a fresh look, made by an stripeCommand. */
@Injectable()
export class StripePayments implements PaymentProvider, OnModuleInit {
  constructor(
    private readonly payments: Payments,
    private readonly database: Database,
    private readonly stripe: StripeApi,
    private readonly sync: SyncService,
    private readonly catalog: CatalogService,
    private readonly accounts: BillingAccountsRepository,
    private readonly operations: StripeCommandsService,
    private readonly duplicates: DuplicateSubscriptionsService,
    private readonly plans: PlansRepository,
    private readonly changes: ChangesService,
    private readonly subscriptions: SubscriptionsService,
    private readonly repository: SubscriptionsRepository,
  ) {}

  onModuleInit(): void {
    if (this.stripe.isConfigured) this.payments.use(this);
  }

  async prepare(context: RequestContext, command: SubscriptionCommand): Promise<Completion | null> {
    const followed = await this.findFollowed(context);
    if (!followed) return this.withoutFollowed(context, command);
    if (command.kind === 'assign' && command.stripe !== 'cancel') {
      if (!command.stripe) throw stripeSubscriptionExists();
      return null; // kept: only ours changes
    }
    const stripeCommand =
      (await this.operations.join(context, command)) ??
      (await this.begin(context, command, await this.readSnapshot(context, followed)));
    if (!stripeCommand) return (tx) => this.subscriptions.getCurrent(tx);
    const seen = await this.operations.perform(context, stripeCommand);
    return (tx) => this.operations.finish(tx, stripeCommand, seen);
  }

  /** Out of grace, the one that Stripe goes on asking money for ends with what its owner, or staff, decide now. */
  private async withoutFollowed(
    context: RequestContext,
    command: SubscriptionCommand,
  ): Promise<Completion | null> {
    const isOver = command.kind === 'cancel' || command.kind === 'assign';
    if (!isOver || !(await this.findCustomer(context))) return null;
    return async (tx) => {
      const view = await this.changes.complete(tx, command);
      await this.duplicates.enqueue(tx, true);
      return view;
    };
  }

  async preview(context: RequestContext, asked: ChangeQuestion): Promise<PlanChange | null> {
    const followed = await this.findFollowed(context);
    if (!followed) return null;
    const snapshot = await this.readSnapshot(context, followed);
    const change = await this.changes.compute(context, asked.planId, asked.when);
    const date = laterOf(change.effectiveAt, snapshot.period.start);
    const dated = { change, snapshot, dateOf: () => Promise.resolve(date) };
    const calls = await this.decideChange(context, dated, (_, made) => Promise.resolve(made));
    return { ...change, proration: await this.prorate(context, change, snapshot, calls) };
  }

  /** What Stripe says of the very call that the change would make. */
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
    await this.database.transaction(context, async (tx) => {
      await this.accounts.lock(tx);
      await this.accounts.rememberPreview(tx, plan.id, fromUnixSeconds(proration_date));
    });
    return { ...sumOf(lines.data.map(({ amount }) => amount)), currency };
  }

  /** The subscription at Stripe that the current one follows. */
  private async findFollowed(
    context: RequestContext,
  ): Promise<{ id: string; customerId: string; planId: string } | null> {
    const current = await this.database.transaction(context, (tx) =>
      this.repository.getCurrent(tx),
    );
    const customerId = isProviderManaged(current) ? await this.findCustomer(context) : null;
    if (!customerId) return null;
    return { id: current.stripeSubscriptionId!, customerId, planId: current.planId };
  }

  private async findCustomer(context: RequestContext): Promise<string | null> {
    const account = await this.database.transaction(context, (tx) => this.accounts.find(tx));
    return account?.stripeCustomerId ?? null;
  }

  /** Brings ours up to date first, so that what is decided is decided on what is. */
  private async readSnapshot(
    context: RequestContext,
    { id }: { id: string },
  ): Promise<StripeSnapshot> {
    const seen = await this.operations.look(context);
    await this.database.platform(context, REASON, (tx) => this.operations.applyKnown(tx, seen));
    const snapshot = seen.snapshots.find((each) => each.id === id);
    if (!snapshot) throw paymentProviderUnavailable({ headers: { 'Retry-After': '5' } });
    return snapshot;
  }

  /** Decides and writes down what to ask for. @returns null where nothing has to be */
  private async begin(
    context: RequestContext,
    command: SubscriptionCommand,
    snapshot: StripeSnapshot,
  ): Promise<StripeCommand | null> {
    const write = async (tx: Transaction, calls: StripeCall[]) =>
      calls.length > 0 ? this.operations.begin(tx, command, calls, snapshot) : null;
    if (command.kind !== 'change') {
      return this.database.transaction(context, async (tx) => {
        const subscription = await this.lockFollowing(tx, snapshot);
        if (command.kind === 'assign') await this.changes.getAssignable(tx, command.planId);
        return write(tx, callsOf(command, subscription, snapshot, tx.now));
      });
    }
    const change = await this.changes.compute(context, command.planId, command.when);
    assertRoom(change);
    const dateOf = (tx: Transaction) => this.prorationDate(tx, change, snapshot);
    return this.decideChange(context, { change, snapshot, dateOf }, write);
  }

  /** What a change is at Stripe: decided here for the change and for its preview, so that both say the same. */
  private async decideChange<T>(
    context: RequestContext,
    { change, snapshot, dateOf }: DatedChange,
    use: (tx: Transaction, calls: StripeCall[]) => Promise<T>,
  ): Promise<T> {
    const isPriced = change.plan.terms.priceAmount > 0;
    const priceId = isPriced ? await this.catalog.ensurePrice(context, change.plan) : null;
    return this.database.transaction(context, async (tx) => {
      const subscription = await this.lockFollowing(tx, snapshot);
      const plan = await this.getCharged(tx, subscription, snapshot);
      if (priceId && plan.terms.priceCurrency !== change.plan.terms.priceCurrency)
        throw currencyMismatch();
      const prorationDate = await dateOf(tx);
      return use(
        tx,
        callsOfChange({ subscription, plan, snapshot, change, priceId, prorationDate }),
      );
    });
  }

  private async lockFollowing(tx: Transaction, snapshot: StripeSnapshot): Promise<Subscription> {
    await this.accounts.lock(tx);
    const subscription = await this.repository.lockCurrent(tx);
    if (!isFollowing(subscription, snapshot))
      throw invalidState('It has just ended or changed. Read the subscription again.');
    return subscription;
  }

  /** Not the plan that staff gave beside it. */
  private getCharged(
    tx: Transaction,
    { planAssigned, planId, planVersion }: Subscription,
    snapshot: StripeSnapshot,
  ): Promise<PlanWithTerms> {
    if (!planAssigned) return this.plans.getVersion(tx, planId, planVersion);
    return this.database.platform(tx, REASON, (platform) => this.sync.getPaid(platform, snapshot));
  }

  private async prorationDate(
    tx: Transaction,
    { plan, effectiveAt }: PlanChange,
    { period }: StripeSnapshot,
  ): Promise<Date> {
    const account = await this.accounts.find(tx);
    const at = account?.previewedAt;
    const holds =
      at &&
      account.previewedPlanId === plan.id &&
      at >= period.start &&
      tx.now.getTime() - at.getTime() < PREVIEW_HOLDS_MS;
    return holds ? at : laterOf(effectiveAt, period.start);
  }
}

/** The one call that Stripe charges for at once. */
function chargedNow(calls: StripeCall[]): Stripe.SubscriptionUpdateParams | undefined {
  return calls
    .flatMap((call) => (call.call === 'update' ? [call.parameters] : []))
    .find(({ proration_behavior: behavior }) => behavior === 'always_invoice');
}

function laterOf(one: Date, other: Date): Date {
  return one > other ? one : other;
}

/** As Stripe's lines: what is credited is negative. */
function sumOf(amounts: number[]): Pick<Proration, 'credit' | 'charge' | 'due'> {
  const sum = (some: number[]): number => some.reduce((total, amount) => total + amount, 0);
  const credit = sum(amounts.filter((amount) => amount < 0));
  const charge = sum(amounts.filter((amount) => amount > 0));
  return { credit, charge, due: credit + charge };
}

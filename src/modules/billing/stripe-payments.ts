import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DomainError } from '../../common/problem';
import { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import { JobHandler } from '../../platform/queue/job-handler.decorator';
import { JobQueue } from '../../platform/queue/job-queue';
import { StripeApi } from '../../platform/stripe/stripe-api';
import { paymentProviderUnavailable } from '../../platform/stripe/stripe.errors';
import type { PlanWithTerms } from '../plans/plan.entity';
import { PlansRepository } from '../plans/plans.repository';
import { assertRoom, ChangesService, isProviders } from '../subscriptions/changes.service';
import {
  Payments,
  type Completion,
  type PaymentProvider,
  type SubscriptionCommand,
} from '../subscriptions/payments';
import type { PlanChange } from '../subscriptions/plan-change';
import type { Proration } from '../subscriptions/proration';
import type { Subscription } from '../subscriptions/subscription.entity';
import {
  billingBusy,
  currencyMismatch,
  invalidState,
  stripeSubscriptionExists,
} from '../subscriptions/subscriptions.errors';
import { SubscriptionsRepository } from '../subscriptions/subscriptions.repository';
import { SubscriptionsService } from '../subscriptions/subscriptions.service';
import { AccountsRepository } from './accounts.repository';
import { CatalogService } from './catalog.service';
import { isFollowing } from './follow';
import { OperationsRepository, type Operation } from './operations.repository';
import { assertCharged, callsOf, callsOfChange, type StripeCall } from './stripe-calls';
import { SyncService, type Seen } from './sync.service';
import { at, toSeconds, type StripeTruth } from './stripe-truth';

const FINISH = 'billing.finish_operation';
/** A process that lives has finished long before. */
const FINISHED_AFTER_MS = 30_000;
/** For so long a change costs what its preview said. */
const PREVIEW_HOLDS_MS = 15 * 60_000;
const REASON = 'Stripe knows customers, not tenants';

/** What Stripe is asked for, and whether it is on its way already. */
interface Plan {
  subscription: Subscription;
  calls: StripeCall[];
}

/**
 * Does at Stripe what is asked of a subscription that follows it. The operation is a row before the first call, its id
 * is the idempotency key, and a job finishes what a crash has left: so nothing is done twice, and nothing is forgotten.
 */
@Injectable()
export class StripePayments implements PaymentProvider, OnModuleInit {
  constructor(
    private readonly payments: Payments,
    private readonly database: Database,
    private readonly stripe: StripeApi,
    private readonly queue: JobQueue,
    private readonly sync: SyncService,
    private readonly catalog: CatalogService,
    private readonly accounts: AccountsRepository,
    private readonly operations: OperationsRepository,
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
    if (!followed) return null;
    if (command.kind === 'assign' && command.stripe !== 'cancel') {
      if (!command.stripe) throw stripeSubscriptionExists();
      return null; // kept: only ours changes
    }
    const operation =
      (await this.joinPending(context, command)) ??
      (await this.begin(context, command, await this.seeTruth(context, followed)));
    if (!operation) return (tx) => this.subscriptions.getCurrent(tx);
    const seen = await this.perform(context, operation, followed.customerId);
    return (tx) => this.finish(tx, operation, seen);
  }

  async prorate(context: RequestContext, change: PlanChange): Promise<Proration | null> {
    const followed = await this.findFollowed(context);
    if (!followed || change.when !== 'now' || change.plan.id === followed.planId) return null;
    if (change.plan.terms.priceAmount === 0)
      return { ...change.proration, credit: 0, charge: 0, due: 0 };
    const truth = await this.seeTruth(context, followed);
    if (truth.isOnTrial) return { ...change.proration, credit: 0, charge: 0, due: 0 };
    assertCharged(truth);
    const price = await this.catalog.ensurePrice(context, change.plan);
    const date = laterOf(change.effectiveAt, truth.period.start);
    const { lines, currency } = await this.stripe.call((stripe) =>
      stripe.invoices.createPreview({
        subscription: truth.id,
        subscription_details: {
          items: [{ id: truth.itemId, price }],
          proration_behavior: 'always_invoice',
          proration_date: toSeconds(date),
        },
      }),
    );
    await this.database.transaction(context, async (tx) => {
      await this.accounts.lock(tx);
      await this.accounts.rememberPreview(tx, change.plan.id, at(toSeconds(date)));
    });
    return { ...sumOf(lines.data.map(({ amount }) => amount)), currency };
  }

  /** Finishes what a process has begun and not come back to. */
  @JobHandler(FINISH)
  async finishLater(
    context: RequestContext,
    { businessId }: { businessId: string },
  ): Promise<void> {
    const ours = context.with({ businessId });
    const pending = await this.database.transaction(ours, (tx) => this.operations.findPending(tx));
    const followed = pending && (await this.findCustomer(ours));
    if (!pending || !followed) return;
    const seen = await this.perform(ours, pending, followed);
    await this.database.transaction(ours, (tx) => this.finish(tx, pending, seen));
  }

  /** The subscription at Stripe that the current one follows. */
  private async findFollowed(
    context: RequestContext,
  ): Promise<{ id: string; customerId: string; planId: string } | null> {
    const current = await this.database.transaction(context, (tx) =>
      this.repository.getCurrent(tx),
    );
    const customerId = isProviders(current) ? await this.findCustomer(context) : null;
    if (!customerId) return null;
    return { id: current.stripeSubscriptionId!, customerId, planId: current.planId };
  }

  private async findCustomer(context: RequestContext): Promise<string | null> {
    const account = await this.database.transaction(context, (tx) => this.accounts.find(tx));
    return account?.stripeCustomerId ?? null;
  }

  /** Brings ours up to date first, so that what is decided is decided on what is. */
  private async seeTruth(
    context: RequestContext,
    { id, customerId }: { id: string; customerId: string },
  ): Promise<StripeTruth> {
    const seen = await this.look(context, customerId);
    await this.database.platform(context, REASON, (tx) => this.sync.apply(tx, seen));
    const truth = seen.truths.find((each) => each.id === id);
    if (!truth) throw paymentProviderUnavailable({ headers: { 'Retry-After': '5' } });
    return truth;
  }

  private async look(context: RequestContext, customerId: string): Promise<Seen> {
    const seen = await this.sync.look(context, customerId);
    if (!seen) throw new Error(`the customer ${customerId} has gone from its account`);
    return seen;
  }

  /** A second click joins the first; another command waits its turn. @throws 409 billing_busy */
  private joinPending(
    context: RequestContext,
    command: SubscriptionCommand,
  ): Promise<Operation | null> {
    return this.database.transaction(context, async (tx) => {
      const pending = await this.operations.findPending(tx);
      if (pending && !isSame(pending.request, command))
        throw billingBusy({ headers: { 'Retry-After': '5' } });
      return pending;
    });
  }

  /** Decides and writes down what to ask for. @returns null where nothing has to be */
  private async begin(
    context: RequestContext,
    command: SubscriptionCommand,
    truth: StripeTruth,
  ): Promise<Operation | null> {
    const change = command.kind === 'change' ? await this.decideChange(context, command) : null;
    const priceId = change && (await this.priceOf(context, change));
    return this.database.transaction(context, async (tx) => {
      await this.accounts.lock(tx);
      const pending = await this.operations.findPending(tx);
      if (pending && !isSame(pending.request, command))
        throw billingBusy({ headers: { 'Retry-After': '5' } });
      if (pending) return pending;
      const { calls } = await this.decide(tx, command, truth, change, priceId);
      if (calls.length === 0) return null;
      const operation = await this.operations.insert(tx, command, calls);
      const { id: key, businessId } = operation;
      const runAt = new Date(tx.now.getTime() + FINISHED_AFTER_MS);
      await this.queue.enqueue(tx, FINISH, { businessId }, { key: `${FINISH}:${key}`, runAt });
      return operation;
    });
  }

  /** @throws as `ChangesService.change`, but for the payment */
  private async decideChange(
    context: RequestContext,
    { planId, when }: Extract<SubscriptionCommand, { kind: 'change' }>,
  ): Promise<PlanChange> {
    const change = await this.changes.compute(context, planId, when);
    assertRoom(change);
    return change;
  }

  private async priceOf(context: RequestContext, { plan }: PlanChange): Promise<string | null> {
    return plan.terms.priceAmount > 0 ? this.catalog.ensurePrice(context, plan) : null;
  }

  private async decide(
    tx: Transaction,
    command: SubscriptionCommand,
    truth: StripeTruth,
    change: PlanChange | null,
    priceId: string | null,
  ): Promise<Plan> {
    const subscription = await this.repository.lockCurrent(tx);
    if (!isFollowing(subscription, truth))
      throw invalidState('It has just ended or changed. Read the subscription again.');
    if (command.kind === 'assign') await this.changes.getAssignable(tx, command.planId);
    if (command.kind !== 'change' || !change)
      return {
        subscription,
        calls: callsOf(command as never, subscription, truth, tx.now),
      };
    const plan = await this.getCharged(tx, subscription, truth);
    if (priceId && plan.terms.priceCurrency !== change.plan.terms.priceCurrency)
      throw currencyMismatch();
    const prorationDate = await this.prorationDate(tx, change, truth);
    const setup = { subscription, plan, truth, change, priceId, prorationDate };
    return { subscription, calls: callsOfChange(setup) };
  }

  /** Not the plan that staff gave beside it. */
  private getCharged(
    tx: Transaction,
    { planAssigned, planId, planVersion }: Subscription,
    truth: StripeTruth,
  ): Promise<PlanWithTerms> {
    if (!planAssigned) return this.plans.getVersion(tx, planId, planVersion);
    return this.database.platform(tx, REASON, (platform) => this.sync.getPaid(platform, truth));
  }

  private async prorationDate(
    tx: Transaction,
    { plan, effectiveAt }: PlanChange,
    { period }: StripeTruth,
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

  /**
   * Makes the calls, each under a key of its own that stays the same when it is repeated, and looks at what came of it.
   * What Stripe refuses is over; what it did not answer is finished by the job.
   */
  private async perform(
    context: RequestContext,
    operation: Operation,
    customerId: string,
  ): Promise<Seen> {
    try {
      for (const [index, call] of operation.calls.entries())
        await this.make(call, `tenantry_operation_${operation.id}_${index}`);
    } catch (error) {
      if (isFinal(error))
        await this.database.transaction(context, (tx) =>
          this.operations.finish(tx, operation, 'refused'),
        );
      throw error;
    }
    return this.look(context, customerId);
  }

  /** Stripe knows no keys for cancellations: what is gone already was canceled by the call that is repeated. */
  private async make({ id, ...call }: StripeCall, idempotencyKey: string): Promise<void> {
    if (call.call === 'cancel')
      await this.stripe.find((stripe) => stripe.subscriptions.cancel(id, call.parameters));
    else
      await this.stripe.call((stripe) =>
        stripe.subscriptions.update(id, call.parameters, { idempotencyKey }),
      );
  }

  /** Ours follows, and what was asked for is done: in one transaction, by whoever comes first. */
  private async finish(tx: Transaction, operation: Operation, seen: Seen) {
    const { request } = operation;
    await this.database.platform(tx, REASON, async (platform) => {
      const ours = platform.with({ businessId: operation.businessId });
      await this.accounts.lock(ours);
      const isMine = await this.operations.finish(ours, operation, 'done');
      if (isMine && request.kind === 'change') {
        await this.repository.takeBackAssignment(ours);
        await this.accounts.forgetPreview(ours);
      }
      await this.sync.apply(ours, seen);
      if (isMine && request.kind === 'assign') await this.changes.complete(ours, request);
    });
    return this.subscriptions.getCurrent(tx);
  }
}

/** Whether Stripe has said no; otherwise it may have done it. */
function isFinal(error: unknown): boolean {
  return error instanceof DomainError && error.definition.kind !== 'unavailable';
}

function isSame(one: SubscriptionCommand, other: SubscriptionCommand): boolean {
  const text = (command: SubscriptionCommand): string => {
    const said = Object.entries(command).filter(([, value]) => value !== undefined);
    return JSON.stringify(said.sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  return text(one) === text(other);
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

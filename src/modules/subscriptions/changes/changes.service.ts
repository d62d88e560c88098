import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../../common/request-context';
import { CONFIG, type Config } from '../../../platform/config/config';
import { Database } from '../../../platform/database/database';
import type { Transaction } from '../../../platform/database/transaction';
import type { PlanWithTerms } from '../../plans/plan.entity';
import { planArchived, planNotFound } from '../../plans/plans.errors';
import { CountersService } from '../../entitlements/counters.service';
import { PlansService } from '../../plans/plans.service';
import { cancel, pause, resume, setAutoRenew, uncancel } from '../decisions/life-cycle';
import {
  Payments,
  type ChangeQuestion,
  type Completion,
  type SubscriptionCommand,
} from './payments';
import {
  computeChange,
  type ChangeSetup,
  type ChangeTime,
  type PlanChange,
} from '../decisions/plan-change';
import { RenewalService } from '../renewal/renewal.service';
import { isEnded, type SubscriptionView } from '../decisions/subscription-view';
import type { Subscription } from '../subscription.entity';
import { unchanged, type SubscriptionWrite } from '../decisions/subscription-write';
import {
  invalidState,
  paymentRequired,
  stripeSubscriptionExists,
  usageExceedsPlan,
} from '../subscriptions.errors';
import { SubscriptionsRepository } from '../subscriptions.repository';
import { SubscriptionsService } from '../subscriptions.service';

type Decide = (subscription: Subscription, now: Date) => SubscriptionWrite;

interface Locked {
  /** Locked: no other transaction changes it or counts in its period. */
  subscription: Subscription;
  /** When the decision takes effect. */
  now: Date;
}

/** Everything that a plan change is decided on. */
export interface ChangeState extends Locked, ChangeSetup {
  /** The requested plan, in its newest version, whether or not it may be chosen. */
  target: PlanWithTerms | null;
}

/**
 * Commands about a subscription. Each locks it, decides in a pure function, and writes once, so that a second click
 * finds the result of the first. A period that has ended is renewed first. Where a payment provider sets the periods,
 * it is called first: see `StripePayments.prepare`.
 */
@Injectable()
export class ChangesService {
  constructor(
    private readonly database: Database,
    private readonly repository: SubscriptionsRepository,
    private readonly subscriptions: SubscriptionsService,
    private readonly counters: CountersService,
    private readonly plans: PlansService,
    private readonly renewal: RenewalService,
    private readonly payments: Payments,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * What `change` would do now; `conflicts` are listed and not thrown.
   * @throws 404 plan_not_found, 409 invalid_state, currency_mismatch, 503 payment_provider_unavailable
   */
  async preview(context: RequestContext, planId: string, when?: ChangeTime): Promise<PlanChange> {
    const atProvider = await this.payments.provider?.preview(context, { planId, when });
    return atProvider ?? this.compute(context, planId, when);
  }

  /** The effect of a change, without the payment provider. @throws as `preview` */
  compute(context: RequestContext, planId: string, when?: ChangeTime): Promise<PlanChange> {
    return this.database.transaction(context, async (tx) =>
      decideChange(await this.load(tx, planId), when),
    );
  }

  /**
   * The first half of a command, outside any transaction: does what the payment provider has to do.
   * @returns the second half, to be called in a transaction, which throws what `complete` throws
   * @throws 402 payment_failed, 409 invalid_state, billing_busy, 503 payment_provider_unavailable, subscription_behind
   */
  async prepare(context: RequestContext, command: SubscriptionCommand): Promise<Completion> {
    const { provider } = this.payments;
    if (!provider) await this.renewal.renewOne(context); // commits by itself, so that no refusal undoes it
    const atProvider = await provider?.prepare(context, command);
    return atProvider ?? ((tx) => this.complete(tx, command));
  }

  /**
   * Decides and writes a command without a payment provider.
   * @throws 404 plan_not_found, 402 payment_required, 409 usage_exceeds_plan, plan_archived, currency_mismatch, invalid_state
   */
  complete(context: RequestContext, command: SubscriptionCommand): Promise<SubscriptionView> {
    switch (command.kind) {
      case 'change':
        return this.change(context, command);
      case 'assign':
        return this.assign(context, command);
      case 'set_auto_renew':
        return this.decide(context, (subscription) =>
          setAutoRenew(subscription, command.autoRenew),
        );
      case 'end_because': // without a provider nothing is charged
        return this.subscriptions.getCurrent(context);
      case 'cancel':
        return this.decide(context, (subscription, now) => cancel(subscription, command.when, now));
      case 'uncancel':
      case 'pause':
      case 'resume':
        return this.decide(context, { uncancel, pause, resume }[command.kind]);
    }
  }

  private change(
    context: RequestContext,
    { planId, when }: ChangeQuestion,
  ): Promise<SubscriptionView> {
    return this.database.transaction(context, async (tx) => {
      // 1. Load the state once, locked: it stays until the change of it is written.
      const state = await this.load(tx, planId);
      assertSelfManaged(state.subscription);
      // 2. Decide.
      const change = decideChange(state, when);
      // 3. Check.
      if (!isOwn(change.plan, state.subscription)) assertPayable(change.plan);
      assertRoom(change);
      // 4. Write. 5. Answer.
      return this.write(tx, change.write);
    });
  }

  /**
   * Staff assign any plan, at once and free of charge, even where more is in use than it allows. Where a provider keeps
   * charging another plan (`stripe: keep`), the periods stay the provider's.
   */
  private assign(
    context: RequestContext,
    { planId, reason, stripe }: Extract<SubscriptionCommand, { kind: 'assign' }>,
  ): Promise<SubscriptionView> {
    return this.database.transaction(context, async (tx) => {
      // 1. Load the state once, locked.
      const state = await this.load(tx, planId);
      // 2. Check.
      const target = toAssignable(state.target);
      const isBeside = isProviderManaged(state.subscription);
      if (isBeside && stripe !== 'keep') throw stripeSubscriptionExists();
      // 3. Decide.
      const write = isBeside
        ? assignBeside(state.subscription, target)
        : computeChange(state, { target, isAssigned: true }, state.now).write;
      // 4. Write. 5. Answer.
      await tx.setLocal('app.reason', reason);
      return this.write(tx, write);
    });
  }

  /** Any plan that is not archived. @throws 404 plan_not_found, 409 plan_archived */
  async getAssignable(tx: Transaction, planId: string): Promise<PlanWithTerms> {
    return toAssignable(await this.plans.findNewest(tx, planId));
  }

  /** Cancel, uncancel, pause, resume, and renewal switched on or off. */
  private decide(context: RequestContext, decide: Decide): Promise<SubscriptionView> {
    return this.database.transaction(context, async (tx) => {
      // 1. Load the state once, locked.
      const { subscription, now } = await this.lock(tx);
      assertSelfManaged(subscription);
      // 2. Decide, which refuses what the state does not allow. 3. Write. 4. Answer.
      return this.write(tx, decide(subscription, now));
    });
  }

  /** Locked until the end of the transaction. @throws 503 subscription_behind */
  async load(tx: Transaction, planId: string): Promise<ChangeState> {
    const { subscription, now } = await this.lock(tx);
    return {
      subscription,
      now,
      plan: await this.plans.getVersion(tx, subscription.planId, subscription.planVersion),
      target: await this.plans.findNewest(tx, planId),
      counts: await this.counters.read(tx),
      hadTrial: await this.repository.hadTrial(tx),
      hasProvider: this.config.stripeSecretKey !== null,
    };
  }

  /** The current subscription, renewed. @throws 503 subscription_behind */
  private async lock(tx: Transaction): Promise<Locked> {
    const subscription = await this.subscriptions.lockRenewed(tx);
    await this.repository.lockCounters(tx);
    return { subscription, now: await this.subscriptions.readTime(tx, subscription) };
  }

  private async write(tx: Transaction, write: SubscriptionWrite): Promise<SubscriptionView> {
    await this.repository.write(tx, write);
    return this.subscriptions.getCurrent(tx);
  }
}

/**
 * What an owner may choose: listed plans, and the current one. Pure.
 * @throws 404 plan_not_found, 409 invalid_state, currency_mismatch
 */
export function decideChange(state: ChangeState, when?: ChangeTime): PlanChange {
  const { target, subscription, now } = state;
  const isListed = target?.isPublic && !target.archivedAt;
  if (!target || !(isListed || isOwn(target, subscription))) throw planNotFound();
  return computeChange(state, { target, when, isAssigned: false }, now);
}

function toAssignable(plan: PlanWithTerms | null): PlanWithTerms {
  if (!plan) throw planNotFound();
  if (plan.archivedAt) throw planArchived();
  return plan;
}

/** The current plan of a running subscription needs neither listing nor payment. */
function isOwn({ id }: PlanWithTerms, subscription: Subscription): boolean {
  return id === subscription.planId && !isEnded(subscription);
}

/** Whether a payment provider sets the periods of a running subscription. */
export function isProviderManaged(subscription: Subscription): boolean {
  return subscription.stripeSubscriptionId !== null && !isEnded(subscription);
}

/** A payment may have arrived since the provider was called. @throws 409 invalid_state */
function assertSelfManaged(subscription: Subscription): void {
  if (isProviderManaged(subscription))
    throw invalidState('It has just been paid for. Read the subscription again.');
}

/** @throws 409 usage_exceeds_plan */
export function assertRoom({ conflicts }: PlanChange): void {
  if (conflicts.length > 0) throw usageExceedsPlan({ members: { conflicts } });
}

/** The plan of the current and later periods; everything else stays with the provider. */
function assignBeside(subscription: Subscription, { id, terms }: PlanWithTerms): SubscriptionWrite {
  const given = {
    planId: id,
    planVersion: terms.version,
    planAssigned: true,
    scheduledPlanId: null,
  };
  return { ...unchanged(subscription), next: { ...subscription, ...given } };
}

/**
 * A plan with a price starts with a checkout; without a payment provider, staff assign it. @throws 402 payment_required
 */
function assertPayable({ terms }: PlanWithTerms): void {
  if (terms.priceAmount > 0) throw paymentRequired();
}

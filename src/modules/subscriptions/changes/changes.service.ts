import { Inject, Injectable } from '@nestjs/common';
import type { RequestContext } from '../../../common/request-context';
import { CONFIG, type Config } from '../../../platform/config/config';
import { Database } from '../../../platform/database/database';
import type { Transaction } from '../../../platform/database/transaction';
import type { PlanWithTerms } from '../../plans/plan.entity';
import { planArchived, planNotFound } from '../../plans/plans.errors';
import { PlansRepository } from '../../plans/plans.repository';
import { cancel, pause, resume, setAutoRenew, uncancel } from '../decisions/life-cycle';
import { Payments, type Completion, type SubscriptionCommand } from './payments';
import {
  computeChange,
  type ChangeRequest,
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
  /** The current one; nobody else changes it, and nothing is counted in its period. */
  subscription: Subscription;
  /** When what is decided about it takes effect. */
  now: Date;
}

/**
 * What people do to a subscription. Each locks it, decides in a pure function, and writes once; a second click meets
 * what the first has left. A period that has ended is renewed first: nobody changes what should be over.
 * Where a payment provider sets the periods, it is asked first and ours follows.
 */
@Injectable()
export class ChangesService {
  constructor(
    private readonly database: Database,
    private readonly repository: SubscriptionsRepository,
    private readonly subscriptions: SubscriptionsService,
    private readonly plans: PlansRepository,
    private readonly renewal: RenewalService,
    private readonly payments: Payments,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * What `change` would do now; `conflicts` are listed and not thrown.
   * @throws 404 plan_not_found, 409 invalid_state, currency_mismatch, 503 payment_provider_unavailable
   */
  async preview(context: RequestContext, planId: string, when?: ChangeTime): Promise<PlanChange> {
    const ofProvider = await this.payments.preview(context, { planId, when });
    return ofProvider ?? this.compute(context, planId, when);
  }

  /** What a change would do, without asking what a payment provider makes of it. @throws as `preview` */
  compute(context: RequestContext, planId: string, when?: ChangeTime): Promise<PlanChange> {
    return this.onLocked(context, async (tx, locked) => {
      const target = await this.getChoosable(tx, planId, locked.subscription);
      return this.computeFor(tx, locked, { target, when, isAssigned: false });
    });
  }

  /**
   * The first half of a command, outside any transaction: where a payment provider has to do something, it is done.
   * @returns the second half, to be called in a transaction, which throws what `complete` throws
   * @throws 402 payment_failed, 409 invalid_state, billing_busy, 503 payment_provider_unavailable
   */
  async prepare(context: RequestContext, command: SubscriptionCommand): Promise<Completion> {
    await this.renewal.renewOne(context); // by itself, so that it stays where the change is refused
    const completion = await this.payments.prepare(context, command);
    return completion ?? ((tx) => this.complete(tx, command));
  }

  /**
   * Decides and writes a command without a payment provider.
   * @throws 404 plan_not_found, 402 payment_required, 409 usage_exceeds_plan, plan_archived, currency_mismatch, invalid_state
   */
  complete(context: RequestContext, command: SubscriptionCommand): Promise<SubscriptionView> {
    switch (command.kind) {
      case 'change':
        return this.change(context, command.planId, command.when);
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
    planId: string,
    when?: ChangeTime,
  ): Promise<SubscriptionView> {
    return this.onLocked(context, async (tx, locked) => {
      assertSelfManaged(locked.subscription);
      const target = await this.getChoosable(tx, planId, locked.subscription);
      const change = await this.computeFor(tx, locked, { target, when, isAssigned: false });
      if (!isOwn(target, locked.subscription)) assertPayable(target);
      assertRoom(change);
      return this.write(tx, change.write);
    });
  }

  /**
   * Staff give a business any plan, at once and for nothing, also where more is in use than it allows. Where a
   * provider goes on charging for another (`stripe: keep`), the periods stay its own.
   */
  private assign(
    context: RequestContext,
    { planId, reason, stripe }: Extract<SubscriptionCommand, { kind: 'assign' }>,
  ): Promise<SubscriptionView> {
    return this.onLocked(context, async (tx, locked) => {
      const target = await this.getAssignable(tx, planId);
      await tx.setLocal('app.reason', reason);
      if (isProviderManaged(locked.subscription)) {
        if (stripe !== 'keep') throw stripeSubscriptionExists();
        return this.write(tx, assignBeside(locked.subscription, target));
      }
      const change = await this.computeFor(tx, locked, { target, isAssigned: true });
      return this.write(tx, change.write);
    });
  }

  /** Any plan that is not archived. @throws 404 plan_not_found, 409 plan_archived */
  async getAssignable(tx: Transaction, planId: string): Promise<PlanWithTerms> {
    const plan = await this.plans.findNewest(tx, planId);
    if (!plan) throw planNotFound();
    if (plan.archivedAt) throw planArchived();
    return plan;
  }

  private decide(context: RequestContext, decide: Decide): Promise<SubscriptionView> {
    return this.onLocked(context, (tx, { subscription, now }) => {
      assertSelfManaged(subscription);
      return this.write(tx, decide(subscription, now));
    });
  }

  /** Works on the current subscription with its running period, locked. @throws 503 subscription_behind */
  private async onLocked<T>(
    context: RequestContext,
    work: (tx: Transaction, locked: Locked) => Promise<T>,
  ): Promise<T> {
    return this.database.transaction(context, async (tx) => {
      const subscription = await this.subscriptions.lockRenewed(tx);
      await this.repository.lockCounter(tx);
      return work(tx, { subscription, now: await this.subscriptions.readTime(tx, subscription) });
    });
  }

  private async computeFor(
    tx: Transaction,
    { subscription, now }: Locked,
    request: ChangeRequest,
  ): Promise<PlanChange> {
    const { planId, planVersion } = subscription;
    const setup: ChangeSetup = {
      subscription,
      plan: await this.plans.getVersion(tx, planId, planVersion),
      counts: await this.repository.readCounts(tx),
      hadTrial: await this.repository.hadTrial(tx),
      hasProvider: this.config.stripeSecretKey !== null,
    };
    return computeChange(setup, request, now);
  }

  private async write(tx: Transaction, write: SubscriptionWrite): Promise<SubscriptionView> {
    await this.repository.write(tx, write);
    return this.subscriptions.getCurrent(tx);
  }

  /** What an owner may choose: listed plans, and the one the subscription is on. @throws 404 plan_not_found */
  private async getChoosable(
    tx: Transaction,
    planId: string,
    subscription: Subscription,
  ): Promise<PlanWithTerms> {
    const plan = await this.plans.findNewest(tx, planId);
    const isListed = plan?.isPublic && !plan.archivedAt;
    if (!plan || !(isListed || isOwn(plan, subscription))) throw planNotFound();
    return plan;
  }
}

/** What a running subscription is on already needs neither listing nor payment. */
function isOwn({ id }: PlanWithTerms, subscription: Subscription): boolean {
  return id === subscription.planId && !isEnded(subscription);
}

/** Whether a payment provider sets the periods of what runs. */
export function isProviderManaged(subscription: Subscription): boolean {
  return subscription.stripeSubscriptionId !== null && !isEnded(subscription);
}

/** Somebody may have paid since the provider was asked. @throws 409 invalid_state */
function assertSelfManaged(subscription: Subscription): void {
  if (isProviderManaged(subscription))
    throw invalidState('It has just been paid for. Read the subscription again.');
}

/** @throws 409 usage_exceeds_plan */
export function assertRoom({ conflicts }: PlanChange): void {
  if (conflicts.length > 0) throw usageExceedsPlan({ members: { conflicts } });
}

/** The plan of the running period and of those that follow; all else stays with the provider. */
function assignBeside(subscription: Subscription, { id, terms }: PlanWithTerms): SubscriptionWrite {
  const given = {
    planId: id,
    planVersion: terms.version,
    planAssigned: true,
    scheduledPlanId: null,
  };
  return { ...unchanged(subscription), next: { ...subscription, ...given } };
}

/** A plan with a price is begun by a checkout; without a payment provider, staff give it. @throws 402 payment_required */
function assertPayable({ terms }: PlanWithTerms): void {
  if (terms.priceAmount > 0) throw paymentRequired();
}

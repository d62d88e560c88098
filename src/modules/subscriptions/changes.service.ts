import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import type { RequestContext } from '../../common/request-context';
import { Database } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import type { PlanWithTerms } from '../plans/plan.entity';
import { planArchived, planNotFound } from '../plans/plans.errors';
import { PlansRepository } from '../plans/plans.repository';
import { cancel, pause, resume, setAutoRenew, uncancel } from './life-cycle';
import {
  computeChange,
  type ChangeRequest,
  type ChangeSetup,
  type ChangeTime,
  type PlanChange,
} from './plan-change';
import { isDue } from './renewal-decision';
import { RenewalService } from './renewal.service';
import { isEnded, type SubscriptionView } from './subscription-view';
import type { Subscription } from './subscription.entity';
import type { SubscriptionWrite } from './subscription-write';
import { paymentRequired, usageExceedsPlan } from './subscriptions.errors';
import { SubscriptionsRepository } from './subscriptions.repository';
import { SubscriptionsService } from './subscriptions.service';

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
 */
@Injectable()
export class ChangesService {
  constructor(
    private readonly database: Database,
    private readonly repository: SubscriptionsRepository,
    private readonly subscriptions: SubscriptionsService,
    private readonly plans: PlansRepository,
    private readonly renewal: RenewalService,
    private readonly clock: Clock,
  ) {}

  /** What `change` would do now; `conflicts` are listed and not thrown. @throws 404 plan_not_found, 409 invalid_state, currency_mismatch */
  preview(context: RequestContext, planId: string, when?: ChangeTime): Promise<PlanChange> {
    return this.onLocked(context, async (tx, locked) => {
      const target = await this.getChoosable(tx, planId, locked.subscription);
      return this.compute(tx, locked, { target, when, isAssigned: false });
    });
  }

  /** @throws as `preview`, and 402 payment_required, 409 usage_exceeds_plan */
  change(context: RequestContext, planId: string, when?: ChangeTime): Promise<SubscriptionView> {
    return this.onLocked(context, async (tx, locked) => {
      const target = await this.getChoosable(tx, planId, locked.subscription);
      const change = await this.compute(tx, locked, { target, when, isAssigned: false });
      if (!isOwn(target, locked.subscription)) assertPayable(target);
      if (change.conflicts.length > 0)
        throw usageExceedsPlan({ members: { conflicts: change.conflicts } });
      return this.write(tx, change.write);
    });
  }

  /**
   * Staff give a business any plan, at once and for nothing, also where more is in use than it allows.
   * @param context in platform scope, with the business
   * @throws 404 plan_not_found, 409 plan_archived, invalid_state
   */
  assign(context: RequestContext, planId: string, reason: string): Promise<SubscriptionView> {
    return this.onLocked(context, async (tx, locked) => {
      const target = await this.plans.findNewest(tx, planId);
      if (!target) throw planNotFound();
      if (target.archivedAt) throw planArchived();
      await tx.query(`SELECT set_config('app.reason', $1, true)`, [reason]);
      const change = await this.compute(tx, locked, { target, isAssigned: true });
      return this.write(tx, change.write);
    });
  }

  /** @throws 409 invalid_state */
  cancel(context: RequestContext, when: ChangeTime): Promise<SubscriptionView> {
    return this.decide(context, (subscription, now) => cancel(subscription, when, now));
  }

  /** @throws 409 invalid_state */
  uncancel(context: RequestContext): Promise<SubscriptionView> {
    return this.decide(context, uncancel);
  }

  /** @throws 409 invalid_state */
  pause(context: RequestContext): Promise<SubscriptionView> {
    return this.decide(context, pause);
  }

  /** @throws 409 invalid_state */
  resume(context: RequestContext): Promise<SubscriptionView> {
    return this.decide(context, resume);
  }

  /** @throws 409 invalid_state */
  setAutoRenew(context: RequestContext, autoRenew: boolean): Promise<SubscriptionView> {
    return this.decide(context, (subscription) => setAutoRenew(subscription, autoRenew));
  }

  private decide(context: RequestContext, decide: Decide): Promise<SubscriptionView> {
    return this.onLocked(context, (tx, { subscription, now }) =>
      this.write(tx, decide(subscription, now)),
    );
  }

  /** Works on the current subscription with its running period, locked. @throws 503 subscription_behind */
  private async onLocked<T>(
    context: RequestContext,
    work: (tx: Transaction, locked: Locked) => Promise<T>,
  ): Promise<T> {
    await this.renewal.renewOne(context); // by itself, so that it stays where the change is refused
    return this.database.transaction(context, async (tx) => {
      const subscription = await this.subscriptions.lockRenewed(tx);
      await this.repository.lockCounter(tx);
      return work(tx, { subscription, now: await this.readTime(tx, subscription) });
    });
  }

  /**
   * The time at which a change takes effect. Not that of the transaction, which may have waited for its locks while
   * recordings were counted and another change began the running period: after all of that, and within the period.
   */
  private async readTime(tx: Transaction, subscription: Subscription): Promise<Date> {
    const { periodStart, periodEnd } = subscription;
    const locked = this.clock.at(await this.repository.readClock(tx));
    const now = new Date(Math.max(locked.getTime() + 1, periodStart.getTime())); // recordings have whole milliseconds
    return isDue(subscription, now) ? periodEnd : now;
  }

  private async compute(
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

/** Payments come with a provider; without one, a plan with a price is given by staff only. @throws 402 payment_required */
function assertPayable({ terms }: PlanWithTerms): void {
  if (terms.priceAmount > 0) throw paymentRequired();
}

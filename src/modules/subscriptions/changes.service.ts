import { Injectable } from '@nestjs/common';
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
  ) {}

  /** What `change` would do now; `conflicts` are listed and not thrown. @throws 404 plan_not_found, 409 invalid_state, currency_mismatch */
  preview(context: RequestContext, planId: string, when?: ChangeTime): Promise<PlanChange> {
    return this.onLocked(context, async (tx, subscription) => {
      const target = await this.getChoosable(tx, planId, subscription);
      return this.compute(tx, subscription, { target, when, isAssigned: false });
    });
  }

  /** @throws as `preview`, and 402 payment_required, 409 usage_exceeds_plan */
  change(context: RequestContext, planId: string, when?: ChangeTime): Promise<SubscriptionView> {
    return this.onLocked(context, async (tx, subscription) => {
      const target = await this.getChoosable(tx, planId, subscription);
      const change = await this.compute(tx, subscription, { target, when, isAssigned: false });
      if (!isOwn(target, subscription)) assertPayable(target);
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
    return this.onLocked(context, async (tx, subscription) => {
      const target = await this.plans.findNewest(tx, planId);
      if (!target) throw planNotFound();
      if (target.archivedAt) throw planArchived();
      await tx.query(`SELECT set_config('app.reason', $1, true)`, [reason]);
      const change = await this.compute(tx, subscription, { target, isAssigned: true });
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
    return this.onLocked(context, (tx, subscription) =>
      this.write(tx, decide(subscription, tx.now)),
    );
  }

  /** Works on the current subscription with its running period, locked. @throws 503 subscription_behind */
  private onLocked<T>(
    context: RequestContext,
    work: (tx: Transaction, subscription: Subscription) => Promise<T>,
  ): Promise<T> {
    return this.database.transaction(context, async (tx) => {
      let subscription = await this.repository.lockCurrent(tx);
      if (isDue(subscription, tx.now)) {
        await this.renewal.renewOne(tx);
        subscription = await this.repository.lockCurrent(tx);
      }
      await this.repository.lockCounter(tx);
      return work(tx, subscription);
    });
  }

  private async compute(
    tx: Transaction,
    subscription: Subscription,
    request: ChangeRequest,
  ): Promise<PlanChange> {
    const { planId, planVersion } = subscription;
    const setup: ChangeSetup = {
      subscription,
      plan: await this.plans.getVersion(tx, planId, planVersion),
      counts: await this.repository.readCounts(tx),
      hadTrial: await this.repository.hadTrial(tx),
    };
    return computeChange(setup, request, tx.now);
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

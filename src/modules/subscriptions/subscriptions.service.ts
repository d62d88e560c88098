import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import type { ListQuery } from '../../common/dto/list.query';
import { decodeCursor } from '../../common/pagination';
import type { DomainError } from '../../common/problem';
import { limitReached } from '../../common/problems';
import type { AllocatedFeature } from '../../common/features';
import type { RequestContext } from '../../common/request-context';
import { CONFIG, type Config } from '../../platform/config/config';
import { Database, type Reading } from '../../platform/database/database';
import type { Transaction } from '../../platform/database/transaction';
import type { PlanWithTerms } from '../plans/plan.entity';
import { CountersService, usageOfPeriod } from '../entitlements/counters.service';
import { grantOf } from '../entitlements/usage';
import { PlansService } from '../plans/plans.service';
import { isDue } from './decisions/renewal-decision';
import { RenewalService } from './renewal/renewal.service';
import { startOf } from './decisions/subscription-start';
import type { Subscription } from './subscription.entity';
import type { SubscriptionEvent } from './subscription-event';
import type { SubscriptionPeriod } from './subscription-period';
import { isActive, type SubscriptionView, type UsageView } from './decisions/subscription-view';
import { subscriptionInactive } from './subscriptions.errors';
import { CURRENT_USAGE, toUsageView, type CurrentUsageRow } from './current-usage';
import { SubscriptionsRepository } from './subscriptions.repository';

@Injectable()
export class SubscriptionsService {
  constructor(
    private readonly database: Database,
    private readonly subscriptions: SubscriptionsRepository,
    private readonly counters: CountersService,
    private readonly plans: PlansService,
    private readonly renewal: RenewalService,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** The first subscription of a new business: the default plan, with its trial if it has one. */
  async start(tx: Transaction): Promise<SubscriptionView> {
    const plan = await this.plans.getDefault(tx);
    const subscription = await this.subscriptions.insert(tx, startOf(plan, tx.now));
    return this.viewOf(tx, subscription, plan);
  }

  getCurrent(context: RequestContext): Promise<SubscriptionView> {
    return this.database.transaction(context, async (tx) => {
      const subscription = await this.subscriptions.getCurrent(tx);
      const plan = await this.plans.getVersion(tx, subscription.planId, subscription.planVersion);
      const scheduledPlan = subscription.scheduledPlanId
        ? await this.plans.getNewest(tx, subscription.scheduledPlanId)
        : null;
      return this.viewOf(tx, subscription, plan, scheduledPlan);
    });
  }

  /** What is used of the current subscription, in one statement. */
  async readUsage(context: RequestContext): Promise<UsageView> {
    const { sql, parameters, of } = this.readingOfUsage(context);
    return of(await this.database.read(context, sql, parameters));
  }

  /** `readUsage`, to be sent with others. */
  readingOfUsage(context: RequestContext): Reading<UsageView> {
    return {
      sql: CURRENT_USAGE,
      parameters: [context.requireBusinessId(), this.clock.offsetMs],
      of: ([row]) => toUsageView(row as CurrentUsageRow), // every business has one
    };
  }

  /** Closes a period that has ended before the cron does. @throws 403 subscription_inactive, 503 subscription_behind */
  async renewActive(context: RequestContext): Promise<void> {
    const { subscription } = await this.getCurrent(context);
    if (!isActive(subscription))
      throw subscriptionInactive({ detail: `The subscription is ${subscription.status}.` });
    await this.renewal.renewOne(context);
  }

  /** The periods of the current subscription, newest first: the current one, then the closed ones. */
  listPeriods(context: RequestContext, query: ListQuery): Promise<SubscriptionPeriod[]> {
    return this.database.transaction(context, async (tx) => {
      const current = await this.subscriptions.getCurrent(tx);
      const closed = await this.subscriptions.listClosedPeriods(tx, current.id, query);
      const isFirstPage = decodeCursor(query.cursor, [Number.isSafeInteger]) === null;
      if (!isFirstPage || current.endedAt) return closed;
      const usage = usageOfPeriod(await this.counters.read(tx));
      const { periodOrdinal: ordinal, periodStart: start, periodEnd: end, planId } = current;
      return [{ ordinal, start, end, planId, usage, closedAt: null }, ...closed];
    });
  }

  /** The plan last scheduled for the end of a period. */
  async findLastScheduledPlan(tx: Transaction): Promise<PlanWithTerms | null> {
    const planId = await this.subscriptions.findLastScheduled(tx);
    return planId ? this.plans.findNewest(tx, planId) : null;
  }

  /** The history of the business's subscriptions, newest first; one more than the page holds. */
  listEvents(context: RequestContext, query: ListQuery): Promise<SubscriptionEvent[]> {
    return this.database.transaction(context, (tx) => this.subscriptions.listEvents(tx, query));
  }

  /**
   * The current subscription, locked and renewed: its period may have ended before the cron ran. @throws 503
   * subscription_behind
   */
  async lockRenewed(tx: Transaction): Promise<Subscription> {
    const subscription = await this.subscriptions.lockCurrent(tx);
    if (!isDue(subscription, tx.now)) return subscription;
    await this.renewal.renewOne(tx);
    return this.subscriptions.lockCurrent(tx);
  }

  /**
   * The time at which a change takes effect. Not the start of the transaction, which may have waited for locks while
   * rows were counted and another change started the current period: after all of that, and within the period.
   */
  async readTime(tx: Transaction, subscription: Subscription): Promise<Date> {
    const { periodStart, periodEnd } = subscription;
    const locked = this.clock.at(await this.subscriptions.readClock(tx));
    const now = new Date(Math.max(locked.getTime() + 1, periodStart.getTime())); // rows have whole milliseconds
    const isOver = subscription.runsUntil === null && isDue(subscription, now);
    return isOver ? periodEnd : now;
  }

  /**
   * Asserts that one more may be created, and blocks concurrent creations.
   * @throws 403 subscription_inactive, 402 limit_reached, 503 subscription_behind
   */
  async assertRoomFor(tx: Transaction, feature: AllocatedFeature): Promise<void> {
    const subscription = await this.lockRenewed(tx);
    if (!isActive(subscription)) throw subscriptionInactive();
    await this.assertWithinLimit(tx, subscription, feature);
  }

  /**
   * A seat for an invited or deactivated person: the limit applies, an inactive subscription does not matter. @throws
   * 402 limit_reached
   */
  async assertSeatFor(tx: Transaction, seats: AllocatedFeature): Promise<void> {
    await this.assertWithinLimit(tx, await this.subscriptions.lockCurrent(tx), seats);
  }

  private async assertWithinLimit(
    tx: Transaction,
    subscription: Subscription,
    { key }: AllocatedFeature,
  ): Promise<void> {
    const plan = await this.plans.getVersion(tx, subscription.planId, subscription.planVersion);
    const usage = (await this.counters.read(tx))[key];
    const { limit, mode } = grantOf(key, usage, plan.grants);
    const used = usage?.used ?? 0;
    const taken = used + (usage?.reserved ?? 0);
    if (limit !== null && mode === 'hard' && taken >= limit) throw this.noRoom(key, used, limit);
  }

  private async viewOf(
    tx: Transaction,
    subscription: Subscription,
    plan: PlanWithTerms,
    scheduledPlan: PlanWithTerms | null = null,
  ): Promise<SubscriptionView> {
    const counts = await this.counters.read(tx);
    return { subscription, plan, scheduledPlan, counts, now: tx.now };
  }

  private noRoom(feature: string, used: number, limit: number): DomainError {
    const detail = `The plan allows ${limit} ${feature}, and ${used} are in use.`;
    return limitReached({
      detail,
      members: { feature, used, limit, upgradeUrl: this.config.upgradeUrl },
    });
  }
}

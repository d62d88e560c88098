import { grantOf } from '../../src/modules/entitlements/usage';
import type { PlanWithTerms } from '../../src/modules/plans/plan.entity';
import {
  cancel,
  pause,
  resume,
  setAutoRenew,
  uncancel,
} from '../../src/modules/subscriptions/decisions/life-cycle';
import {
  computeChange,
  type ChangeRequest,
  type ChangeTime,
  type PlanChange,
} from '../../src/modules/subscriptions/decisions/plan-change';
import {
  decideRenewal,
  isDue,
  type ClosedPeriod,
  type RenewalPlan,
  type RenewalPlans,
} from '../../src/modules/subscriptions/decisions/renewal-decision';
import { isActive } from '../../src/modules/subscriptions/decisions/subscription-view';
import type { SubscriptionWrite } from '../../src/modules/subscriptions/decisions/subscription-write';
import { paymentRequired } from '../../src/modules/subscriptions/subscriptions.errors';
import type { Subscription } from '../../src/modules/subscriptions/subscription.entity';
import { countsOf, problemOf, subscriptionTo } from './subscription-fixtures';

/* A business in memory: what ChangesService, RenewalService and ingestion do, by the same pure functions. */

export type Command =
  | { do: 'wait'; ms: number }
  /** Until the running period ends, or a little earlier or later. */
  | { do: 'reachEnd'; offsetMs: number }
  | { do: 'record'; count: number }
  | { do: 'change'; plan: number; when?: ChangeTime }
  | { do: 'assign'; plan: number }
  | { do: 'cancel'; when: ChangeTime }
  | { do: 'uncancel' | 'pause' | 'resume' }
  | { do: 'autoRenew'; on: boolean }
  | { do: 'edit'; plan: number; terms: NewTerms };

export type NewTerms = Pick<
  PlanWithTerms['terms'],
  'priceAmount' | 'intervalUnit' | 'intervalCount'
>;

export interface ModelPeriod extends ClosedPeriod {
  subscriptionId: string;
  /** What was recorded in it. */
  used: number;
}

/** From one refill of the allowance to the next. */
interface Allowance {
  used: number;
  /** The largest limit of the plans held since. */
  limit: number;
  /** When the next refill is due. */
  endsAt: number;
  wasPaused: boolean;
}

/** What a step did, for the invariants. */
export interface Step {
  before: Subscription;
  change: PlanChange | null;
  write: SubscriptionWrite | null;
}

export class SubscriptionModel {
  subscription: Subscription;
  /** All subscriptions that were current, in order. */
  readonly subscriptions: Subscription[];
  readonly closed: ModelPeriod[] = [];
  used = 0;
  carriedOver = 0;
  /** In all. */
  recorded = 0;
  allowance: Allowance;
  /** Allowances that were refilled before their time, or not at it. */
  readonly complaints: string[] = [];

  /** @param plans the default plan first, each as a list of its versions */
  constructor(
    private readonly plans: PlanWithTerms[][],
    public now: Date,
  ) {
    this.subscription = subscriptionTo(this.newest(0), now, { id: '0' });
    this.subscriptions = [this.subscription];
    this.allowance = this.fullAllowance();
  }

  /** Does a command as a request does: what is due is renewed first. */
  run(command: Command): Step {
    if (command.do === 'wait') this.now = later(this.now, command.ms);
    else if (command.do === 'reachEnd') this.reachEnd(command.offsetMs);
    else this.renewAll();
    const before = this.subscription;
    let step: Step = { before, change: null, write: null };
    const problem = problemOf(() => (step = this.decide(command, before)));
    if (problem && !['invalid_state', 'currency_mismatch', 'payment_required'].includes(problem))
      throw new Error(`${command.do} was refused with ${problem}`);
    return step;
  }

  /** One run of the renewal: at most fifteen periods. @returns false when nothing was due */
  renewOnce(): boolean {
    const before = this.subscription;
    if (!isDue(before, this.now)) return false;
    const { closed, next } = decideRenewal(before, this.renewalPlans(), this.now);
    closed.forEach((period, index) => this.close(period, index === 0));
    if (closed[0]!.end.getTime() !== this.allowance.endsAt)
      this.complaints.push(`the period ended at ${closed[0]!.end.toISOString()}`);
    this.setCurrent({ ...before, ...next });
    if (!next.endedAt) this.refill(next.periodStart);
    return true;
  }

  renewAll(): void {
    while (this.renewOnce());
  }

  /** The plan that the running period is on, in its version. */
  get plan(): PlanWithTerms {
    const { planId, planVersion } = this.subscription;
    return this.versionsOf(planId).find(({ terms }) => terms.version === planVersion)!;
  }

  renewalPlans(): RenewalPlans {
    const { planId, scheduledPlanId } = this.subscription;
    return {
      currentInterval: toRenewalPlan(this.plan).interval,
      currentIsFree: toRenewalPlan(this.plan).isFree,
      current: toRenewalPlan(this.versionsOf(planId).at(-1)!),
      scheduled: scheduledPlanId ? toRenewalPlan(this.versionsOf(scheduledPlanId).at(-1)!) : null,
      default: toRenewalPlan(this.newest(0)),
      hasProvider: true,
    };
  }

  private reachEnd(offsetMs: number): void {
    const end = later(this.subscription.periodEnd, offsetMs);
    if (end > this.now) this.now = end;
  }

  private decide(command: Command, before: Subscription): Step {
    const { now } = this;
    switch (command.do) {
      case 'wait':
      case 'reachEnd':
        return { before, change: null, write: null };
      case 'record':
        return this.record(command.count);
      case 'change':
        return this.change(command.plan, { when: command.when, isAssigned: false });
      case 'assign':
        return this.change(command.plan, { isAssigned: true });
      case 'cancel':
        return this.write(cancel(before, command.when, now));
      case 'uncancel':
        return this.write(uncancel(before));
      case 'pause':
        return this.write(pause(before, now));
      case 'resume':
        return this.resume(resume(before, now));
      case 'autoRenew':
        return this.write(setAutoRenew(before, command.on));
      case 'edit':
        return this.edit(command.plan, command.terms);
    }
  }

  /** As many as the plan still allows. */
  private record(count: number): Step {
    const room = Math.min(count, Math.max(0, limitOf(this.plan) - this.used));
    const stored = isActive(this.subscription) ? Math.min(room, count) : 0;
    this.used += stored;
    this.allowance.used += stored;
    this.recorded += stored;
    return { before: this.subscription, change: null, write: null };
  }

  private change(index: number, how: Omit<ChangeRequest, 'target'>): Step {
    const setup = {
      subscription: this.subscription,
      plan: this.plan,
      counts: countsOf({ recordings: this.used }),
      hadTrial: this.subscriptions.some(({ trialEndsAt }) => trialEndsAt !== null),
      hasProvider: true,
    };
    const change = computeChange(setup, { target: this.newest(index), ...how }, this.now);
    const { scheduledPlanId } = change.write.next;
    if (scheduledPlanId && this.newest(index).terms.priceAmount > 0) throw paymentRequired(); // as ChangesService
    return { ...this.write(change.write), change };
  }

  private resume(write: SubscriptionWrite): Step {
    const { pausedAt } = this.subscription;
    this.allowance.endsAt += this.now.getTime() - pausedAt!.getTime();
    this.allowance.wasPaused = true;
    return this.write(write);
  }

  private edit(index: number, terms: NewTerms): Step {
    const last = this.newest(index);
    const version = last.version + 1;
    const priceAmount = index === 0 ? 0 : terms.priceAmount; // the default plan is free
    const newTerms = { ...last.terms, ...terms, priceAmount, version };
    this.plans[index]!.push({ ...last, version, terms: newTerms });
    return { before: this.subscription, change: null, write: null };
  }

  /** As SubscriptionsRepository.write. */
  private write(write: SubscriptionWrite): Step {
    const { next, closed, successor, usage } = write;
    const before = this.subscription;
    if (closed) this.close(closed, true);
    this.setCurrent(next);
    if (successor) this.add({ ...before, ...successor, id: String(this.subscriptions.length) });
    if (usage === 'carried') this.carryOver(successor === null);
    else if (usage === 'reset') this.refill(this.subscription.periodStart);
    this.allowance.limit = Math.max(this.allowance.limit, limitOf(this.plan));
    return { before, change: null, write };
  }

  private close(period: ClosedPeriod, isFirst: boolean): void {
    const used = isFirst ? this.used - this.carriedOver : 0;
    this.closed.push({ ...period, subscriptionId: this.subscription.id, used });
  }

  private setCurrent(subscription: Subscription): void {
    this.subscription = subscription;
    this.subscriptions[this.subscriptions.length - 1] = subscription;
  }

  private add(subscription: Subscription): void {
    this.subscription = subscription;
    this.subscriptions.push(subscription);
  }

  private carryOver(isSame: boolean): void {
    const { periodStart, periodEnd } = this.subscription;
    if (!isSame && this.msSinceEnd(periodStart) >= this.toleranceMs)
      this.complaints.push(`carried on what was over, at ${periodStart.toISOString()}`);
    this.carriedOver = this.used;
    Object.assign(this.allowance, { endsAt: periodEnd.getTime(), wasPaused: false });
  }

  private refill(at: Date): void {
    if (this.msSinceEnd(at) < -this.toleranceMs)
      this.complaints.push(`refilled too early, at ${at.toISOString()}`);
    [this.used, this.carriedOver] = [0, 0];
    this.allowance = this.fullAllowance();
  }

  private msSinceEnd(at: Date): number {
    return at.getTime() - this.allowance.endsAt;
  }

  /** Where a pause has moved the anchor across the end of a month, its cycle knows the end to three days. */
  private get toleranceMs(): number {
    return this.allowance.wasPaused ? THREE_DAYS_MS : 0;
  }

  private fullAllowance(): Allowance {
    const endsAt = this.subscription.periodEnd.getTime();
    return { used: 0, limit: limitOf(this.plan), endsAt, wasPaused: false };
  }

  private newest(index: number): PlanWithTerms {
    return this.plans[index]!.at(-1)!;
  }

  private versionsOf(planId: string): PlanWithTerms[] {
    return this.plans.find(([plan]) => plan!.id === planId)!;
  }
}

export const THREE_DAYS_MS = 3 * 86_400_000;

function later(time: Date, ms: number): Date {
  return new Date(time.getTime() + ms);
}

function limitOf({ grants }: PlanWithTerms): number {
  return grantOf('recordings', undefined, grants).limit ?? Infinity;
}

function toRenewalPlan({ id, renews, terms, archivedAt }: PlanWithTerms): RenewalPlan {
  const { version, intervalUnit: unit, intervalCount: count, priceAmount } = terms;
  const [isFree, isArchived] = [priceAmount === 0, archivedAt !== null];
  return { id, version, renews, isFree, isArchived, interval: { unit, count } };
}

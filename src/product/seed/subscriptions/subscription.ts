import { pickScenario } from './scenario-choice';
import { run, standingOf, type Life, type LifeSetup, type LivedPeriod } from './scenarios';
import type { SeedPlan } from '../chance/plan-choice';
import type { Random } from '../chance/random';
import type { Row, Rows } from '../rows/rows';
import { splitOverPeriods } from '../chance/sizes';

const RUSHES = 0.7; // of those that have recorded enough for it
const REMINDED_BEFORE_MS = 3 * 86_400_000;

/** A period with its recordings, and until when they could be made. */
export interface UsedPeriod extends LivedPeriod {
  until: Date;
  recordings: number;
  /** The part paid by credits. */
  credited: number;
}

export interface SeededSubscription extends Omit<Life, 'periods'> {
  id: string;
  businessId: string;
  /** The plan of the last period. */
  plan: SeedPlan;
  periods: UsedPeriod[];
  /** Usage that a plan change carried over into the last period. */
  carriedOver: number;
}

type Identity = Pick<SeededSubscription, 'id' | 'businessId' | 'plan'>;

/** Makes up a subscription: a scenario with room for its recordings, or else an active one. */
export function makeSubscription(
  identity: Identity,
  setup: LifeSetup,
  recordings: number,
  random: Random,
): SeededSubscription {
  const picked = pickScenario(setup, random)(setup, random);
  const fits = limitsOf(picked).reduce((sum, limit) => sum + limit, 0) >= recordings;
  const life = fits ? picked : run(setup, random);
  const used = useUp(life, recordings, random);
  const periods = life.periods.map((period, index) => {
    const until = Math.min(period.end.getTime(), (life.pausedAt ?? setup.today).getTime());
    return { ...period, until: new Date(until), ...used[index]! };
  });
  return { ...identity, ...life, periods, carriedOver: carriedInto(life, periods) };
}

/**
 * The rows of the subscription, its closed periods, and the counter of the last period, exactly as renewals would have
 * left them.
 */
export function toSubscriptionRows(subscription: SeededSubscription, today: Date): Rows {
  const { periods, endedAt } = subscription;
  const closed = endedAt ? periods : periods.slice(0, -1);
  return {
    subscriptions: [toSubscriptionRow(subscription, today)],
    subscription_periods: closed.map((period) => toPeriodRow(subscription, period)),
    usage_counters: [toCounterRow(subscription)],
  };
}

/** The limit of each period; after a plan change, less the usage carried over. */
function limitsOf({ periods }: Life): number[] {
  const limitOf = ({ plan }: LivedPeriod) => plan.recordingsLimit ?? Infinity;
  return periods.map((period, index) => {
    const before = periods[index - 1];
    const hasMoved = before !== undefined && before.plan.id !== period.plan.id;
    return hasMoved ? Math.max(0, limitOf(period) - limitOf(before)) : limitOf(period);
  });
}

type Usage = Pick<UsedPeriod, 'recordings' | 'credited'>;

function useUp(life: Life, recordings: number, random: Random): Usage[] {
  const limits = limitsOf(life);
  const most = Math.max(...limits);
  const canRush = new Set(limits).size === 1 && recordings > most && limits.length > 1;
  if (canRush && random.chance(RUSHES)) return rush(most, recordings, limits.length, random);
  return splitOverPeriods(recordings, limits, random).map((used) => ({
    recordings: used,
    credited: 0,
  }));
}

/** One of the last two periods exceeded the plan; credits paid for the rest. */
function rush(limit: number, recordings: number, periods: number, random: Random): Usage[] {
  const credited = random.integer(1, Math.min(recordings - limit, Math.ceil(limit / 4)));
  const others = Array.from({ length: periods - 1 }, () => limit);
  const usage = splitOverPeriods(recordings - limit - credited, others, random).map((used) => ({
    recordings: used,
    credited: 0,
  }));
  usage.splice(periods - random.integer(1, 2), 0, { recordings: limit + credited, credited });
  return usage;
}

function carriedInto({ endedAt }: Life, periods: readonly UsedPeriod[]): number {
  const [before, last] = [periods.at(-2), periods.at(-1)!];
  return before && before.plan.id !== last.plan.id && !endedAt ? before.recordings : 0;
}

function toSubscriptionRow(subscription: SeededSubscription, today: Date): Row {
  const { id, businessId, plan, periods } = subscription;
  const standing = standingOf(subscription);
  const last = periods.at(-1)!; // a life has at least one period
  return {
    business_id: businessId,
    id,
    plan_id: standing.planId,
    plan_version: plan.version,
    scheduled_plan_id: standing.scheduledPlanId,
    status: standing.status,
    is_current: true,
    anchor: subscription.anchor,
    cycle: subscription.cycle,
    period_ordinal: last.ordinal,
    period_start: last.start,
    period_end: last.end,
    auto_renew: standing.autoRenew,
    cancel_at_period_end: standing.cancelAtPeriodEnd,
    trial_ends_at: subscription.trialEndsAt,
    trial_reminded_at: remindedAt(subscription, today),
    paused_at: subscription.pausedAt,
    canceled_at: subscription.canceledAt,
    ended_at: subscription.endedAt,
    created_at: periods[0]!.start,
  };
}

/** A trial that ends soon counts as reminded: a made-up past must send no mail. */
function remindedAt({ trialEndsAt, periods }: SeededSubscription, today: Date): Date | null {
  if (!trialEndsAt) return null;
  const at = Math.max(trialEndsAt.getTime() - REMINDED_BEFORE_MS, periods[0]!.start.getTime());
  return at <= today.getTime() ? new Date(at) : null;
}

function toPeriodRow({ id, businessId }: SeededSubscription, period: UsedPeriod): Row {
  return {
    business_id: businessId,
    subscription_id: id,
    ordinal: period.ordinal,
    start_time: period.start,
    end_time: period.end,
    plan_id: period.plan.id,
    usage: period.recordings > 0 ? { recordings: period.recordings } : {},
    closed_at: period.end,
  };
}

function toCounterRow({ id, businessId, periods, carriedOver }: SeededSubscription): Row {
  const { ordinal, recordings, credited } = periods.at(-1)!;
  return {
    business_id: businessId,
    feature: 'recordings',
    subscription_id: id,
    period_ordinal: ordinal,
    used: carriedOver + recordings,
    carried_over: carriedOver,
    credited,
  };
}

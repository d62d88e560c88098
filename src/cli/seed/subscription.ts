import { splitOverPeriods } from './sizes';
import type { SeedPlan } from './plan-choice';
import type { Random } from './random';
import { between, type Row, type Rows } from './rows';
import type { Timeline } from './timeline';

const CANCELED = 0.04;
const PAUSED = 0.03;
const CANCELED_AT_PERIOD_END = 0.04;

/** A period with what was recorded in it, and until when it could be. */
export interface UsedPeriod {
  ordinal: number;
  start: Date;
  end: Date;
  until: Date;
  recordings: number;
}

export interface SeededSubscription {
  id: string;
  businessId: string;
  plan: SeedPlan;
  anchor: Date;
  /** The last one is the subscription's current one. */
  periods: UsedPeriod[];
  status: 'active' | 'paused' | 'canceled';
  pausedAt: Date | null;
  cancelAtPeriodEnd: boolean;
}

type Identity = Pick<SeededSubscription, 'id' | 'businessId' | 'plan'>;

/** Makes up what became of a subscription: most run, some are paused, and some ended with their last closed period. */
export function makeSubscription(
  identity: Identity,
  { anchor, periods }: Timeline,
  recordings: number,
  today: Date,
  random: Random,
): SeededSubscription {
  const limit = identity.plan.recordingsLimit;
  const fitsBefore = recordings <= (limit ?? Infinity) * (periods.length - 1);
  const isCanceled = random.chance(CANCELED) && periods.length > 1 && fitsBefore;
  const isPaused = random.chance(PAUSED) && !isCanceled;
  const isLeaving = random.chance(CANCELED_AT_PERIOD_END);
  const lived = isCanceled ? periods.slice(0, -1) : periods;
  const pausedAt = isPaused ? between(lived.at(-1)!.start, today, random.next()) : null;
  const used = splitOverPeriods(recordings, lived.length, limit, random);
  return {
    ...identity,
    anchor,
    periods: lived.map(({ start, end }, index) => {
      const until = end.getTime() <= today.getTime() ? end : (pausedAt ?? today);
      return { ordinal: index + 1, start, end, until, recordings: used[index] ?? 0 };
    }),
    status: isCanceled ? 'canceled' : isPaused ? 'paused' : 'active',
    pausedAt,
    cancelAtPeriodEnd: isCanceled || isLeaving,
  };
}

/** The subscription, its closed periods, and the counter of the last period, exactly as renewals would have left them. */
export function toSubscriptionRows(subscription: SeededSubscription): Rows {
  const { periods, status } = subscription;
  const closed = status === 'canceled' ? periods : periods.slice(0, -1);
  return {
    subscriptions: [toSubscriptionRow(subscription)],
    subscription_periods: closed.map((period) => toPeriodRow(subscription, period)),
    usage_counters: [toCounterRow(subscription)],
  };
}

function toSubscriptionRow(subscription: SeededSubscription): Row {
  const { id, businessId, plan, anchor, periods, status, pausedAt } = subscription;
  const current = periods.at(-1)!; // a subscription begins with its first period
  const endedAt = status === 'canceled' ? current.end : null;
  return {
    business_id: businessId,
    id,
    plan_id: plan.id,
    plan_version: plan.version,
    scheduled_plan_id: null,
    status,
    is_current: true,
    anchor,
    cycle: periods.length - 1,
    period_ordinal: current.ordinal,
    period_start: current.start,
    period_end: current.end,
    auto_renew: true,
    cancel_at_period_end: subscription.cancelAtPeriodEnd,
    trial_ends_at: null,
    paused_at: pausedAt,
    canceled_at: endedAt,
    ended_at: endedAt,
    created_at: anchor,
  };
}

function toPeriodRow({ id, businessId, plan }: SeededSubscription, period: UsedPeriod): Row {
  return {
    business_id: businessId,
    subscription_id: id,
    ordinal: period.ordinal,
    start_time: period.start,
    end_time: period.end,
    plan_id: plan.id,
    recordings_used: period.recordings,
    closed_at: period.end,
  };
}

function toCounterRow({ id, businessId, periods }: SeededSubscription): Row {
  const { ordinal, recordings } = periods.at(-1)!;
  return {
    business_id: businessId,
    feature: 'recordings',
    subscription_id: id,
    period_ordinal: ordinal,
    used: recordings,
    carried_over: 0,
  };
}

import type { Action } from '../../../common/access/actions';
import type { Period } from '../../../modules/subscriptions/decisions/periods';
import type { SubscriptionStatus } from '../../../modules/subscriptions/subscription.entity';
import {
  transition,
  type TransitionName,
} from '../../../modules/subscriptions/decisions/transitions';
import type { SeedPlan } from '../chance/plan-choice';
import type { Random } from '../chance/random';
import { between } from '../rows/rows';
import { makeTimeline, makeTrial, periodsUpTo, type Timeline } from './timeline';

// What may have happened to a subscription by today: its periods and its events, in order. The stored row is derived
// from the last event, so history and row cannot differ.

/** The part of a subscription that its history records. */
export interface Standing {
  status: SubscriptionStatus;
  planId: string;
  scheduledPlanId: string | null;
  cancelAtPeriodEnd: boolean;
  autoRenew: boolean;
}

export interface Change {
  at: Date;
  /** The action of the route or job. */
  action: Action;
  by: 'owner' | 'job';
  periodOrdinal: number;
  after: Standing;
}

export interface LivedPeriod extends Period {
  ordinal: number;
  plan: SeedPlan;
}

export interface Life {
  anchor: Date;
  cycle: number;
  /** The last one is the subscription's current period; closed too, if it has ended. */
  periods: LivedPeriod[];
  changes: Change[];
  trialEndsAt: Date | null;
  pausedAt: Date | null;
  canceledAt: Date | null;
  endedAt: Date | null;
}

export interface LifeSetup {
  plan: SeedPlan;
  plans: readonly SeedPlan[];
  /** At least how many periods have passed. */
  closed: number;
  today: Date;
}

const USUAL_TRIAL_DAYS = 14;
const LONGEST_PAST_DUE_DAYS = 7; // as in the initial plans
const ONE_DAY_MS = 86_400_000;

/** Active, like most. */
export function run({ plan, closed, today }: LifeSetup, random: Random): Life {
  return live(makeTimeline(plan.interval, closed, today, random), plan);
}

/** Is on trial. */
export function tryOut({ plan, today }: LifeSetup, random: Random): Life {
  const period = makeTrial(plan.trialDays || USUAL_TRIAL_DAYS, today, random);
  const standing = { ...beginning(plan), status: 'trialing' } as const;
  return {
    ...live({ anchor: period.end, periods: [period] }, plan),
    cycle: -1,
    periods: [{ ...period, ordinal: 0, plan }],
    changes: [begin(period.start, 0, standing)],
    trialEndsAt: period.end,
  };
}

/** Has failed to pay for some days. */
export function fallBehind(setup: LifeSetup, random: Random): Life {
  const life = run(setup, random);
  const graceBegins = setup.today.getTime() - LONGEST_PAST_DUE_DAYS * ONE_DAY_MS;
  const earliest = new Date(Math.max(lastOf(life).start.getTime(), graceBegins));
  const at = sometime(earliest, setup.today, random);
  return change(life, at, 'billing.sync', 'job', { status: after(life, 'failPayment') });
}

export function pause(setup: LifeSetup, random: Random): Life {
  const life = run(setup, random);
  const at = sometime(lastOf(life).start, setup.today, random);
  const paused = change(life, at, 'subscription.pause', 'owner', { status: after(life, 'pause') });
  return { ...paused, pausedAt: at };
}

/** Ends with the current period. */
export function requestCancellation(setup: LifeSetup, random: Random): Life {
  const life = run(setup, random);
  return leave(life, sometime(lastOf(life).start, setup.today, random));
}

/** Does not renew. */
export function stopRenewing(setup: LifeSetup, random: Random): Life {
  const life = run(setup, random);
  return letEnd(life, sometime(lastOf(life).start, setup.today, random));
}

/** Moves to another plan with the next period. */
export function planToMove(setup: LifeSetup, random: Random): Life {
  const life = run(setup, random);
  const at = sometime(lastOf(life).start, setup.today, random);
  const scheduledPlanId = findAsRoomy(setup)?.id ?? null;
  return change(life, at, 'subscription.change', 'owner', { scheduledPlanId });
}

/** Started on the default plan and moved to its own by a change that cut a period short and carried its usage over. */
export function moveUp(setup: LifeSetup, random: Random): Life {
  const { plan, plans, today } = setup;
  const first = plans.find(({ isDefault }) => isDefault) ?? plan;
  const before = run({ ...setup, plan: first }, random);
  const { ordinal, start } = lastOf(before);
  const at = sometime(start, today, random);
  const cut = [...before.periods.slice(0, -1), { ...lastOf(before), end: at }];
  const following = periodsUpTo(at, plan.interval, today).map((period, index) => ({
    ...period,
    ordinal: ordinal + 1 + index,
    plan,
  }));
  const moved = { ...before, anchor: at, cycle: following.length - 1 };
  const periods = [...cut, following[0]!];
  const changed = change({ ...moved, periods }, at, 'subscription.change', 'owner', {
    planId: plan.id,
  });
  return { ...changed, periods: [...cut, ...following] };
}

/** Was canceled in the middle of a period. */
export function leaveAtOnce(setup: LifeSetup, random: Random): Life {
  const life = run(setup, random);
  const at = sometime(lastOf(life).start, setup.today, random);
  const canceled = change(life, at, 'subscription.cancel', 'owner', {
    status: after(life, 'cancel'),
  });
  const periods = [...life.periods.slice(0, -1), { ...lastOf(life), end: at }];
  return { ...canceled, periods, canceledAt: at, endedAt: at };
}

/** Was canceled for the end of a period, which has passed. */
export function haveLeft(setup: LifeSetup, random: Random): Life {
  const life = endBefore(run(setup, random));
  const { start, end } = lastOf(life);
  const leaving = leave(life, sometime(start, end, random));
  const left = change(leaving, end, 'subscription.renew', 'job', {
    status: after(leaving, 'cancel'),
  });
  return { ...left, endedAt: end };
}

/** Did not renew, and has expired. */
export function haveExpired(setup: LifeSetup, random: Random): Life {
  const life = endBefore(run(setup, random));
  const { start, end } = lastOf(life);
  const ending = letEnd(life, sometime(start, end, random));
  const expired = change(ending, end, 'subscription.renew', 'job', {
    status: after(ending, 'expire'),
  });
  return { ...expired, endedAt: end };
}

/** Another public plan that allows at least as many applications and seats. */
export function findAsRoomy({ plan, plans }: Pick<LifeSetup, 'plan' | 'plans'>): SeedPlan | null {
  const holds = (limit: number | null, needed: number | null) =>
    (limit ?? Infinity) >= (needed ?? Infinity);
  const roomy = plans.find(
    (other) =>
      other.isPublic &&
      other.id !== plan.id &&
      holds(other.applicationsLimit, plan.applicationsLimit) &&
      holds(other.seatsLimit, plan.seatsLimit),
  );
  return roomy ?? null;
}

/** The state after the last change. */
export function standingOf({ changes }: Pick<Life, 'changes'>): Standing {
  return changes.at(-1)!.after; // a life has at least one change
}

function live({ anchor, periods }: Timeline, plan: SeedPlan): Life {
  return {
    anchor,
    cycle: periods.length - 1,
    periods: periods.map((period, index) => ({ ...period, ordinal: index + 1, plan })),
    changes: [begin(periods[0]!.start, 1, beginning(plan))],
    trialEndsAt: null,
    pausedAt: null,
    canceledAt: null,
    endedAt: null,
  };
}

function beginning({ id }: SeedPlan): Standing {
  const waiting = { scheduledPlanId: null, cancelAtPeriodEnd: false };
  return { status: 'active', planId: id, ...waiting, autoRenew: true };
}

function begin(at: Date, periodOrdinal: number, standing: Standing): Change {
  return { at, action: 'business.sign_up', by: 'owner', periodOrdinal, after: standing };
}

function change(
  life: Life,
  at: Date,
  action: Action,
  by: Change['by'],
  changed: Partial<Standing>,
): Life {
  const periodOrdinal = lastOf(life).ordinal;
  const next = { at, action, by, periodOrdinal, after: { ...standingOf(life), ...changed } };
  return { ...life, changes: [...life.changes, next] };
}

function leave(life: Life, at: Date): Life {
  const leaving = change(life, at, 'subscription.cancel', 'owner', { cancelAtPeriodEnd: true });
  return { ...leaving, canceledAt: at };
}

function letEnd(life: Life, at: Date): Life {
  return change(life, at, 'subscription.update', 'owner', { autoRenew: false });
}

/** The life until just before its last boundary. */
function endBefore(life: Life): Life {
  return { ...life, cycle: life.cycle - 1, periods: life.periods.slice(0, -1) };
}

function after(life: Life, name: TransitionName): SubscriptionStatus {
  return transition(standingOf(life).status, name);
}

function lastOf({ periods }: Life): LivedPeriod {
  return periods.at(-1)!; // a life has at least one period
}

/** Strictly inside: nothing else happens at that moment. */
function sometime(start: Date, end: Date, random: Random): Date {
  return between(start, end, 0.02 + 0.96 * random.next());
}

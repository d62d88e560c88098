import { DateTime } from 'luxon';
import type { PlanWithTerms } from '../../plans/plan.entity';
import { intervalOf, nextPeriod } from './periods';
import type { Subscription } from '../subscription.entity';

/** A new subscription, before it has an id. */
export type SubscriptionStart = Omit<Subscription, 'id' | 'businessId' | 'createdAt'>;

/** How a subscription to a plan starts: with the plan's trial (ordinal 0), or with period n = 0 (ordinal 1). */
export function startOf(plan: PlanWithTerms, now: Date): SubscriptionStart {
  return plan.trialDays > 0
    ? { ...common(plan), ...trial(plan, now) }
    : { ...common(plan), ...paid(plan, now) };
}

type Running =
  | 'status'
  | 'anchor'
  | 'cycle'
  | 'periodOrdinal'
  | 'periodStart'
  | 'periodEnd'
  | 'trialEndsAt';

/** A trial's end is the anchor of what follows. */
function trial(plan: PlanWithTerms, now: Date): Pick<SubscriptionStart, Running> {
  const end = DateTime.fromJSDate(now, { zone: 'utc' }).plus({ days: plan.trialDays }).toJSDate();
  return {
    status: 'trialing',
    anchor: end,
    cycle: -1,
    periodOrdinal: 0,
    periodStart: now,
    periodEnd: end,
    trialEndsAt: end,
  };
}

function paid(plan: PlanWithTerms, now: Date): Pick<SubscriptionStart, Running> {
  const { start, end } = nextPeriod(now, intervalOf(plan.terms), 0);
  return {
    status: 'active',
    anchor: now,
    cycle: 0,
    periodOrdinal: 1,
    periodStart: start,
    periodEnd: end,
    trialEndsAt: null,
  };
}

function common(plan: PlanWithTerms): Omit<SubscriptionStart, Running> {
  return {
    planId: plan.id,
    planVersion: plan.terms.version,
    scheduledPlanId: null,
    isCurrent: true,
    autoRenew: true,
    cancelAtPeriodEnd: false,
    cancelAt: null,
    trialRemindedAt: null,
    priceToldOfVersion: null,
    pausedAt: null,
    canceledAt: null,
    endedAt: null,
    stripeSubscriptionId: null,
    endReason: null,
    planAssigned: false,
    runsUntil: null,
    pastDueSince: null,
    dunningMails: 0,
  };
}

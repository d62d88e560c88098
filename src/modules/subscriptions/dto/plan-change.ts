import { Choice, Flag, Id, Instant, ListOf, Nested, Reason } from '../../../common/fields';
import { MoneyResponse, PlanResponse, toPlanResponse } from '../../plans/dto/plan.response';
import { CHANGE_TIMES, type ChangeTime, type PlanChange } from '../decisions/plan-change';
import { PlanConflictResponse } from '../subscriptions.errors';
import { toUsageResponse, UsageResponse } from '../../entitlements/dto/usage.response';

export class ChangePlanRequest {
  @Id()
  planId!: string;

  @Choice('ChangeTime', CHANGE_TIMES, {
    optional: true,
    description:
      'By default a higher price per day takes effect now, a lower one at the end of the period',
  })
  when?: ChangeTime;
}

export class CancelRequest {
  @Choice('ChangeTime', CHANGE_TIMES)
  when!: ChangeTime;
}

export class UpdateSubscriptionRequest {
  @Flag({ description: 'Whether another period follows the current one' })
  autoRenew!: boolean;
}

export class AssignPlanRequest {
  @Id()
  planId!: string;

  @Reason({ description: 'Shown in the history, which the tenant can read' })
  reason!: string;

  @Choice('StripeDisposition', ['cancel', 'keep'], {
    optional: true,
    description: 'What to do with the subscription at Stripe, if there is one',
  })
  stripe?: 'cancel' | 'keep';
}

export class ProrationResponse {
  @Nested(() => MoneyResponse, { description: 'For the unused rest of the paid period; 0 or less' })
  credit!: MoneyResponse;

  @Nested(() => MoneyResponse, { description: 'For the new plan from now on' })
  charge!: MoneyResponse;

  @Nested(() => MoneyResponse, { description: 'credit + charge' })
  due!: MoneyResponse;
}

export class PlanChangeResponse {
  @Choice('ChangeTime', CHANGE_TIMES)
  when!: ChangeTime;

  @Instant()
  effectiveAt!: string;

  @Nested(() => PlanResponse, {
    description: 'In its newest version, whose price and interval apply from `effectiveAt`',
  })
  plan!: PlanResponse;

  @Nested(() => ProrationResponse)
  proration!: ProrationResponse;

  @Nested(() => UsageResponse, { description: 'Just after the change' })
  usageAfter!: UsageResponse;

  @ListOf(() => PlanConflictResponse, {
    description:
      'Limits of the plan that current usage exceeds: the change is refused until there are none',
  })
  conflicts!: PlanConflictResponse[];
}

export function toPlanChangeResponse(change: PlanChange): PlanChangeResponse {
  const { when, effectiveAt, plan, proration, after, conflicts } = change;
  const { currency } = proration;
  const money = (amount: number): MoneyResponse => ({ amount, currency });
  return {
    when,
    effectiveAt: effectiveAt.toISOString(),
    plan: toPlanResponse(plan),
    proration: {
      credit: money(proration.credit),
      charge: money(proration.charge),
      due: money(proration.due),
    },
    usageAfter: toUsageResponse({ ...after, plan, now: effectiveAt }),
    conflicts,
  };
}

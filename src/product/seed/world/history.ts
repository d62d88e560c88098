import { PLATFORM_ID } from '../../../common/ids';
import type { Change } from '../subscriptions/scenarios';
import type { Random } from '../chance/random';
import type { Row } from '../rows/rows';
import type { SeededSubscription } from '../subscriptions/subscription';
import type { Person } from './team';

const JOB = { kind: 'job', id: PLATFORM_ID, email: null };

/** The events of a subscription at their made-up times, as the trigger would have written them. */
export function toEventRows(
  { id, businessId, changes }: SeededSubscription,
  { memberId, email }: Person,
  random: Random,
): Row[] {
  const owner = { kind: 'person', id: memberId, email };
  return changes.map((change, index) => ({
    business_id: businessId,
    id: random.id(),
    subscription_id: id,
    at: change.at,
    action: change.action,
    actor: change.by === 'owner' ? owner : JOB,
    period_ordinal: change.periodOrdinal,
    ...toStanding(change, changes[index - 1]),
  }));
}

function toStanding({ after }: Change, before: Change | undefined): Row {
  return {
    status_before: before?.after.status ?? null,
    status: after.status,
    plan_id_before: before?.after.planId ?? null,
    plan_id: after.planId,
    scheduled_plan_id: after.scheduledPlanId,
    cancel_at_period_end: after.cancelAtPeriodEnd,
    auto_renew: after.autoRenew,
  };
}

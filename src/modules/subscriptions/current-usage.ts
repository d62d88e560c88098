import { databaseTime } from '../../common/clock';
import type { UsageView } from './decisions/subscription-view';

export type CurrentUsageRow = UsageView['subscription'] &
  UsageView['plan'] &
  Pick<UsageView, 'counts' | 'now'>;

/**
 * The current subscription of business $1 with its plan's grants and the usage of each feature that is counted, at the
 * database's time, moved by $2 milliseconds.
 */
export const CURRENT_USAGE = `
  SELECT current.id, current.period_ordinal AS "periodOrdinal", current.period_end AS "periodEnd", plan.grants,
         clock.now, counted.counts
  FROM (SELECT ${databaseTime('$2')} AS now) AS clock
  CROSS JOIN subscriptions AS current
  JOIN plans AS plan ON plan.id = current.plan_id
  CROSS JOIN LATERAL (
    SELECT coalesce(json_object_agg(usage.key, usage), '{}') AS counts FROM usage_at($1, clock.now) AS usage
  ) AS counted
  WHERE current.business_id = $1 AND current.is_current`;

export function toUsageView(row: CurrentUsageRow): UsageView {
  const { id, periodOrdinal, periodEnd, grants, counts, now } = row;
  return { subscription: { id, periodOrdinal, periodEnd }, plan: { grants }, counts, now };
}

import { databaseTime } from '../../common/clock';
import type { UsageView } from './decisions/subscription-view';

export type CurrentUsageRow = UsageView['subscription'] &
  UsageView['plan'] &
  Pick<UsageView, 'counts' | 'now'>;

/**
 * The current subscription of business $1 with its plan's grants and the usage of each feature that is counted, at the
 * database's time, moved by $2 milliseconds. The function's plan is kept.
 */
export const CURRENT_USAGE = `SELECT * FROM current_usage($1, ${databaseTime('$2')})`;

export function toUsageView(row: CurrentUsageRow): UsageView {
  const { id, status, periodOrdinal, periodEnd, runsUntil, grants, counts, now } = row;
  const subscription = { id, status, periodOrdinal, periodEnd, runsUntil };
  return { subscription, plan: { grants }, counts, now };
}

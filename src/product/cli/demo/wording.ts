import type { PlanResponse } from '../../../modules/plans/dto/plan.response';
import type { PeriodResponse } from '../../../modules/subscriptions/dto/subscription.response';
import type { MeteredUsageResponse } from '../../../modules/entitlements/dto/usage.response';
import { countOf, day, withCommas } from '../../../cli/support/output';

// How the story phrases the server's answers.

export function usageText({ used, limit, remaining }: MeteredUsageResponse): string {
  if (limit === null) return `${countOf(used, 'recording', 'recordings')} used, without a limit`;
  return `${withCommas(used)} of ${withCommas(limit)} recordings used, ${withCommas(remaining ?? 0)} left`;
}

export function limitOf({ limits }: PlanResponse): string {
  const { recordings = null } = limits;
  return recordings === null
    ? 'Any number of recordings'
    : countOf(recordings, 'recording', 'recordings');
}

export function intervalOf({ interval: { count, unit } }: PlanResponse): string {
  return count === 1 ? unit : `${count} ${unit}s`;
}

export function periodText({ ordinal, start, end, usage, closedAt }: PeriodResponse): string {
  const used = countOf(usage.recordings ?? 0, 'recording', 'recordings').padStart(16);
  return `${ordinal}  ${day(start)} to ${day(end)}  ${used}  ${closedAt ? 'closed' : 'running'}`;
}

import type { UsageDayResponse } from '@tenantry/client';

const DAY_MS = 86_400_000;
const SHOWN_DAYS = 30;

/** The first and the last of 30 days in UTC: today is the last. */
export function lastDays(): { from: string; to: string } {
  const now = Date.now();
  const day = (at: number) => new Date(at).toISOString().slice(0, 10);
  return { from: day(now - (SHOWN_DAYS - 1) * DAY_MS), to: day(now) };
}

/** Every day of the range: the API leaves out those on which nothing was used. */
export function withEmptyDays(
  days: readonly UsageDayResponse[],
  { from }: { from: string },
): UsageDayResponse[] {
  const used = new Map(days.map((each) => [each.day, each.used]));
  const first = Date.parse(from);
  return Array.from({ length: SHOWN_DAYS }, (_, index) => {
    const day = new Date(first + index * DAY_MS).toISOString().slice(0, 10);
    return { day, used: used.get(day) ?? 0 };
  });
}

const DAY_MS = 86_400_000;
const SHOWN_DAYS = 30;

/** The first and the last of 30 days in UTC: today is the last. */
export function lastDays(): { from: string; to: string } {
  const now = Date.now();
  const day = (at: number) => new Date(at).toISOString().slice(0, 10);
  return { from: day(now - (SHOWN_DAYS - 1) * DAY_MS), to: day(now) };
}

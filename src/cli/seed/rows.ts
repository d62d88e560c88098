/** The tables that a made-up world fills, in an order in which every row finds those that it names. */
export const SEEDED_TABLES = [
  'businesses',
  'users',
  'members',
  'subscriptions',
  'subscription_periods',
  'usage_counters',
  'applications',
  'recordings',
] as const;
export type SeededTable = (typeof SEEDED_TABLES)[number];

/** A row under the names of the table's columns. All rows of a table name the same ones. */
export type Row = Record<string, string | number | boolean | Date | object | null>;
export type Rows = Partial<Record<SeededTable, Row[]>>;

/** A moment between two others. */
export function between(start: Date, end: Date, share: number): Date {
  return new Date(Math.floor(start.getTime() + share * (end.getTime() - start.getTime())));
}

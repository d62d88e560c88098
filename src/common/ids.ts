import { v7 } from 'uuid';

const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The id of the installation itself, for rows that need a tenant and have none (an audit row of staff, say). */
export const PLATFORM_ID = '00000000-0000-0000-0000-000000000000';

/** A new UUIDv7, made here because PostgreSQL 15 to 17 have no `uuidv7()`. */
export function newId(): string {
  return v7();
}

const ONE_DAY_MS = 86_400_000;

/** An upper bound for all ids made by this moment, with a day's margin for clock skew. */
export function idsUntil(moment: Date): string {
  const hex = Math.max(0, moment.getTime() + ONE_DAY_MS)
    .toString(16)
    .padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** True for the text of any UUID, in either letter case. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && UUID_PATTERN.test(value);
}

import { v7 } from 'uuid';

const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The id of the installation itself, where a row needs a tenant and has none (an audit row of staff, say). */
export const PLATFORM_ID = '00000000-0000-0000-0000-000000000000';

/** A new UUIDv7: made here because PostgreSQL 15 to 17 have no `uuidv7()`. */
export function newId(): string {
  return v7();
}

/** True for the text of any UUID, in either letter case. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && UUID_PATTERN.test(value);
}

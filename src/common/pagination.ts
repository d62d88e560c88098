import type { DomainError } from './problem';
import { validationFailed } from './problems';

/** One page of a list, newest first; `nextCursor` is null on the last. */
export interface Page<Item> {
  data: Item[];
  nextCursor: string | null;
}

/** Where a page begins: after the row with these values of the sort columns. */
export type Keyset = (string | number)[];

/** A cursor is opaque to clients: base64url of the keyset. It contains nothing that the page did not show. */
export function encodeCursor(keyset: Keyset): string {
  return Buffer.from(JSON.stringify(keyset)).toString('base64url');
}

/**
 * Decodes a cursor, only in the exact spelling that `encodeCursor` gave it. `shape` checks each value, so that a
 * forged cursor cannot reach the database.
 * @throws 422 validation_failed at /cursor
 */
export function decodeCursor(
  cursor: string | undefined,
  shape: ((value: unknown) => boolean)[],
): Keyset | null {
  if (cursor === undefined) return null;
  const keyset = parse(cursor);
  if (keyset?.length !== shape.length || !shape.every((check, index) => check(keyset[index]))) {
    throw invalidCursor();
  }
  return keyset;
}

/** 422 validation_failed at /cursor. */
export function invalidCursor(): DomainError {
  return validationFailed([
    { pointer: '/cursor', code: 'invalid_cursor', detail: 'is not a cursor of this list' },
  ]);
}

/** Cuts a result of `limit + 1` rows into a page; the extra row only shows that there is another page. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
  keysetOf: (row: Row) => Keyset,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { data: shown.map(toItem), nextCursor: more ? encodeCursor(keysetOf(last)) : null };
}

function parse(cursor: string): Keyset | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const keyset = Array.isArray(value) ? (value as Keyset) : null;
    return keyset && encodeCursor(keyset) === cursor ? keyset : null;
  } catch {
    return null; // not JSON: the caller answers 422
  }
}

/** True for the exact form in which cursors hold a time, within PostgreSQL's range. */
export function isInstantText(value: unknown): boolean {
  if (typeof value !== 'string' || !/^(?!0000)\d{4}-/.test(value)) return false;
  const instant = new Date(value);
  return !Number.isNaN(instant.getTime()) && instant.toISOString() === value;
}

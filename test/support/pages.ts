import type { Response } from 'supertest';
import type { Page } from '../../src/common/pagination';

type Get = (path: string) => PromiseLike<Response>;

/** Follows `nextCursor` from the first page to the last. @returns the items, a list a page */
export async function walkPages<Item>(get: Get, path: string, limit: number): Promise<Item[][]> {
  const pages: Item[][] = [];
  let cursor: string | null = null;
  do {
    const query = `limit=${limit}${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
    const response = await get(`${path}?${query}`);
    if (response.status !== 200)
      throw new Error(`${path}?${query} answered ${response.status}: ${response.text}`);
    const page = response.body as Page<Item>;
    pages.push(page.data);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return pages;
}

const AN_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const asCursor = (value: unknown): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');

/** What no list has given as a cursor: each is a 422 and none reaches the database. */
export const BAD_CURSORS: [what: string, cursor: string][] = [
  ['empty', ''],
  ['not base64url', '%%%'],
  ['not JSON', Buffer.from('{').toString('base64url')],
  ['an object', asCursor({})],
  ['null', asCursor(null)],
  ['an empty list', asCursor([])],
  ['of wrong types', asCursor([{}, []])],
  ['too long a list', asCursor(['2026-01-01T00:00:00.000Z', AN_ID, AN_ID])],
  ['SQL', asCursor(["' OR 1=1 --", AN_ID])],
  ['an id that is none', asCursor(['2026-01-01T00:00:00.000Z', 'x'])],
  ['a time of another form', asCursor(['2026-01-01', AN_ID])],
  ['the year 0, which PostgreSQL has not', asCursor(['0000-01-01T00:00:00.000Z', AN_ID])],
  ['a time before Christ', asCursor(['-000001-01-01T00:00:00.000Z', AN_ID])],
  ['the end of time', asCursor(['+275760-09-13T00:00:00.000Z', AN_ID])],
  ['an amount that is no integer', asCursor([1.5, AN_ID])],
  ['an amount beyond 2^53', asCursor([2 ** 60, AN_ID])],
  ['another list of spellings', `${asCursor(['2026-01-01T00:00:00.000Z', AN_ID])}!`],
  ['with white space in it', Buffer.from(`[0, "${AN_ID}"]`).toString('base64url')],
  ['longer than 1000 characters', 'a'.repeat(1001)],
];

/** Queries that no list takes, and the parameter that is at fault. */
export const BAD_LIST_QUERIES: [query: string, pointer: string][] = [
  ['limit=0', '/limit'],
  ['limit=101', '/limit'],
  ['limit=-1', '/limit'],
  ['limit=1.5', '/limit'],
  ['limit=1e1', '/limit'],
  ['limit=', '/limit'],
  ['limit=ten', '/limit'],
  ['limit=99999999999999999999', '/limit'],
  ['limit=1&limit=2', '/limit'],
  ['limit=5&limit=5', '/limit'],
  ['limit[]=5', '/limit[]'],
  ['limit[gt]=5', '/limit[gt]'],
  ['LIMIT=5', '/LIMIT'],
  ['offset=5', '/offset'],
  ['cursor=a&cursor=b', '/cursor'],
  ['businessId=01890a5d-ac96-774b-bcce-b302099a8057', '/businessId'],
  ['constructor=1', '/constructor'],
  ['__proto__=1', '/__proto__'],
  ['hasOwnProperty=1', '/hasOwnProperty'],
];

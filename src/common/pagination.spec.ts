import { decodeCursor, encodeCursor, isInstantText, toPage } from './pagination';
import { DomainError } from './problem';

const isText = (value: unknown): boolean => typeof value === 'string';
const SHAPE = [isInstantText, isText];
const base64url = (text: string): string => Buffer.from(text).toString('base64url');

describe('a cursor', () => {
  it('decodes to what was encoded', () => {
    const keyset = ['2026-01-31T23:59:59.999Z', 'ü/😀+"'];
    expect(decodeCursor(encodeCursor(keyset), SHAPE)).toEqual(keyset);
    expect(decodeCursor(encodeCursor([4900]), [Number.isSafeInteger])).toEqual([4900]);
  });

  it('needs no escaping in a URL', () => {
    expect(encodeCursor(['\u00ff\u00fe?>~', 'x'])).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  it('that is missing gives the first page', () => {
    expect(decodeCursor(undefined, SHAPE)).toBeNull();
  });

  const good = encodeCursor(['2026-01-31T23:59:59.999Z', 'x']);
  const bad: [string, string][] = [
    ['empty', ''],
    ['no base64url', '???'],
    ['no JSON', base64url('nonsense')],
    ['cut short', good.slice(0, -2)],
    ['an object', base64url('{"0":"2026-01-31T23:59:59.999Z","1":"x","length":2}')],
    ['a text', base64url('"2026"')],
    ['null', base64url('null')],
    ['too short', encodeCursor(['2026-01-31T23:59:59.999Z'])],
    ['too long', encodeCursor(['2026-01-31T23:59:59.999Z', 'x', 'y'])],
    ['of another type', encodeCursor(['2026-01-31T23:59:59.999Z', 7])],
    ['of another form', encodeCursor(['2026-01-31', 'x'])],
    ['followed by something', `${good}!`],
    ['padded', `${good}=`],
    ['with white space inside', base64url('["2026-01-31T23:59:59.999Z", "x"]')],
    ['in base64', Buffer.from('["2026-01-31T23:59:59.999Z","þÿ>?"]', 'latin1').toString('base64')],
  ];
  it.each(bad)('that is %s is 422 at /cursor', (_, cursor) => {
    let thrown: unknown;
    try {
      decodeCursor(cursor, SHAPE);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(DomainError);
    expect(thrown).toMatchObject({
      code: 'validation_failed',
      members: { errors: [{ pointer: '/cursor', code: 'invalid_cursor' }] },
    });
  });
});

describe('a page', () => {
  const page = (rows: number[], limit: number) =>
    toPage(
      rows,
      limit,
      (row) => `item ${row}`,
      (row) => [row],
    );

  it('drops the extra row, and its cursor names the last row shown', () => {
    expect(page([1, 2, 3], 2)).toEqual({
      data: ['item 1', 'item 2'],
      nextCursor: encodeCursor([2]),
    });
  });

  it.each([
    [[1, 2], 2],
    [[1], 2],
    [[], 2],
  ])('of %j with a limit of %i is the last', (rows, limit) => {
    expect(page(rows, limit)).toEqual({
      data: rows.map((row) => `item ${row}`),
      nextCursor: null,
    });
  });
});

describe('isInstantText', () => {
  it.each([
    '1970-01-01T00:00:00.000Z',
    '2024-02-29T12:00:00.000Z',
    '9999-12-31T23:59:59.999Z',
    '0001-01-01T00:00:00.000Z',
  ])('takes %s', (text) => {
    expect(isInstantText(text)).toBe(true);
  });

  it.each([
    '',
    'now',
    'infinity',
    '2026-01-01',
    '2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00.000',
    '2026-01-01T00:00:00.000+00:00',
    '2026-02-30T00:00:00.000Z',
    '2026-13-01T00:00:00.000Z',
    ' 2026-01-01T00:00:00.000Z',
    '0000-01-01T00:00:00.000Z',
    '-000001-01-01T00:00:00.000Z',
    '+010000-01-01T00:00:00.000Z',
    0,
    null,
    {},
  ])('does not take %j', (value) => {
    expect(isInstantText(value)).toBe(false);
  });
});

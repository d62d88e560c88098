import fc from 'fast-check';
import { DomainError } from '../../common/problem';
import { escapePointer, parseStrictJson } from './strict-json';

/** Refused at any depth. */
const TRAPS = ['__proto__', 'constructor'];

const MAXIMUM_DEPTH = 32;
const MOST_VALUES = 1_000;

const parse = (text: string | Buffer): unknown => parseStrictJson(Buffer.from(text), MOST_VALUES);

function refusalOf(text: string | Buffer): string {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof DomainError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error('it was accepted');
}

/** Any JSON value, with special names and with texts that resemble JSON. */
const anyJson = fc
  .letrec((tie) => ({
    text: fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('":', '"a":1', '\\', '\\"', '{"a":', '\u2028'),
    ),
    value: fc.oneof(
      { maxDepth: 6 },
      tie('text'),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 5 }),
      tie('object'),
    ),
    name: fc.oneof(
      fc.constantFrom('', 'prototype', 'toString', 'length', '0', '"', '\\', ':'),
      fc.string(),
    ),
    object: fc.dictionary(
      (tie('name') as fc.Arbitrary<string>).filter((name) => !TRAPS.includes(name)),
      tie('value'),
      { maxKeys: 6, noNullPrototype: true },
    ),
  }))
  .value.filter((value) => isWellFormed(value));

function isWellFormed(value: unknown): boolean {
  return !/\\ud[89a-f]/i.test(JSON.stringify(value)); // a half of a pair cannot be sent as UTF-8
}

describe('parseStrictJson', () => {
  it('reads everything that JSON.stringify writes, in any layout', () => {
    fc.assert(
      fc.property(anyJson, fc.constantFrom(undefined, 1, '\t', ' \n'), (value, indent) => {
        expect(parse(JSON.stringify(value, null, indent))).toEqual(value);
      }),
    );
  });

  it('reads every value that stands alone', () => {
    for (const text of ['null', 'true', '0', '-0.5e-3', '""', '[]', '{}', ' {} ', '\n[1 , 2]\t'])
      expect(parse(text)).toEqual(JSON.parse(text));
  });

  it('reads an empty body as undefined', () => {
    expect(parse('')).toBeUndefined();
  });

  it('finds a duplicate field at any depth', () => {
    const twice = fc.record({ before: anyJson, inside: anyJson, name: fc.string() });
    fc.assert(
      fc.property(twice, ({ before, inside, name }) => {
        fc.pre(!TRAPS.includes(name) && isWellFormed(name));
        const key = JSON.stringify(name);
        const object = `{${key}:${JSON.stringify(inside)},"other":1,${key}:2}`;
        const text = `[${JSON.stringify(before)},{"deep":[${object}]}]`;
        expect(refusalOf(text)).toContain('names a field twice');
      }),
    );
  });

  it.each([
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":1}',
    '{"a" : 1, "a"\n:\t1}',
    '{"":1,"":1}',
    '{"\\"":1,"\\u0022":1}',
    '{"\\\\":1,"\\u005c":1}',
    '{"😀":1,"\\ud83d\\ude00":1}',
    '{"toString":1,"toString":1}',
    '{"0":1,"0":2}',
    '[{"a":{"b":[{"c":1,"c":1}]}}]',
  ])('refuses %s', (text) => {
    expect(refusalOf(text)).toContain('names a field twice');
  });

  it.each([
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":1}]',
    '{"a":"\\"a\\":","b":"a\\":1"}',
    '{"a":"{\\"a\\":1,\\"a\\":1}"}',
    '{"a":"\\\\","b":":"}',
    '{"a":"\\\\\\"","b":":"}',
    '{"a":1,"A":1,"á":1,"a\u0301":1}',
    '{"a":["x","x"],"b":"x"}',
  ])('takes %s', (text) => {
    expect(parse(text)).toEqual(JSON.parse(text));
  });

  describe.each(TRAPS)('the name %s', (name) => {
    const escaped = name.replace('t', '\\u0074');
    it.each([`{"${name}":{}}`, `[{"a":{"${name}":1}}]`, `{"${escaped}":null}`])(
      'is refused in %s',
      (text) => {
        expect(refusalOf(text)).toContain(`names the field ${name}`);
      },
    );
  });

  it('accepts other property names of JavaScript objects', () => {
    const value = parse('{"prototype":1,"toString":2,"hasOwnProperty":3}') as object;
    expect(Object.keys(value)).toEqual(['prototype', 'toString', 'hasOwnProperty']);
  });

  const levels = (count: number, open: string, close: string): string =>
    open.repeat(count) + close.repeat(count);

  it('takes 32 levels of lists or objects and no more', () => {
    for (const [open, inner, close] of [
      ['[', '', ']'],
      ['{"a":', '1', '}'],
    ] as const) {
      const nested = (count: number) => open.repeat(count) + inner + close.repeat(count);
      expect(() => parse(nested(MAXIMUM_DEPTH))).not.toThrow();
      expect(refusalOf(nested(MAXIMUM_DEPTH + 1))).toContain('32 levels');
      expect(refusalOf(`[1,"[",${nested(MAXIMUM_DEPTH)}]`)).toContain('32 levels');
    }
  });

  it.each([100_000, 1_000_000])('survives %i levels', (count) => {
    expect(refusalOf(levels(count, '[', ']'))).toMatch(/^malformed_request/);
    expect(refusalOf('['.repeat(count))).toMatch(/^malformed_request/);
    expect(refusalOf('{"a":'.repeat(count / 5))).toMatch(/^malformed_request/);
  });

  it('survives texts of nothing but escapes, quotes or backslashes', () => {
    for (const escape of ['\\n', '\\"', '\\\\', '\\u0022']) {
      const text = JSON.stringify({ a: 0 }).replace('0', `"${escape.repeat(300_000)}"`);
      expect(parse(text)).toEqual(JSON.parse(text));
    }
    expect(refusalOf('"'.repeat(100_001))).toContain('not JSON');
  });

  it.each([
    ['a byte that starts no character', '22ff22'],
    ['a continuation alone', '228022'],
    ['an overlong form', '22c0af22'],
    ['half of a surrogate pair', '22eda08022'],
    ['beyond the last code point', '22f490808022'],
    ['a character cut short', '22e282'],
  ])('refuses what is not UTF-8: %s', (_, hex) => {
    expect(refusalOf(Buffer.from(hex, 'hex'))).toContain('not UTF-8');
  });

  it.each([
    '{',
    '{}x',
    "{'a':1}",
    '{a:1}',
    '[1,]',
    '01',
    '+1',
    '.5',
    'NaN',
    'undefined',
    '"\n"',
    '"\0"',
    ' ',
  ])('refuses what is not JSON: %j', (text) => {
    expect(refusalOf(text)).toContain('not JSON');
  });
});

describe('the values of a body', () => {
  const list = (count: number, entry: string): string => `[${Array(count).fill(entry).join()}]`;
  const fields = (count: number): string =>
    `{${Array.from({ length: count }, (_, at) => `"f${at}" : 1`).join(' , ')}}`;
  const halves = (one: string, other: string): string => `{"a":${one},"b":${other}}`;

  it.each([
    ['fields', fields(MOST_VALUES), fields(MOST_VALUES + 1)],
    ['entries', list(MOST_VALUES, '1'), list(MOST_VALUES + 1, '1')],
    ['texts with commas', list(MOST_VALUES, '"a,[{:,"'), list(MOST_VALUES + 1, '"a,[{:,"')],
    ['empty lists', list(MOST_VALUES, '[]'), list(MOST_VALUES + 1, '[]')],
    ['empty objects', list(MOST_VALUES, '{}'), list(MOST_VALUES + 1, '{}')],
    ['lists of one', list(MOST_VALUES / 2, '[1]'), list(MOST_VALUES / 2 + 1, '[1]')],
    ['both', halves(fields(499), list(499, '1')), halves(fields(499), list(500, '1'))],
  ])('are counted all together: %s', (_, most, more) => {
    expect(parse(most)).toEqual(JSON.parse(most));
    expect(refusalOf(more)).toBe('too_many_values: The body has more than 1000.');
  });

  it('are counted before they are parsed', () => {
    const parsed = jest.spyOn(JSON, 'parse');
    try {
      expect(refusalOf(fields(200_000))).toMatch(/^too_many_values/);
      expect(parsed).not.toHaveBeenCalled();
    } finally {
      parsed.mockRestore();
    }
  });
});

describe('escapePointer', () => {
  it('escapes ~ and / as RFC 6901 says', () => {
    expect(escapePointer('a/b~c~1d')).toBe('a~1b~0c~01d');
    expect(escapePointer('plain')).toBe('plain');
  });
});

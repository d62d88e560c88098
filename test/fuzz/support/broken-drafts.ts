import * as fc from 'fast-check';
import { changeAt, countPlaces, plain, type Draft } from './drafts';

/** Values as JSON text that programs often mishandle, for any field. */
const HOSTILE_TEXTS = [
  ...['null', 'true', 'false', '0', '-0', '-1', '1', '1.5', '1e400', '-1e400', '1e308', '5e-324'],
  ...['9007199254740993', '-9007199254740993', '2147483648', '123456789012345678901234567890'],
  ...['[]', '{}', '[[]]', '[null]', '[{}]', '{"":""}', '{"length":1e9}', '{"toString":null}'],
  ...['{"__proto__":{"role":"owner"}}', '{"constructor":{"prototype":{"role":"owner"}}}'],
  ...['{"then":"x"}', '{"toJSON":1}', '{"valueOf":1}', '{"$gt":""}'],
  ...['""', '" "', '"\\t"', '"\\u00a0"', '"\\u200b"', '"\\ufeff"', '"\\u202eabc"', '"NaN"', '"1"'],
  ...['"\\u0000"', '"a\\u0000b"', '"\\ud800"', '"\\udfff\\ud800"', '"a\\udc00"', '"\\uffff"'],
  ...['"owner "', '"OWNER"', '"\\u043ewner"', '"\\uff4fwner"', '"own\\u0131r"', '"__proto__"'],
  ...[
    '"constructor"',
    '"toString"',
    '"undefined"',
    '"\'; DROP TABLE users;--"',
    '"%s%n"',
    '"\\\\"',
  ],
  ...[
    '"{{7*7}}"',
    '"<script>alert(1)</script>"',
    '"../../etc/passwd"',
    '"a\\r\\nBcc: b@example.com"',
  ],
  ...['"a@b"', '"a@example.com,b@example.com"', '"A@EXAMPLE.COM"', '"\\u00e4@ex\\u00e4mple.com"'],
  ...['"a@xn--0.com"', '"a@1.2.3.4"', '" a@example.com "', '"a@\\u212aelvin.com"'],
  ...['"2026-02-31T00:00:00Z"', '"+275760-09-13T00:00:00.000Z"', '"0000-01-01T00:00:00Z"'],
  ...['"9999-12-31T23:59:60Z"', '"2026-11-20T15:36:00"', '"2026-11-20T15:36:00+99:99"'],
  ...['"9999-12-31T23:59:59.999-14:00"', '"1969-12-31T23:59:59Z"', '"2026-11-20T24:00:00Z"'],
  ...['"00000000-0000-0000-0000-000000000000"', '"ffffffff-ffff-ffff-ffff-ffffffffffff"'],
  ...['"{01890a5d-ac96-774b-bcce-b302099a8057}"', '"01890a5dac96774bbcceb302099a8057"'],
];

const HOSTILE_NAMES = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'length'],
  ...['id', 'businessId', 'business_id', 'role', 'kind', 'status', 'createdAt', '', ' ', '\0'],
  ...['a/b~c', '$where', '\ud800', 'x'.repeat(1000), '0', 'NAME', 'name '],
];

const LENGTHS = [65, 101, 129, 201, 255, 256, 501, 10_000, 100_001, 300_000];

type Change = (before: Draft) => Draft;

/** A valid document with one to three things wrong; now and then still valid, by chance. */
export function brokenDraft(valid: fc.Arbitrary<Draft>): fc.Arbitrary<Draft> {
  const change = fc.record({ place: fc.nat(), change: anyChange() });
  return fc
    .tuple(valid, fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([draft, changes]) =>
      changes.reduce(
        (sum, { place, change: apply }) => changeAt(sum, place % countPlaces(sum), apply),
        draft,
      ),
    );
}

/** Any JSON value. */
export function hostileValue(): fc.Arbitrary<Draft> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...HOSTILE_TEXTS).map((text) => ({ text })) },
    { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }).map(plain) },
    { weight: 2, arbitrary: longText() },
    { weight: 1, arbitrary: fc.constantFrom(2, 31, 32, 33, 5_000).map((nested) => ({ nested })) },
  );
}

function longText(): fc.Arbitrary<Draft> {
  return fc.record({
    repeat: fc.constantFrom('x', 'é', '😀', ' ', '\u0301'),
    times: fc.constantFrom(...LENGTHS),
  });
}

function anyChange(): fc.Arbitrary<Change> {
  const replace = hostileValue().map(
    (value): Change =>
      () =>
        value,
  );
  const name = fc.constantFrom(...HOSTILE_NAMES);
  const add = fc.tuple(name, hostileValue()).map(
    ([added, value]): Change =>
      (draft) =>
        withField(draft, added, value),
  );
  const bend = fc.tuple(fc.constantFrom(...BENDINGS), fc.nat());
  return fc.oneof(
    { weight: 5, arbitrary: replace },
    { weight: 2, arbitrary: add },
    {
      weight: 4,
      arbitrary: bend.map(
        ([how, at]): Change =>
          (draft) =>
            how(draft, at),
      ),
    },
  );
}

const BENDINGS: ((draft: Draft, at: number) => Draft)[] = [
  withoutField,
  withFieldTwice,
  renameField,
  (draft) => ({ list: [draft] }),
  (draft) => ({ fields: [['value', draft]] }),
  (draft) =>
    'list' in draft ? { list: repeated(draft.list, 101) } : { list: repeated([draft], 101) },
];

function repeated(items: Draft[], times: number): Draft[] {
  const [item] = items;
  return item ? Array.from({ length: times }, () => item) : [];
}

function withField(draft: Draft, name: string, value: Draft): Draft {
  return 'fields' in draft ? { fields: [...draft.fields, [name, value]] } : draft;
}

function withoutField(draft: Draft, at: number): Draft {
  if (!('fields' in draft)) return draft;
  return { fields: draft.fields.filter((_, index) => index !== at % draft.fields.length) };
}

function withFieldTwice(draft: Draft, at: number): Draft {
  if (!('fields' in draft) || draft.fields.length === 0) return draft;
  return { fields: [...draft.fields, draft.fields[at % draft.fields.length]!] };
}

function renameField(draft: Draft, at: number): Draft {
  if (!('fields' in draft)) return draft;
  const changed = at % draft.fields.length;
  const rename = (name: string) => (at % 2 ? name.toUpperCase() : `${name} `);
  return {
    fields: draft.fields.map(([name, value], index) => [
      index === changed ? rename(name) : name,
      value,
    ]),
  };
}

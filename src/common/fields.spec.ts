import 'reflect-metadata';
import { validateFields } from '../platform/http/validation';
import {
  Choice,
  ChoiceList,
  Email,
  Flag,
  Id,
  Instant,
  Integer,
  JsonObject,
  ListOf,
  Name,
  Reason,
  Nested,
  QueryInteger,
  RawList,
  Text,
  fieldsOf,
  type FieldClass,
} from './fields';
import type { DomainError, FieldFault } from './problem';

/** A class of one field, `value`. */
function classOf(decorator: PropertyDecorator): FieldClass<{ value?: unknown }> {
  class Request {
    value?: unknown;
  }
  decorator(Request.prototype, 'value');
  return Request;
}

function faultsOf(of: FieldClass, plain: unknown): FieldFault[] {
  try {
    validateFields(of, plain);
    return [];
  } catch (error) {
    return (error as DomainError).members.errors as FieldFault[];
  }
}

/** The code of the fault that the field finds in a value, or null. */
function codeOf(decorator: PropertyDecorator, value: unknown): string | null {
  const [fault] = faultsOf(classOf(decorator), { value });
  return fault?.code ?? null;
}

function read(decorator: PropertyDecorator, value: unknown): unknown {
  return validateFields(classOf(decorator), { value }).value;
}

describe('Email', () => {
  it.each([
    'a@b.co',
    'ada.lovelace+test@example.com',
    "o'brien_1815-x@sub.domain.example",
    'ünï@bücher.example',
    '用户@例子.公司',
    'उपयोगकर्ता@उदाहरण.परीक्षा',
    'a@xn--bcher-kva.example',
    'a@B\u00DCCHER.example',
    'a@bu\u0308cher.example',
    '!#$%&*/=?^`{|}~@example.com',
    `${'x'.repeat(64)}@example.com`,
    `x@${'a'.repeat(63)}.com`,
    'x@1.2.3.museum',
  ])('takes %s', (email) => {
    expect(codeOf(Email(), email)).toBeNull();
  });

  it.each([
    '',
    ' ',
    'a',
    '@',
    'a@',
    '@b.co',
    'a@b',
    'a@@b.co',
    'a@b@c.co',
    'a b@c.co',
    'a@b c.co',
    'a@b..co',
    'a@.co',
    'a@b.c',
    'a@b.co.',
    'a@ｅxample.com', // IDNA makes example.com of it: another mailbox
    'a@exampleⒸ.com',
    'a@\u212Aelvin.com',
    'a@-b.co',
    'a@b-.co',
    'a@b.-co',
    'a@b.co-',
    'a@b_c.co',
    'a@[127.0.0.1]',
    '.a@b.co',
    'a.@b.co',
    'a..b@c.co',
    '"a b"@c.co',
    'Ada <a@b.co>',
    '<a@b.co>',
    'a@b.co,c@d.co',
    'a@b.co;c@d.co',
    'a@b.co, c@d.co',
    'a(comment)@b.co',
    'a:b@c.co',
    'a\\b@c.co',
    'a@b.co\nBcc: c@d.co',
    'a\r\n@b.co',
    'a\u0000@b.co',
    'a\u200b@b.co',
    'a\u202e@b.co',
    'a\ud800@b.co',
    'mailto:a@b.co',
    `${'x'.repeat(65)}@example.com`,
    `x@${'a'.repeat(64)}.com`,
  ])('does not take %j', (email) => {
    expect(codeOf(Email(), email)).toBe('email');
  });

  it('takes at most 254 characters', () => {
    const ofLength = (length: number): string => {
      const labels = `${'a'.repeat(63)}.`.repeat(3);
      return `x@${labels}${'b'.repeat(length - labels.length - 6)}.com`;
    };
    expect(ofLength(254)).toHaveLength(254);
    expect(codeOf(Email(), ofLength(254))).toBeNull();
    expect(codeOf(Email(), ofLength(255))).toBe('email');
  });

  it('trims, and folds nothing', () => {
    expect(read(Email(), ' \t\u00a0Ada@Example.COM\n')).toBe('Ada@Example.COM');
  });

  it('does not take another type', () => {
    for (const value of [null, 7, true, {}, [], ['a@b.co'], { constructor: 1 }])
      expect(codeOf(Email(), value)).toBe('type');
  });
});

describe('Instant', () => {
  it.each([
    '2026-11-20T15:36:00.000Z',
    '2026-11-20T15:36:00Z',
    '2026-11-20T15:36Z',
    '2026-11-20T15:36:00.123456789Z',
    '2026-11-20T15:36:00+05:30',
    '2026-11-20T15:36:00-11:00',
    '2024-02-29T00:00:00Z',
    '2000-02-29T00:00:00Z',
    '1970-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999Z',
  ])('takes %s', (instant) => {
    expect(codeOf(Instant(), instant)).toBeNull();
  });

  it.each([
    '',
    'now',
    '2026',
    '2026-11-20',
    '2026-11-20T15:36:00',
    '2026-11-20 15:36:00Z',
    '2026-11-20t15:36:00z',
    '20261120T153600Z',
    '2026-W47-5T15:36:00Z',
    '2026-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-02-31T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T25:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:61Z',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01T00:00:00+0100',
    '2026-01-01T00:00:00 +01:00',
    '2026-01-01T00:00:00.Z',
    '2026-01-01T00:00:00.1234567890Z',
    '1969-12-31T23:59:59.999Z',
    '1970-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    '+010000-01-01T00:00:00Z',
    '10000-01-01T00:00:00Z',
    '-000001-01-01T00:00:00Z',
    ' 2026-11-20T15:36:00Z',
    '2026-11-20T15:36:00Z\n',
    '２０２６-11-20T15:36:00Z',
  ])('does not take %j', (instant) => {
    expect(codeOf(Instant(), instant)).toBe('instant');
  });

  it('does not take another type', () => {
    for (const value of [null, 1_795_188_960_000, true, {}, ['2026-11-20T15:36:00Z']])
      expect(codeOf(Instant(), value)).toBe('type');
  });
});

describe('Text and Name', () => {
  const three = Text({ min: 3, max: 3 });

  it('count code points', () => {
    for (const value of ['abc', '😀😀😀', 'e\u0301x']) expect(codeOf(three, value)).toBeNull();
    for (const value of ['ab', 'abcd', '😀😀', '😀😀😀😀', ''])
      expect(codeOf(three, value)).toBe('length');
  });

  it('take texts as they are', () => {
    expect(read(Text(), ' a\n')).toBe(' a\n');
    expect(read(Name(), ' a\n')).toBe(' a\n');
  });

  it('take neither NUL nor half of a surrogate pair', () => {
    for (const value of ['a\u0000b', 'a\ud83d', '\ude00b'])
      expect(codeOf(Text(), value)).toBe('text');
  });

  it('a name and a reason have something to see', () => {
    for (const value of [' ', '\t\n', '\u00a0\u2003\ufeff', '\u200b', '\u2060\u3164', '\u2800'])
      for (const field of [Name(), Reason()]) expect(codeOf(field, value)).toBe('blank');
    expect(codeOf(Reason({ min: 10 }), ' '.repeat(10))).toBe('blank');
    expect(codeOf(Name(), '')).not.toBeNull();
    expect(codeOf(Name(), 'x'.repeat(101))).toBe('length');
    expect(codeOf(Name({ max: 101 }), 'x'.repeat(101))).toBeNull();
  });

  it('a pattern applies to the whole value when it is anchored', () => {
    const slug = Text({ pattern: /^[a-z]+$/ });
    expect(codeOf(slug, 'abc')).toBeNull();
    expect(codeOf(slug, 'Abc')).toBe('format');
  });
});

describe('other fields', () => {
  const ID = '01890a5d-ac96-774b-bcce-b302099a8057';
  const small = Integer({ min: 0, max: 10 });

  const taken: [string, PropertyDecorator, unknown][] = [
    ['Id', Id(), ID],
    ['Id in capitals', Id(), ID.toUpperCase()],
    ['Integer', small, 0],
    ['Integer', small, 10],
    ['QueryInteger', QueryInteger({ min: 1, max: 100 }), '007'],
    ['Flag', Flag(), false],
    ['Choice', Choice('Letter', ['a', 'b']), 'b'],
    ['ChoiceList', ChoiceList('Letter', ['a', 'b']), ['a']],
    ['JsonObject', JsonObject({ maxBytes: 100 }), { constructor: { toString: 1 }, then: [null] }],
  ];
  it.each(taken)('%s accepts valid values', (_, decorator, value) => {
    expect(codeOf(decorator, value)).toBeNull();
  });

  const refused: [string, PropertyDecorator, unknown, string][] = [
    ['Id: another text', Id(), 'x', 'uuid'],
    ['Id: braces', Id(), `{${ID}}`, 'uuid'],
    ['Id: a trailing new line', Id(), `${ID}\n`, 'uuid'],
    ['Integer: too small', small, -1, 'too_small'],
    ['Integer: too large', small, 11, 'too_large'],
    ['Integer: a fraction', small, 1.5, 'type'],
    ['Integer: a text', small, '1', 'type'],
    ['Integer: infinity', small, Infinity, 'type'],
    ['Integer: beyond 2^53', Integer(), 2 ** 53, 'too_large'],
    ['QueryInteger: a sign', QueryInteger({ min: 1, max: 100 }), '+1', 'type'],
    ['QueryInteger: hexadecimal', QueryInteger({ min: 1, max: 100 }), '0x1', 'type'],
    ['QueryInteger: a list', QueryInteger({ min: 1, max: 100 }), ['1', '2'], 'type'],
    ['Flag: a text', Flag(), 'true', 'type'],
    ['Flag: a number', Flag(), 1, 'type'],
    ['Choice: another', Choice('Letter', ['a', 'b']), 'c', 'choice'],
    ['Choice: the name of a method', Choice('Letter', ['a', 'b']), 'constructor', 'choice'],
    ['Choice: a list', Choice('Letter', ['a', 'b']), ['a'], 'choice'],
    ['ChoiceList: another item', ChoiceList('Letter', ['a', 'b']), ['a', 'c'], 'choice'],
    ['ChoiceList: a text', ChoiceList('Letter', ['a', 'b']), 'a', 'type'],
    ['JsonObject: a list', JsonObject({ maxBytes: 100 }), [], 'object'],
    ['JsonObject: too large', JsonObject({ maxBytes: 10 }), { a: 'ééé' }, 'size'],
    ['JsonObject: NUL', JsonObject({ maxBytes: 100 }), { a: ['\u0000'] }, 'values'],
    ['JsonObject: NUL in a name', JsonObject({ maxBytes: 100 }), { 'a\u0000': 1 }, 'values'],
    ['JsonObject: a number beyond 2^53', JsonObject({ maxBytes: 100 }), { a: 2 ** 53 }, 'values'],
    ['RawList: too long', RawList(() => Object, { min: 1, max: 2 }), [1, 2, 3], 'too_many'],
    ['RawList: empty', RawList(() => Object, { min: 1, max: 2 }), [], 'too_few'],
  ];
  it.each(refused)('%s is refused', (_, decorator, value, code) => {
    expect(codeOf(decorator, value)).toBe(code);
  });

  it('optional may be left out and not be null; nullable may be null and not be left out', () => {
    const faults = (options: object, plain: object) =>
      faultsOf(classOf(Text(options)), plain).map(({ code }) => code);
    expect(faults({ optional: true }, {})).toEqual([]);
    expect(faults({ optional: true }, { value: null })).toEqual(['type']);
    expect(faults({ nullable: true }, { value: null })).toEqual([]);
    expect(faults({ nullable: true }, {})).toEqual(['required']);
    expect(faults({ optional: true, nullable: true }, {})).toEqual([]);
  });

  it('turn -0 into 0, as the database returns it', () => {
    expect(Object.is(read(small, -0), 0)).toBe(true);
  });
});

describe('a class of fields', () => {
  class Wheel {
    @Integer({ min: 1 })
    size!: number;
  }
  class Vehicle {
    @Text({ min: 1 })
    name!: string;

    @Integer({ optional: true })
    seats: number = 5;
  }
  class Car extends Vehicle {
    @Nested(() => Wheel, { optional: true })
    spare?: Wheel;

    @ListOf(() => Wheel, { optional: true, max: 4 })
    wheels?: Wheel[];
  }
  const pointers = (plain: unknown) =>
    faultsOf(Car, plain).map(({ pointer, code }) => `${pointer} ${code}`);

  it('becomes an instance, with its nested instances and defaults', () => {
    const car = validateFields(Car, { name: 'T', spare: { size: 1 }, wheels: [{ size: 2 }] });
    expect(car).toBeInstanceOf(Car);
    expect(car.spare).toBeInstanceOf(Wheel);
    expect(car.wheels?.[0]).toBeInstanceOf(Wheel);
    expect(car).toMatchObject({ name: 'T', seats: 5, spare: { size: 1 }, wheels: [{ size: 2 }] });
  });

  it('has the fields of the class it extends, which does not get those of its child', () => {
    expect([...fieldsOf(Car).keys()]).toEqual(['name', 'seats', 'spare', 'wheels']);
    expect([...fieldsOf(Vehicle).keys()]).toEqual(['name', 'seats']);
  });

  it('points at each fault inside it', () => {
    const wheels = [{ size: 1 }, { size: 0 }, { size: 1, color: 'x' }, 7, null, [{ size: 1 }], []];
    expect(pointers({ name: 'T', spare: {}, wheels })).toEqual([
      '/spare/size required',
      '/wheels/1/size too_small',
      '/wheels/2/color unknown_field',
      '/wheels/3 type',
      '/wheels/4 type',
      '/wheels/5 type',
      '/wheels/6 type',
    ]);
    const five = Array.from({ length: 5 }, () => ({ size: 1 }));
    expect(pointers({ name: 'T', wheels: five })).toEqual(['/wheels too_many']);
  });

  it('has no object and no list where there is none', () => {
    for (const spare of [null, [], [{ size: 1 }], [[{ size: 1 }]], [7], 'x', 7, true])
      expect(pointers({ name: 'T', spare })).toEqual(['/spare type']);
    for (const wheels of [null, {}, { size: 1 }, { 0: { size: 1 }, length: 1 }, 'x', 7, true])
      expect(pointers({ name: 'T', wheels })).toEqual(['/wheels type']);
  });

  it('has no other fields, under any name', () => {
    const names = [
      ...Object.getOwnPropertyNames(Object.prototype),
      'then',
      'prototype',
      'Name',
      '',
    ];
    for (const name of names) {
      const plain = JSON.parse(`{"name":"T",${JSON.stringify(name)}:1}`) as object;
      expect(pointers(plain)).toEqual([`/${name} unknown_field`]);
    }
    expect(Object.getPrototypeOf({})).not.toHaveProperty('polluted');
  });

  it('fails by type where the value is not an object', () => {
    for (const plain of [null, [], 'x', 7, true]) expect(pointers(plain)).toEqual([' type']);
    expect(pointers(undefined)).toEqual(['/name required']);
  });
});

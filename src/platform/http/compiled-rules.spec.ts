import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { validateSync } from 'class-validator';
import * as fc from 'fast-check';
import { ListQuery } from '../../common/dto/list.query';
import { fieldsOf, type FieldClass } from '../../common/fields';
import { isValid } from './compiled-rules';

// The compiled rules agree with class-validator about every document, for every request class of the application.

const SOURCES = join(__dirname, '../..');

/** Values that some field accepts, or only just refuses. */
const LIKELY = [
  ...[
    '',
    ' ',
    'a',
    'Ada',
    'ada@example.com',
    '01890a5d-ac96-774b-bcce-b302099a8057',
    'acme',
    'eur',
    '/billing',
  ],
  ...[
    '2030-01-01T00:00:00Z',
    '2030-02-31T00:00:00Z',
    '2030-01-01',
    'a\0b',
    '\ud800',
    '12',
    'x'.repeat(12),
  ],
  ...['x'.repeat(129), 'x'.repeat(3_000), 0, 1, 2, 15, 100, 3_600, -1, 0.5, 86_400_001, 2 ** 53],
  ...[
    true,
    false,
    null,
    undefined,
    {},
    [],
    [{}],
    ['01890a5d-ac96-774b-bcce-b302099a8057'],
    ['a'],
    ['a', 1],
    { a: 1 },
    { a: '\0' },
  ],
];

async function listFieldClasses(): Promise<[string, FieldClass][]> {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' });
  const declaring = files.filter((file) =>
    /(?:\/dto\/[\w.-]+|\.fields|\.events)\.(?:ts|js)$/.test(file),
  );
  const exported = await Promise.all(
    declaring.map((file) => import(join(SOURCES, file)) as Promise<Record<string, unknown>>),
  );
  const classes = exported.flatMap((of) => Object.entries(of)).filter(isFieldClass);
  return classes.filter(([name]) => /(?:Request|Query|Fields)$/.test(name));
}

function isFieldClass(entry: [string, unknown]): entry is [string, FieldClass] {
  const [, value] = entry;
  return typeof value === 'function' && !!value.prototype && fieldsOf(value as FieldClass).size > 0;
}

function instanceOf(of: FieldClass, document: object): object {
  return Object.assign(new of(), document);
}

function faultsOf(of: FieldClass, document: object): string[] {
  const errors = validateSync(instanceOf(of, document), { forbidUnknownValues: false });
  return errors.map(({ property }) => property);
}

/** The values of an @Choice, which random data would not hit. */
function choicesOf(of: FieldClass, name: string): unknown[] {
  const described = Reflect.getMetadata(
    'swagger/apiModelProperties',
    of.prototype as object,
    name,
  ) as { enum?: unknown[]; items?: { enum?: unknown[] } } | undefined;
  return described?.enum ?? described?.items?.enum ?? [];
}

function likelyOf(of: FieldClass, name: string): unknown[] {
  const choices = choicesOf(of, name);
  return [...LIKELY, ...choices, choices];
}

function goodOf(of: FieldClass, name: string): unknown[] {
  const good = likelyOf(of, name).filter(
    (value) => !faultsOf(of, { [name]: value }).includes(name),
  );
  if (good.length === 0) throw new Error(`LIKELY has no valid value for ${of.name}.${name}`);
  return good;
}

function rightDocument(of: FieldClass): object {
  return Object.fromEntries([...fieldsOf(of).keys()].map((name) => [name, goodOf(of, name)[0]]));
}

/** Mostly valid values: a document of random data would never be valid. */
function valuesOf(of: FieldClass, name: string): fc.Arbitrary<unknown> {
  const likely = fc.constantFrom(...likelyOf(of, name));
  return fc.oneof(
    { weight: 15, arbitrary: fc.constantFrom(...goodOf(of, name)) },
    { weight: 1, arbitrary: fc.oneof(likely, fc.anything(), fc.string(), fc.integer()) },
  );
}

function documentsOf(of: FieldClass): fc.Arbitrary<object> {
  const names = [...fieldsOf(of).keys()];
  return fc.record(Object.fromEntries(names.map((name) => [name, valuesOf(of, name)])));
}

let classes: [string, FieldClass][];
beforeAll(async () => {
  classes = [['ListQuery', ListQuery], ...(await listFieldClasses())];
});

it('there are classes to compare', () => {
  const names = classes.map(([name]) => name);
  expect(names).toEqual(expect.arrayContaining(['SignupRequest', 'CreatePlanRequest']));
  expect(classes.length).toBeGreaterThan(30);
});

it('agrees with class-validator about every document', () => {
  for (const [name, of] of classes) {
    fc.assert(
      fc.property(documentsOf(of), (document) => {
        const isRight = faultsOf(of, document).length === 0;
        expect([name, isValid(of, instanceOf(of, document))]).toEqual([name, isRight]);
      }),
      { numRuns: 100 },
    );
  }
});

it('agrees about each likely value of each field, and both verdicts are met', () => {
  for (const [name, of] of classes) {
    const right = rightDocument(of);
    const verdicts = [...fieldsOf(of).keys()].flatMap((field) =>
      likelyOf(of, field).map((value) => {
        const document = { ...right, [field]: value };
        const isRight = faultsOf(of, document).length === 0;
        expect([name, field, isValid(of, instanceOf(of, document))]).toEqual([
          name,
          field,
          isRight,
        ]);
        return isRight;
      }),
    );
    expect([name, new Set(verdicts).size]).toEqual([name, 2]);
  }
});

it('agrees about an empty document', () => {
  for (const [name, of] of classes)
    expect([name, isValid(of, new of())]).toEqual([name, faultsOf(of, {}).length === 0]);
});

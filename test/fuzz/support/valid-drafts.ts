import * as fc from 'fast-check';
import type { Schema, Schemas } from './contract';
import { plain, type Draft } from './drafts';

/** Fields that are hardly ever right by chance: what they hold comes from the world, mostly. */
export const KNOWN_FIELDS = new Set([
  ...['email', 'password', 'currentPassword', 'activationKey', 'token', 'slug', 'externalId'],
  ...['planId', 'businessId', 'feature', 'applicationId', 'actorId', 'id'],
]);

const LONGEST_BY_CHANCE = 40;

/** Documents that a schema allows. @param name of the field that holds it */
export function validDraft(schema: Schema, schemas: Schemas, name = ''): fc.Arbitrary<Draft> {
  const inner = (next: Schema) => validDraft(next, schemas, name);
  if (schema.$ref) return inner(schemas[schema.$ref.split('/').at(-1)!]!);
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) return fc.oneof(...choices.map(inner));
  if (schema.allOf) return inner(schema.allOf[0]!);
  if (schema.enum) return fc.constantFrom(...schema.enum).map(plain);
  const types = [schema.type ?? 'null'].flat();
  return fc.oneof(...types.map((type) => ofType(type, schema, schemas, name)));
}

function ofType(type: string, schema: Schema, schemas: Schemas, name: string): fc.Arbitrary<Draft> {
  if (type === 'boolean') return fc.boolean().map(plain);
  if (type === 'integer') return integer(schema).map(plain);
  if (type === 'string') return knownOr(name, text(schema).map(plain));
  if (type === 'array') return list(schema, schemas, name);
  if (type === 'object') return schema.properties ? object(schema, schemas) : anyObject();
  return fc.constant(plain(null));
}

function knownOr(name: string, other: fc.Arbitrary<Draft>): fc.Arbitrary<Draft> {
  if (!KNOWN_FIELDS.has(name)) return other;
  const known = fc.record({ known: fc.constant(name), pick: fc.nat({ max: 9 }) });
  return fc.oneof({ weight: 4, arbitrary: known }, { weight: 1, arbitrary: other });
}

function integer({ minimum, maximum }: Schema): fc.Arbitrary<number> {
  const min = minimum ?? Number.MIN_SAFE_INTEGER;
  const max = maximum ?? Number.MAX_SAFE_INTEGER;
  const small = fc.integer({ min, max: Math.min(max, Math.max(min, 0) + 50) });
  return fc.oneof(
    { weight: 3, arbitrary: small },
    { weight: 1, arbitrary: fc.maxSafeInteger().map((one) => Math.min(max, Math.max(min, one))) },
    { weight: 1, arbitrary: fc.constantFrom(min, max) },
  );
}

/** Text that a schema allows, with lengths at the very bounds among it. */
export function text(schema: Schema): fc.Arbitrary<string> {
  if (schema.format === 'uuid') return fc.uuid();
  if (schema.format === 'email') return fc.emailAddress();
  if (schema.format === 'date-time') return instant();
  const { minLength = 0, maxLength = LONGEST_BY_CHANCE, pattern } = schema;
  if (pattern?.includes('(?')) return fc.constant(String(schema.example)); // more than fast-check can read
  if (pattern)
    return fc
      .stringMatching(new RegExp(pattern), { size: 'small' })
      .map((given) => given.replaceAll('\0', '0'))
      .filter(({ length }) => length >= minLength && length <= maxLength);
  return fc.oneof(
    { weight: 3, arbitrary: words(minLength, Math.min(maxLength, LONGEST_BY_CHANCE)) },
    { weight: 1, arbitrary: words(minLength, minLength) },
    { weight: 1, arbitrary: words(maxLength, maxLength) },
  );
}

function words(minLength: number, maxLength: number): fc.Arbitrary<string> {
  const bounds = { minLength, maxLength: Math.max(minLength, maxLength), size: 'max' as const };
  return fc.oneof(
    fc.string({ ...bounds, unit: 'grapheme-ascii' }),
    fc.string({ ...bounds, unit: 'binary' }).map((given) => given.replaceAll('\0', '0')),
  );
}

function instant(): fc.Arbitrary<string> {
  const min = new Date(0);
  const any = fc.date({ min, max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true });
  const near = fc.date({ min, max: new Date('2100-01-01'), noInvalidDate: true });
  return fc.oneof(any, near).chain((date) => {
    const iso = date.toISOString();
    return fc.constantFrom(iso, iso.replace('Z', '+00:00'), `${iso.slice(0, 19)}Z`);
  });
}

function list(schema: Schema, schemas: Schemas, name: string): fc.Arbitrary<Draft> {
  const { items = {}, minItems = 0, maxItems = 100 } = schema;
  const few = { minLength: minItems, maxLength: Math.min(maxItems, 4) };
  return fc.array(validDraft(items, schemas, name), few).map((entries) => ({ list: entries }));
}

function anyObject(): fc.Arbitrary<Draft> {
  const value = fc.jsonValue({ maxDepth: 3 });
  return fc.dictionary(fc.string(), value, { maxKeys: 4 }).map(plain);
}

function object({ properties = {}, required = [] }: Schema, schemas: Schemas): fc.Arbitrary<Draft> {
  const fields = Object.entries(properties).map(([name, schema]) => {
    const value = validDraft(schema, schemas, name);
    const field = value.map((draft): [string, Draft] | null => [name, draft]);
    return required.includes(name) ? field : fc.option(field, { freq: 2 });
  });
  return fc.tuple(...fields).map((given) => ({ fields: given.filter((field) => field !== null) }));
}

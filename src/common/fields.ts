import { applyDecorators } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiProperty,
  getSchemaPath,
  type ApiPropertyOptions,
} from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  Max,
  Min,
  ValidateBy,
  ValidateIf,
  type ValidationArguments,
} from 'class-validator';
import {
  inLength,
  isCleanText,
  isEmailAddress,
  isInstant,
  isPlainObject,
  isSafeOrigin,
  isStorable,
  isVisible,
  NOT_STORABLE,
} from './field-rules';
import { isId } from './ids';
import { onceAClass } from './once-a-class';

// One decorator per field declares it, validates it and documents it in OpenAPI. Response classes use the same
// decorators for the documentation only.

export type FieldClass<T extends object = object> = new () => T;

/** What class-transformer makes of a declared field before its rules are checked. */
export interface FieldReading {
  /** The class of a nested object. */
  of?: () => FieldClass;
  /** The class of each object of a list. */
  itemsOf?: () => FieldClass;
}

const READINGS = 'tenantry:fields';

/** The fields that a class declares and inherits. Any other name is an unknown field. */
export const fieldsOf = onceAClass((of: FieldClass) => readingsOf(of.prototype as object));

/** How many unknown fields a class keeps, and how large. */
export interface UnknownFieldBounds {
  most: number;
  /** In code points. */
  nameLength: number;
  /** Of all of them together as JSON. */
  bytes: number;
}

const UNKNOWN_FIELDS = 'tenantry:unknown-fields';

/** Unknown fields of such an object are kept, with any JSON value; openapi.json says so. */
export function KeepsUnknownFields(bounds: UnknownFieldBounds): ClassDecorator {
  return ({ name, prototype }) => {
    Reflect.defineMetadata(UNKNOWN_FIELDS, bounds, prototype as object);
    openClasses.add(name);
  };
}

/** The names of the classes that keep unknown fields. */
export const openClasses = new Set<string>();

/** Null: the class refuses them. */
export const unknownFieldBoundsOf = onceAClass((of: FieldClass) => {
  const bounds: unknown = Reflect.getMetadata(UNKNOWN_FIELDS, of.prototype as object);
  return (bounds ?? null) as UnknownFieldBounds | null;
});

export interface FieldOptions {
  description?: string;
  /** The request may omit it. */
  optional?: boolean;
  nullable?: boolean;
  example?: unknown;
}

/** A string of `min` to `max` code points, neither trimmed nor folded. */
export function Text(
  options: FieldOptions & { min?: number; max?: number; pattern?: RegExp } = {},
): PropertyDecorator {
  const { min, max, pattern } = options;
  const form = (value: string) => pattern!.test(value);
  return field(options, { type: String, ...lengthsOf(options), pattern: pattern?.source }, [
    ...textRules(min, max),
    ...(pattern ? [checkText('format', form, 'does not have the expected form')] : []),
  ]);
}

/** A name for people to read. Neither trimmed nor folded. */
export function Name(options: FieldOptions & { max?: number } = {}): PropertyDecorator {
  return visibleText(options, 1, options.max ?? 100);
}

/** Why staff do something, for the people it concerns. */
export function Reason(options: FieldOptions & { min?: number } = {}): PropertyDecorator {
  return visibleText(options, options.min ?? 1, 500);
}

function visibleText(options: FieldOptions, min: number, max: number): PropertyDecorator {
  return field(options, { type: String, ...lengthsOf({ min, max }), pattern: '\\S' }, [
    ...textRules(min, max),
    checkText('blank', isVisible, 'must have a character that can be seen'),
  ]);
}

function textRules(min = 0, max = 100_000): PropertyDecorator[] {
  return [
    IsString(),
    checkText(
      'length',
      (value) => inLength(value, min, max),
      `must have ${min} to ${max} characters`,
    ),
    checkText('text', isCleanText, 'must not contain NUL or half a surrogate pair'),
  ];
}

/** An address of at most 254 characters, trimmed; identity decides which addresses are the same person. */
export function Email(options: FieldOptions = {}): PropertyDecorator {
  return field(options, { type: String, format: 'email', maxLength: 254 }, [
    convert(trimmed),
    IsString(),
    checkText('email', isEmailAddress, 'must be one e-mail address'),
  ]);
}

/** A UUID. */
export function Id(options: FieldOptions = {}): PropertyDecorator {
  return field(options, { type: String, format: 'uuid' }, [
    IsString(),
    check('uuid', isId, 'must be a UUID'),
  ]);
}

/** A moment: ISO 8601 with an offset or Z; answers are in UTC with milliseconds. */
export function Instant(options: FieldOptions = {}): PropertyDecorator {
  return field(options, { type: String, format: 'date-time' }, [
    IsString(),
    checkText(
      'instant',
      isInstant,
      'must be a time in ISO 8601 with an offset, between the years 1970 and 9999',
    ),
  ]);
}

export function Integer(
  options: FieldOptions & { min?: number; max?: number } = {},
): PropertyDecorator {
  return integer(options, convert(withoutMinusZero));
}

/** An integer in a query string, digits only. */
export function QueryInteger(
  options: FieldOptions & { min: number; max: number },
): PropertyDecorator {
  return integer(options, convert(fromDigits));
}

export function Flag(options: FieldOptions = {}): PropertyDecorator {
  return field(options, { type: Boolean }, [IsBoolean()]);
}

/** One of these. The name is that of the enumeration in openapi.json: the same values, the same name everywhere. */
export function Choice(
  name: string,
  values: readonly string[],
  options: FieldOptions = {},
): PropertyDecorator {
  return field(options, enumeration(name, values), [IsIn(values)]);
}

/** An object of another field class. */
export function Nested(of: () => FieldClass, options: FieldOptions = {}): PropertyDecorator {
  return field(options, { type: () => of() }, [Type(of), IsObject()], { of });
}

/** A list of objects of another field class. */
export function ListOf(
  of: () => FieldClass,
  options: FieldOptions & { min?: number; max?: number } = {},
): PropertyDecorator {
  const items = [Type(of), convert(onlyObjects)];
  return list(options, { type: () => of(), isArray: true }, items, { itemsOf: of });
}

/** An object of one of these classes, or null. For answers: nothing is read into them. */
export function EitherOrNull(classes: FieldClass[], options: FieldOptions = {}): PropertyDecorator {
  const anyOf = [...classes.map((each) => ({ $ref: getSchemaPath(each) })), { type: 'null' }];
  return (prototype, name) => {
    ApiExtraModels(...classes)(prototype.constructor);
    field(options, { anyOf }, [])(prototype, name);
  };
}

/** A list whose objects are of one of these classes each. For answers: nothing is read into them. */
export function ListOfEither(classes: FieldClass[], options: FieldOptions = {}): PropertyDecorator {
  const items = { oneOf: classes.map((each) => ({ $ref: getSchemaPath(each) })) };
  return (prototype, name) => {
    ApiExtraModels(...classes)(prototype.constructor);
    list(options, { type: 'array', items }, [])(prototype, name);
  };
}

/** A list of some of these; `name` as with `Choice`. */
export function ChoiceList(
  name: string,
  values: readonly string[],
  options: FieldOptions & { min?: number } = {},
): PropertyDecorator {
  return list(options, { type: String, isArray: true, ...enumeration(name, values) }, [
    IsIn(values, { each: true }),
  ]);
}

/** A list of UUIDs. */
export function IdList(options: FieldOptions & { min?: number; max?: number }): PropertyDecorator {
  const areIds = (values: unknown) => Array.isArray(values) && values.every(isId);
  const items = { type: 'string', format: 'uuid' };
  return list(options, { type: 'array', items }, [check('uuid', areIds, 'must hold UUIDs only')]);
}

/** Origins of web pages: https, or http on this very machine; no path and no pattern. */
export function OriginList(options: FieldOptions & { max: number }): PropertyDecorator {
  const items = { type: 'string', example: 'https://app.example' };
  const detail =
    'must hold origins as browsers send them: https://app.example, http://localhost:5173';
  const areOrigins = (values: unknown) =>
    Array.isArray(values) &&
    values.every((value) => typeof value === 'string' && isSafeOrigin(value));
  return list(options, { type: 'array', items }, [check('origin', areOrigins, detail)]);
}

/** A list whose items the route validates one by one, so that a bad one fails alone. */
export function RawList(
  of: () => FieldClass,
  options: FieldOptions & { min: number; max: number },
): PropertyDecorator {
  return list(options, { type: () => of(), isArray: true }, []);
}

/** Any JSON object of at most `maxBytes` when serialised. */
export function JsonObject(options: FieldOptions & { maxBytes: number }): PropertyDecorator {
  return field(options, { type: 'object', additionalProperties: true }, [
    check('object', isPlainObject, 'must be an object'),
    check('values', isStorable, NOT_STORABLE),
    check(
      'size',
      (value) => Buffer.byteLength(JSON.stringify(value)) <= options.maxBytes,
      `must have at most ${options.maxBytes} bytes as JSON`,
    ),
  ]);
}

/** The values of the enumerations that fields have, by their names. */
export const enumerations = new Map<string, readonly string[]>();

/** @throws when the name has other values elsewhere: the document holds one of them */
function enumeration(
  enumName: string,
  values: readonly string[],
): { enum: string[]; enumName: string } {
  const known = enumerations.get(enumName) ?? values;
  if (known.join() !== values.join()) throw new Error(`${enumName} has other values elsewhere`);
  enumerations.set(enumName, values);
  return { enum: [...values], enumName };
}

export function list(
  options: FieldOptions & { min?: number; max?: number },
  schema: ApiPropertyOptions,
  rules: PropertyDecorator[],
  reading: FieldReading = {},
): PropertyDecorator {
  const bounds = { minItems: options.min, maxItems: options.max };
  const sizes = [ArrayMinSize(options.min ?? 0), ArrayMaxSize(options.max ?? 100_000)];
  return field(options, { ...schema, ...bounds }, [IsArray(), ...sizes, ...rules], reading);
}

function integer(
  options: FieldOptions & { min?: number; max?: number },
  conversion: PropertyDecorator,
): PropertyDecorator {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = options;
  const schema = { type: 'integer' as const, minimum: options.min, maximum: max };
  return field(options, schema, [conversion, IsInt(), Min(min), Max(max)]);
}

export function field(
  options: FieldOptions,
  schema: ApiPropertyOptions,
  rules: PropertyDecorator[],
  reading: FieldReading = {},
): PropertyDecorator {
  const { description, example, optional = false, nullable = false } = options;
  const document = withoutUndefined({
    description,
    example,
    required: !optional,
    ...(nullable && { nullable }),
  });
  const property = ApiProperty({ ...withoutUndefined(schema), ...document } as ApiPropertyOptions);
  return applyDecorators(
    property,
    declare(reading),
    ...(optional || nullable ? [skipWhen(optional, nullable)] : []),
    ...rules,
  );
}

function declare(reading: FieldReading): PropertyDecorator {
  return (prototype, name) => {
    const readings = new Map(readingsOf(prototype)).set(String(name), reading);
    Reflect.defineMetadata(READINGS, readings, prototype);
  };
}

function readingsOf(prototype: object): ReadonlyMap<string, FieldReading> {
  return (Reflect.getMetadata(READINGS, prototype) ?? new Map()) as Map<string, FieldReading>;
}

function convert(conversion: (value: unknown) => unknown): PropertyDecorator {
  return Transform(({ value }) => conversion(value));
}

/** What is not an object is a fault of its own, and its size is not counted. */
function onlyObjects(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.filter(isPlainObject);
}

function trimmed(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() : value;
}

function fromDigits(value: unknown): unknown {
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
}

/** JSON has -0, PostgreSQL does not: the stored value would differ from the one sent. */
function withoutMinusZero(value: unknown): unknown {
  return value === 0 ? 0 : value;
}

/** Omitting is fine where optional, null where nullable; `@IsOptional` would accept either for both. */
function skipWhen(optional: boolean, nullable: boolean): PropertyDecorator {
  return ValidateIf(
    (_, value: unknown) => !((optional && value === undefined) || (nullable && value === null)),
  );
}

/** A rule for strings; `IsString` beside it says that anything else has the wrong type. */
function checkText(
  name: string,
  holds: (text: string) => boolean,
  message: string,
): PropertyDecorator {
  return check(name, (value) => typeof value === 'string' && holds(value), message);
}

export function check(
  name: string,
  holds: (value: unknown) => boolean,
  message: string,
): PropertyDecorator {
  const guarded = (value: unknown) => value !== undefined && value !== null && holds(value);
  return ValidateBy({
    name,
    validator: { validate: guarded, defaultMessage: (_?: ValidationArguments) => message },
  });
}

function lengthsOf(options: { min?: number; max?: number }): {
  minLength?: number;
  maxLength?: number;
} {
  return { minLength: options.min, maxLength: options.max };
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T;
}

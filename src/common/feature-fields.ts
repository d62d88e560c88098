import { ApiExtraModels, getSchemaPath, type ApiPropertyOptions } from '@nestjs/swagger';
import type { FeatureKind } from './features';
import { inLength, isCleanText, isPlainObject } from './field-rules';
import { check, field, list, type FieldClass, type FieldOptions } from './fields';

// Fields of features: objects with a value for each, and the values of config features.

/** Marks a schema with a value for each feature until the document names them: openapi-features.ts. */
export const FEATURES_EXTENSION = 'x-features';

export interface FeaturesExtension {
  /** The schema of a value, by the kind of the feature. */
  kinds: Partial<Record<FeatureKind, object>>;
  /** An answer has all of them, a request some. */
  isAnswer?: boolean;
  /** The class with this field is the object itself. */
  isWhole?: boolean;
}

/**
 * An object with a value for each feature of some kinds, by its key. Staff add features at any time, so keys are open;
 * the document names the declared ones, each with the value of its kind. Which keys and values are right is checked
 * against the catalogue where they are used.
 */
export function ByFeature(
  kinds: Partial<Record<FeatureKind, FieldClass | object>>,
  options: FieldOptions & Omit<FeaturesExtension, 'kinds'> & { mayBeNull?: boolean } = {},
): PropertyDecorator {
  const { mayBeNull, isAnswer, isWhole } = options;
  const schemas = Object.entries(kinds).map(([kind, value]) => [kind, schemaOf(value)] as const);
  const distinct = [...new Map(schemas.map(([, each]) => [JSON.stringify(each), each])).values()];
  const values = anyOf(distinct, mayBeNull);
  const schema = {
    type: 'object',
    additionalProperties: values,
    [FEATURES_EXTENSION]: {
      kinds: Object.fromEntries(schemas.map(([kind, each]) => [kind, anyOf([each], mayBeNull)])),
      isAnswer,
      isWhole,
    },
  } as ApiPropertyOptions;
  const classes = Object.values(kinds).filter((value) => typeof value === 'function');
  return (prototype, name) => {
    ApiExtraModels(...classes)(prototype.constructor);
    field(options, schema, [
      check('object', isPlainObject, 'must be an object'),
      check('size', namesFewFeatures, `must name at most ${MOST_FEATURES} features`),
    ])(prototype, name);
  };
}

const MOST_FEATURES = 200;

function namesFewFeatures(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length <= MOST_FEATURES;
}

function anyOf(schemas: object[], orNull = false): object {
  const all = orNull ? [...schemas, { type: 'null' }] : schemas;
  return all.length === 1 ? all[0]! : { anyOf: all };
}

function schemaOf(value: FieldClass | object): object {
  return typeof value === 'function' ? { $ref: getSchemaPath(value) } : value;
}

/** An integer, or a text of at most 1,000 characters. */
export function Scalar(options: FieldOptions = {}): PropertyDecorator {
  return field(options, SCALAR, [check('scalar', isScalar, 'must be an integer or a short text')]);
}

/** A list of them. */
export function ScalarList(
  options: FieldOptions & { min: number; max: number },
): PropertyDecorator {
  const fits = (value: unknown) => Array.isArray(value) && value.every(isScalar);
  return list(options, { type: 'array', items: SCALAR as object }, [
    check('scalar', fits, 'must hold integers or short texts only'),
  ]);
}

const SCALAR = {
  oneOf: [{ type: 'integer' }, { type: 'string', maxLength: 1_000 }],
} as ApiPropertyOptions;

function isScalar(value: unknown): boolean {
  return typeof value === 'string'
    ? isCleanText(value) && inLength(value, 0, 1_000)
    : Number.isSafeInteger(value);
}

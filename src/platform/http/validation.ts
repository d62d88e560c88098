import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validate, type ValidationError } from 'class-validator';
import type { FieldFault } from '../../common/problem';
import { validationFailed } from '../../common/problems';
import { escapePointer } from './strict-json';

type FieldClass = new () => object;

/** class-validator's names, in the words that clients see. */
const CODES: Record<string, string> = {
  whitelistValidation: 'unknown_field',
  isString: 'type',
  isInt: 'type',
  isBoolean: 'type',
  isObject: 'type',
  isArray: 'type',
  nestedValidation: 'type',
  isIn: 'choice',
  min: 'too_small',
  max: 'too_large',
  arrayMinSize: 'too_few',
  arrayMaxSize: 'too_many',
};

/** Validates bodies and queries against their field classes; what is not declared there is refused. */
@Injectable()
export class ValidationPipe implements PipeTransform {
  transform(value: unknown, { metatype, type }: ArgumentMetadata): unknown {
    if ((type !== 'body' && type !== 'query') || !isFieldClass(metatype)) return value;
    return validateFields(metatype, value);
  }
}

/**
 * Checks a plain value against a field class.
 * @returns an instance of the class
 * @throws 422 validation_failed with a pointer to each fault
 */
export async function validateFields<T extends object>(
  of: new () => T,
  value: unknown,
): Promise<T> {
  if (value !== undefined && !isPlainObject(value)) {
    throw validationFailed([{ pointer: '', code: 'type', detail: 'must be an object' }]);
  }
  const instance = plainToInstance(of, value ?? {}, {
    enableImplicitConversion: false,
    exposeDefaultValues: true,
  });
  const errors = await validate(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
  });
  if (errors.length > 0) throw validationFailed(errors.flatMap((error) => faultsOf(error, '')));
  return instance;
}

function faultsOf(error: ValidationError, parent: string): FieldFault[] {
  const pointer = `${parent}/${escapePointer(error.property)}`;
  const missing = error.value === undefined && !error.constraints?.whitelistValidation;
  const own =
    missing && error.constraints
      ? [{ pointer, code: 'required', detail: 'is required' }]
      : constraintFaults(error, pointer);
  return [...own, ...(error.children ?? []).flatMap((child) => faultsOf(child, pointer))];
}

/** One fault a field is enough: of a wrong type, the type; otherwise the first. */
function constraintFaults(error: ValidationError, pointer: string): FieldFault[] {
  const faults = Object.entries(error.constraints ?? {}).map(([name, message]) =>
    toFault(name, message, error, pointer),
  );
  const first = faults.find((fault) => fault.code === 'type') ?? faults[0];
  return first ? [first] : [];
}

function toFault(
  name: string,
  message: string,
  error: ValidationError,
  pointer: string,
): FieldFault {
  const detail =
    name === 'whitelistValidation'
      ? 'is not a field of this request'
      : message.replace(`${error.property} `, '');
  return { pointer, code: CODES[name] ?? name, detail };
}

function isFieldClass(metatype: ArgumentMetadata['metatype']): metatype is FieldClass {
  return (
    metatype !== undefined && ![String, Number, Boolean, Array, Object].includes(metatype as never)
  );
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

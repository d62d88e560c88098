import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { validate, type ValidationError } from 'class-validator';
import { fieldsOf, type FieldClass, type FieldReading } from '../../common/fields';
import type { FieldFault } from '../../common/problem';
import { validationFailed } from '../../common/problems';
import { escapePointer } from './strict-json';

/** class-validator's names, in the words that clients see. */
const CODES: Record<string, string> = {
  isString: 'type',
  isInt: 'type',
  isBoolean: 'type',
  isObject: 'type',
  isArray: 'type',
  nestedValidation: 'type',
  unknownValue: 'type',
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
  of: FieldClass<T>,
  value: unknown,
): Promise<T> {
  if (value !== undefined && !isPlainObject(value)) {
    throw validationFailed([{ pointer: '', code: 'type', detail: 'must be an object' }]);
  }
  const faults: FieldFault[] = [];
  const instance = read(of, value ?? {}, '', faults);
  const errors = await validate(instance, { forbidUnknownValues: true });
  faults.push(...errors.flatMap((error) => faultsOf(error, '')));
  if (faults.length > 0) throw validationFailed(faults);
  return instance;
}

/**
 * An instance of the class, with the fields it declares. By our own table of them: class-transformer and
 * class-validator's whitelist look names up in plain objects, and stumble over `constructor` or `toString`.
 */
function read<T extends object>(
  of: FieldClass<T>,
  plain: object,
  parent: string,
  faults: FieldFault[],
): T {
  const instance = new of();
  const fields = fieldsOf(of);
  for (const [name, value] of Object.entries(plain)) {
    const pointer = `${parent}/${escapePointer(name)}`;
    const reading = fields.get(name);
    if (reading) Object.assign(instance, { [name]: readValue(reading, value, pointer, faults) });
    else faults.push({ pointer, code: 'unknown_field', detail: 'is not a field of this request' });
  }
  return instance;
}

function readValue(
  { of, convert }: FieldReading,
  value: unknown,
  pointer: string,
  faults: FieldFault[],
): unknown {
  if (!of) return convert ? convert(value) : value;
  if (Array.isArray(value))
    return value.map((item, index) => readItem(of(), item, `${pointer}/${index}`, faults));
  return readItem(of(), value, pointer, faults);
}

/** What is no object stays as it is, for the rules to refuse. */
function readItem(of: FieldClass, item: unknown, pointer: string, faults: FieldFault[]): unknown {
  return isPlainObject(item) ? read(of, item, pointer, faults) : item;
}

function faultsOf(error: ValidationError, parent: string): FieldFault[] {
  const pointer = `${parent}/${escapePointer(error.property)}`;
  const own =
    error.value === undefined && error.constraints
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
  return {
    pointer,
    code: CODES[name] ?? name,
    detail: message.replace(`${error.property} `, ''),
  };
}

function isFieldClass(metatype: ArgumentMetadata['metatype']): metatype is FieldClass {
  return (
    metatype !== undefined && ![String, Number, Boolean, Array, Object].includes(metatype as never)
  );
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

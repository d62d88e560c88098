import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { validateSync, type ValidationError } from 'class-validator';
import { fieldsOf, type FieldClass, type FieldReading } from '../../common/fields';
import type { FieldFault } from '../../common/problem';
import { validationFailed } from '../../common/problems';
import { keepsRules } from './compiled-rules';
import { escapePointer } from './strict-json';

/** class-validator's names, in the words that clients see. */
const CODES: Record<string, string> = {
  isString: 'type',
  isInt: 'type',
  isBoolean: 'type',
  isObject: 'type',
  isArray: 'type',
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
export function validateFields<T extends object>(of: FieldClass<T>, value: unknown): T {
  if (value !== undefined && !isPlainObject(value)) {
    throw validationFailed([{ pointer: '', code: 'type', detail: 'must be an object' }]);
  }
  const faults: FieldFault[] = [];
  const instance = read(of, value ?? {}, '', faults);
  if (faults.length > 0) throw validationFailed(faults);
  return instance;
}

/**
 * An instance of the class with the fields it declares; what is wrong with them goes to `faults`.
 * By our own table of fields: class-transformer, and class-validator where it goes into nested values or
 * knows names by a list, stumble over fields called `constructor` and over lists inside lists.
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
    const reading = fields.get(name);
    const pointer = `${parent}/${escapePointer(name)}`;
    if (reading) set(instance, name, readValue(reading, value, pointer, faults));
    else faults.push({ pointer, code: 'unknown_field', detail: 'is not a field of this request' });
  }
  if (keepsRules(of, instance)) return instance;
  const errors = validateSync(instance, { forbidUnknownValues: false });
  faults.push(...errors.map((error) => faultOf(error, parent)));
  return instance;
}

/** A declared field, so never a trap like `__proto__`. */
function set(instance: object, name: string, value: unknown): void {
  (instance as Record<string, unknown>)[name] = value;
}

/** What is no object or list where one belongs stays as it is, for the field's rules to refuse. */
function readValue(
  { of, itemsOf, convert }: FieldReading,
  value: unknown,
  pointer: string,
  faults: FieldFault[],
): unknown {
  if (of && isPlainObject(value)) return read(of(), value, pointer, faults);
  if (itemsOf && Array.isArray(value)) return readItems(itemsOf(), value, pointer, faults);
  return convert ? convert(value) : value;
}

function readItems(
  of: FieldClass,
  items: unknown[],
  parent: string,
  faults: FieldFault[],
): unknown[] {
  const instances: unknown[] = [];
  for (const [index, item] of items.entries()) {
    const pointer = `${parent}/${index}`;
    if (isPlainObject(item)) instances.push(read(of, item, pointer, faults));
    else faults.push({ pointer, code: 'type', detail: 'must be an object' });
  }
  return instances;
}

/** One fault a field is enough: that it is missing; of a wrong type, the type; otherwise the first. */
function faultOf(error: ValidationError, parent: string): FieldFault {
  const pointer = `${parent}/${escapePointer(error.property)}`;
  if (error.value === undefined) return { pointer, code: 'required', detail: 'is required' };
  const faults = Object.entries(error.constraints ?? {}).map(([name, message]) =>
    toFault(name, message, error, pointer),
  );
  return faults.find((fault) => fault.code === 'type') ?? faults[0]!;
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

import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { fieldsOf, type FieldClass, type FieldReading } from '../../common/fields';
import { isPlainObject } from '../../common/field-rules';
import type { FieldFault } from '../../common/problem';
import { validationFailed } from '../../common/problems';
import { isValid } from './compiled-rules';
import { pointerTo } from './strict-json';
import { findUnknownFaults, keepUnknown } from './unknown-fields';

/** class-validator's names, as the codes that clients see. */
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

/** Validates bodies and queries against their field classes; refuses undeclared fields. */
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
  const plain = value ?? {};
  const instance = toInstance(of, plain);
  findFaults(of, plain, instance, '', faults);
  if (faults.length > 0) throw validationFailed(faults);
  return instance;
}

/** No field class uses @Expose or @Exclude, and checking for them takes half of class-transformer's time. */
const WITHOUT_EXPOSE = { ignoreDecorators: true };

/**
 * Has class-transformer build the declared fields. It copies an object without a declared class, drops its
 * `toString`, and fails on `constructor`: such a value is left out here, and taken as it is.
 */
function toInstance<T extends object>(of: FieldClass<T>, plain: object): T {
  const fields = fieldsOf(of);
  const known: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(plain)) {
    const field = fields.get(name);
    if (field && (isTyped(field) || !isComposite(value))) known[name] = value;
  }
  return plainToInstance(of, known, WITHOUT_EXPOSE);
}

/** Appends the faults of an instance in the order of the request; its own rules after its nested faults. */
function findFaults(
  of: FieldClass,
  plain: object,
  instance: object,
  parent: string,
  faults: FieldFault[],
): void {
  const fields = fieldsOf(of);
  for (const [name, value] of Object.entries(plain)) {
    const field = fields.get(name);
    if (!field) faults.push(...findUnknownFaults(of, name, value, parent));
    else if (isTyped(field))
      findNestedFaults(field, value, valueOf(instance, name), pointerTo(parent, name), faults);
    else if (isComposite(value)) set(instance, name, value);
  }
  if (!isValid(of, instance)) {
    const errors = validateSync(instance, { forbidUnknownValues: false });
    faults.push(...errors.map((error) => faultOf(error, parent)));
  }
  faults.push(...keepUnknown(of, plain, instance, parent));
}

/** What is not an object or list is left to the rules of the field. */
function findNestedFaults(
  { of, itemsOf }: FieldReading,
  plain: unknown,
  value: unknown,
  pointer: string,
  faults: FieldFault[],
): void {
  if (of && isPlainObject(plain)) findFaults(of(), plain, value as object, pointer, faults);
  if (!itemsOf || !Array.isArray(plain)) return;
  const instances = (value as object[]).values();
  for (const [index, item] of plain.entries()) {
    const place = `${pointer}/${index}`;
    if (isPlainObject(item)) findFaults(itemsOf(), item, instances.next().value!, place, faults);
    else faults.push({ pointer: place, code: 'type', detail: 'must be an object' });
  }
}

function isTyped({ of, itemsOf }: FieldReading): boolean {
  return of !== undefined || itemsOf !== undefined;
}

function isComposite(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function valueOf(instance: object, name: string): unknown {
  return (instance as Record<string, unknown>)[name];
}

/** A declared field, so never `__proto__`. */
function set(instance: object, name: string, value: unknown): void {
  (instance as Record<string, unknown>)[name] = value;
}

/** One fault per field: missing first, then a wrong type, then the first other one. */
function faultOf(error: ValidationError, parent: string): FieldFault {
  const pointer = pointerTo(parent, error.property);
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
    detail: withoutSubject(message, error.property),
  };
}

/** class-validator begins its messages with the field; in the middle, the same word is the sentence's own. */
function withoutSubject(message: string, field: string): string {
  return message.startsWith(`${field} `) ? message.slice(field.length + 1) : message;
}

/** What Nest gives as the type of a parameter without a class. */
const BUILT_IN: ReadonlySet<unknown> = new Set([String, Number, Boolean, Array, Object]);

function isFieldClass(metatype: ArgumentMetadata['metatype']): metatype is FieldClass {
  return metatype !== undefined && !BUILT_IN.has(metatype);
}

import {
  fieldsOf,
  unknownFieldBoundsOf,
  type FieldClass,
  type UnknownFieldBounds,
} from '../../common/fields';
import { inLength, isCleanText, isStorable, NOT_STORABLE } from '../../common/field-rules';
import type { FieldFault } from '../../common/problem';
import { pointerTo } from './strict-json';

/** A fault, unless the class keeps unknown fields and the field is in bounds. */
export function findUnknownFaults(
  of: FieldClass,
  name: string,
  value: unknown,
  parent: string,
): FieldFault[] {
  const bounds = unknownFieldBoundsOf(of);
  const fault = bounds ? faultOfKept(name, value, bounds) : NOT_A_FIELD;
  return fault ? [{ pointer: pointerTo(parent, name), ...fault }] : [];
}

/** Gives an instance the unknown fields that its class keeps, as they were sent. @returns the fault of all together */
export function keepUnknown(
  of: FieldClass,
  plain: object,
  instance: object,
  parent: string,
): FieldFault[] {
  const bounds = unknownFieldBoundsOf(of);
  if (!bounds) return [];
  const fields = fieldsOf(of);
  const unknown = Object.entries(plain).filter(([name]) => !fields.has(name));
  if (unknown.length === 0) return [];
  Object.assign(instance, Object.fromEntries(unknown));
  const fault = faultOfAll(unknown, bounds);
  return fault ? [{ pointer: parent, ...fault }] : [];
}

type Fault = Omit<FieldFault, 'pointer'>;

const NOT_A_FIELD: Fault = { code: 'unknown_field', detail: 'is not a field of this request' };

function faultOfKept(
  name: string,
  value: unknown,
  { nameLength }: UnknownFieldBounds,
): Fault | null {
  if (!inLength(name, 1, nameLength) || !isCleanText(name))
    return {
      code: 'name',
      detail: `must have a name of 1 to ${nameLength} characters without NUL`,
    };
  return isStorable(value) ? null : { code: 'values', detail: NOT_STORABLE };
}

function faultOfAll(
  unknown: [string, unknown][],
  { most, bytes }: UnknownFieldBounds,
): Fault | null {
  if (unknown.length > most)
    return { code: 'too_many', detail: `must have at most ${most} fields that are unknown here` };
  if (Buffer.byteLength(JSON.stringify(Object.fromEntries(unknown))) > bytes)
    return { code: 'size', detail: `must have at most ${bytes} bytes of unknown fields as JSON` };
  return null;
}

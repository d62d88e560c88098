import { isUtf8 } from 'node:buffer';
import { malformedRequest } from '../../common/problems';
import { measureJson } from './json-size';
import { exposeVanishing } from './vanishing-numbers';

/** Plain fields in JSON, dangerous in JavaScript: class-transformer calls what `constructor` holds. */
const TRAPS: ReadonlySet<string> = new Set(['__proto__', 'constructor']);

const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Reads a JSON body more strictly than JSON.parse: the bytes must be UTF-8, no object may name a field twice (parsers
 * disagree on which one counts), nothing nests deeper than 32 levels, and fields and list entries are limited. A number
 * too small for JavaScript is Infinity, which no field takes, instead of 0.
 * @returns undefined for an empty body
 * @throws 400 malformed_request, 413 too_many_values
 */
export function parseStrictJson(body: Buffer, mostValues: number): unknown {
  if (body.length === 0) return undefined;
  if (!isUtf8(body)) throw malformedRequest('the body is not UTF-8');
  const namesInText = measureJson(body, mostValues);
  const value = parse(exposeVanishing(decode(body)));
  if (countFields(value) !== namesInText) throw malformedRequest('an object names a field twice');
  return value;
}

/** Escapes a key for a JSON Pointer (RFC 6901). */
export function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** The JSON Pointer to a field of what another points to. */
export function pointerTo(parent: string, name: string): string {
  return `${parent}/${escapePointer(name)}`;
}

function decode(body: Buffer): string {
  const text = body.toString('utf8');
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformedRequest({ detail: 'the body is not JSON', cause });
  }
}

function countFields(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let fields = 0;
  if (Array.isArray(value)) for (const entry of value) fields += countFields(entry);
  else
    for (const [key, entry] of Object.entries(value)) {
      if (TRAPS.has(key)) throw malformedRequest(`an object names the field ${key}`);
      fields += 1 + countFields(entry);
    }
  return fields;
}

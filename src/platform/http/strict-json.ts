import { isUtf8 } from 'node:buffer';
import { malformedRequest } from '../../common/problems';

const MAXIMUM_DEPTH = 32;
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Reads a JSON body more strictly than JSON.parse: bytes must be UTF-8, no object may name a field twice
 * (parsers disagree on which one counts), and nothing nests deeper than 32 levels.
 * @returns undefined for an empty body
 * @throws 400 malformed_request
 */
export function parseStrictJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  const text = decode(body);
  const value = parse(text);
  const fields = countFields(value, 1);
  if (fields !== countFieldsInText(text)) throw malformedRequest('an object names a field twice');
  return value;
}

/** A key as it stands in a JSON Pointer (RFC 6901). */
export function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function decode(body: Buffer): string {
  if (!isUtf8(body)) throw malformedRequest('the body is not UTF-8');
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

function countFields(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (depth > MAXIMUM_DEPTH)
    throw malformedRequest(`the body nests deeper than ${MAXIMUM_DEPTH} levels`);
  let fields = 0;
  if (Array.isArray(value)) for (const entry of value) fields += countFields(entry, depth + 1);
  else
    for (const [key, entry] of Object.entries(value))
      fields += 1 + countFields(refuseProto(key, entry), depth + 1);
  return fields;
}

/** `__proto__` is a field in JSON and a trap in JavaScript. */
function refuseProto(key: string, entry: unknown): unknown {
  if (key === '__proto__') throw malformedRequest('an object names the field __proto__');
  return entry;
}

/** In valid JSON, a string before a colon is the name of a field, and nothing else is. */
function countFieldsInText(text: string): number {
  let fields = 0;
  for (const match of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/g)) if (match[1]) fields += 1;
  return fields;
}

import { isPlainObject } from '../../../common/field-rules';
import { malformedRequest } from '../../../common/problems';
import { invalidContext } from './ofrep.errors';

const MOST_BYTES = 4_096;

/**
 * The targeting key of a request's evaluation context; null: none. Nothing else of the context is used, stored or
 * logged.
 * @throws 400 malformed_request, invalid_context
 */
export function readTargetingKey(body: unknown): string | null {
  if (body === undefined || body === null) return null;
  if (!isPlainObject(body)) throw malformedRequest({ detail: 'The body must be an object.' });
  const { context = {} } = body as { context?: unknown };
  if (!isPlainObject(context)) throw invalidContext('context must be an object.');
  if (Buffer.byteLength(JSON.stringify(context)) > MOST_BYTES)
    throw invalidContext(`context must have at most ${MOST_BYTES} bytes as JSON.`);
  const { targetingKey = null } = context as { targetingKey?: unknown };
  if (targetingKey !== null && typeof targetingKey !== 'string')
    throw invalidContext('context.targetingKey must be a text.');
  return targetingKey === '' ? null : targetingKey;
}

import { isPlainObject } from '../../../common/field-rules';
import { malformedRequest, validationFailed } from '../../../common/problems';
import { pointerTo } from '../../../platform/http/strict-json';
import { invalidContext } from './ofrep.errors';

const MOST_BYTES = 4_096;

/**
 * The targeting key of a request's evaluation context; null: none. Nothing else of the context is used, stored or
 * logged.
 * @param mayNameBusiness whether the caller is a service key, whose `businessId` the guard has read
 * @throws 400 malformed_request, invalid_context, 422 validation_failed for members that the protocol does not have
 */
export function readTargetingKey(body: unknown, mayNameBusiness: boolean): string | null {
  if (body === undefined || body === null) return null;
  if (!isPlainObject(body)) throw malformedRequest({ detail: 'The body must be an object.' });
  refuseUnknown(body, mayNameBusiness ? ['context', 'businessId'] : ['context']);
  const { context = {} } = body as { context?: unknown };
  if (!isPlainObject(context)) throw invalidContext('context must be an object.');
  if (Buffer.byteLength(JSON.stringify(context)) > MOST_BYTES)
    throw invalidContext(`context must have at most ${MOST_BYTES} bytes as JSON.`);
  const { targetingKey = null } = context as { targetingKey?: unknown };
  if (targetingKey !== null && typeof targetingKey !== 'string')
    throw invalidContext('context.targetingKey must be a text.');
  return targetingKey === '' ? null : targetingKey;
}

function refuseUnknown(body: object, known: string[]): void {
  const faults = Object.keys(body)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      pointer: pointerTo('', name),
      code: 'unknown_field',
      detail: 'is no member of the request',
    }));
  if (faults.length > 0) throw validationFailed(faults);
}

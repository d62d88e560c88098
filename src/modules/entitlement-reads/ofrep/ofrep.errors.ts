import { defineProblem } from '../../../common/problem';

export const flagNotFound = defineProblem({
  code: 'flag_not_found',
  kind: 'not_found',
  title: 'Flag not found',
  description:
    'There is no flag or value with this key that the caller may see, or nothing grants the value.',
});

export const targetingKeyMissing = defineProblem({
  code: 'targeting_key_missing',
  kind: 'malformed',
  title: 'A targeting key is required',
  description: 'The flag is on for a share of targeting keys. Send `context.targetingKey`.',
});

export const invalidContext = defineProblem({
  code: 'invalid_context',
  kind: 'malformed',
  title: 'The evaluation context is not valid',
  description:
    'It must be an object of at most 4 KiB; `targetingKey`, if sent, a text; `businessId`, which service keys send, a UUID.',
});

/** OFREP's code of a refusal. */
const ERROR_CODES: Record<string, string> = {
  flag_not_found: 'FLAG_NOT_FOUND',
  targeting_key_missing: 'TARGETING_KEY_MISSING',
  invalid_context: 'INVALID_CONTEXT',
  validation_failed: 'INVALID_CONTEXT',
  malformed_request: 'PARSE_ERROR',
};

/** The members that OFREP's errors have, beside those of a problem document. */
export function toOfrepMembers(
  { code, detail }: { code: string; detail: string },
  { key }: { key?: string },
): object {
  const error = { errorCode: ERROR_CODES[code] ?? 'GENERAL', errorDetails: detail };
  return key === undefined ? error : { key, ...error };
}

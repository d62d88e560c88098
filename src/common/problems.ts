import { defineProblem, type DomainError, type FieldFault } from './problem';

// The problems that belong to no feature: the edge of the server, and the state of what it stands on.

export const malformedRequest = defineProblem({
  code: 'malformed_request',
  kind: 'malformed',
  title: 'The request could not be read',
  description:
    'The body is not JSON, not UTF-8, names a field twice, or nests deeper than 32 levels; or the request is no HTTP.',
});

export const requestTimeout = defineProblem({
  code: 'request_timeout',
  kind: 'timed_out',
  title: 'The request did not arrive in time',
  description: 'A request, its body included, has to arrive within a minute. Nothing was done.',
});

export const headersTooLarge = defineProblem({
  code: 'headers_too_large',
  kind: 'headers_too_large',
  title: 'The headers are too large',
  description: 'The address and the headers of a request may have 16 KiB together.',
});

export const unauthenticated = defineProblem({
  code: 'unauthenticated',
  kind: 'unauthenticated',
  title: 'A valid credential is needed',
  description:
    'The Authorization header is missing, malformed, or its token is unknown, expired or revoked. Sign in again, or use a live API key.',
});

export const wrongCredentialKind = defineProblem({
  code: 'wrong_credential_kind',
  kind: 'forbidden',
  title: 'This kind of credential does not open this route',
  description:
    'The token is good, but of another kind: SDK keys open SDK routes only, dashboard sessions dashboard routes only.',
});

export const permissionDenied = defineProblem({
  code: 'permission_denied',
  kind: 'forbidden',
  title: 'Your role does not permit this',
  description: 'GET /v1/me lists the permissions you have. An owner or admin can change your role.',
});

export const supportReadOnly = defineProblem({
  code: 'support_read_only',
  kind: 'forbidden',
  title: 'This support session only reads',
  description: 'Open one in write mode, with a reason, to change something for the tenant.',
});

export const supportForbidden = defineProblem({
  code: 'support_forbidden',
  kind: 'forbidden',
  title: 'Support does not do this',
  description:
    "Passwords, sessions, members' roles, invitations, API keys, subscription, billing, the business and its support access are the tenant's own.",
});

export const businessDeactivated = defineProblem({
  code: 'business_deactivated',
  kind: 'forbidden',
  title: 'This business is deactivated',
  description: 'The staff of this installation have deactivated the business. Contact them.',
});

export const noBusiness = defineProblem({
  code: 'no_business',
  kind: 'forbidden',
  title: 'You belong to no business',
  description:
    'This session has no business. Found one with POST /v1/businesses, accept an invitation with POST /v1/invitations/accept, or switch to one of GET /v1/me/businesses with POST /v1/me/switch.',
});

export const routeNotFound = defineProblem({
  code: 'route_not_found',
  kind: 'not_found',
  title: 'There is nothing at this address',
  description: 'No route has this path. Paths are exact: letter case and slashes count.',
});

export const methodNotAllowed = defineProblem({
  code: 'method_not_allowed',
  kind: 'method_not_allowed',
  title: 'This address does not answer to this method',
  description: 'The Allow header lists the methods that this address answers to.',
});

export const bodyTooLarge = defineProblem({
  code: 'body_too_large',
  kind: 'too_large',
  title: 'The body is too large',
  description: 'A body may have 256 KiB; POST /v1/recordings/batch takes 2 MiB.',
});

export const tooManyValues = defineProblem({
  code: 'too_many_values',
  kind: 'too_large',
  title: 'The body has too many fields and list entries',
  description:
    'All objects and lists of a body may have 10,000 fields and entries together; those of POST /v1/recordings/batch 20,000.',
});

export const unsupportedMediaType = defineProblem({
  code: 'unsupported_media_type',
  kind: 'unsupported_media_type',
  title: 'Send application/json in UTF-8',
  description:
    'The content type must be application/json, optionally with charset=utf-8, and the body must not be compressed.',
});

export const expectationFailed = defineProblem({
  code: 'expectation_failed',
  kind: 'expectation_failed',
  title: 'This expectation is not known',
  description: 'The only Expect header that the server knows is `100-continue`.',
});

export const validationProblem = defineProblem({
  code: 'validation_failed',
  kind: 'invalid',
  title: 'Some fields are not valid',
  description:
    '`errors` points at each field (RFC 6901) and says what is wrong with it; of more than 50 faults, at the first 50.',
});

export const internalError = defineProblem({
  code: 'internal_error',
  kind: 'internal',
  title: 'Something went wrong on our side',
  description: 'The request id in `instance` leads to the log of this installation.',
});

export const databaseUnavailable = defineProblem({
  code: 'database_unavailable',
  kind: 'unavailable',
  title: 'The database does not answer at the moment',
  description: 'Nothing was lost. Try again after `Retry-After` seconds.',
});

export const overloaded = defineProblem({
  code: 'overloaded',
  kind: 'unavailable',
  title: 'The server is too busy at the moment',
  description: 'Nothing was done. Try again after `Retry-After` seconds.',
});

export const tooManyAtOnce = defineProblem({
  code: 'too_many_at_once',
  kind: 'rate_limited',
  title: 'Too many requests of this business are at work',
  description:
    'A business has a share of the server at any moment; its requests wait in a short line for it. Nothing was done. Try again after `Retry-After` seconds, and send fewer at once.',
});

export const storageFull = defineProblem({
  code: 'storage_full',
  kind: 'insufficient_storage',
  title: 'The database has no space left',
  description: 'The operator has to make room. Nothing was stored.',
});

export const limitReached = defineProblem({
  code: 'limit_reached',
  kind: 'payment_required',
  title: 'The plan allows no more of these',
  description:
    '`feature`, `used` and `limit` say which limit; `upgradeUrl` leads to a larger plan.',
});

const MOST_FAULTS_NAMED = 50;

/** 422 with a pointer for each fault; of very many, for the first ones, and it says so. */
export function validationFailed(faults: FieldFault[]): DomainError {
  const errors = faults.slice(0, MOST_FAULTS_NAMED);
  const details = errors.map((fault) => `${fault.pointer || 'the body'}: ${fault.detail}`);
  const unnamed = faults.length - errors.length;
  if (unnamed > 0) details.push(`and ${unnamed} more`);
  return validationProblem({ detail: details.join('; '), members: { errors } });
}

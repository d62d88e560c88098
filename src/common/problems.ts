import { Integer, ListOf, Text } from './fields';
import { defineProblem, type DomainError, type FieldFault } from './problem';

// The problems that belong to no feature: HTTP, authentication and the database.

export const malformedRequest = defineProblem({
  code: 'malformed_request',
  kind: 'malformed',
  title: 'The request could not be read',
  description:
    'The body is not JSON, not UTF-8, not the gzip that it is called, has a duplicate field, or nests deeper than 32 levels; or the request is not HTTP.',
});

export const requestTimeout = defineProblem({
  code: 'request_timeout',
  kind: 'timed_out',
  title: 'The request did not arrive in time',
  description:
    'A request must arrive completely, its body included, within a minute. Nothing was done.',
});

export const headersTooLarge = defineProblem({
  code: 'headers_too_large',
  kind: 'headers_too_large',
  title: 'The headers are too large',
  description: 'The URL and the headers of a request may have 16 KiB together.',
});

export const unauthenticated = defineProblem({
  code: 'unauthenticated',
  kind: 'unauthenticated',
  title: 'A valid credential is required',
  description:
    'The Authorization header, or the cookie that Tenantry-Session names, is missing, malformed, or its token is unknown, expired or revoked. Sign in again, or use a live API key.',
});

export const wrongCredentialKind = defineProblem({
  code: 'wrong_credential_kind',
  kind: 'forbidden',
  title: 'This kind of credential cannot call this route',
  description:
    'The token is valid, but of another kind: SDK keys call SDK routes only, dashboard sessions dashboard routes only, service keys service routes only.',
});

export const crossSiteRequest = defineProblem({
  code: 'cross_site_request',
  kind: 'forbidden',
  title: 'Another site sent this request',
  description:
    'Cookies count for pages of this server only: the browser must send `Sec-Fetch-Site: same-origin`, or where it does not know that header, an `Origin` equal to that of APP_URL. Programs use a token in the Authorization header.',
});

export const credentialsAmbiguous = defineProblem({
  code: 'credentials_ambiguous',
  kind: 'malformed',
  title: 'The request has two credentials',
  description:
    'It has an Authorization header and the cookie that Tenantry-Session names. Send one of them.',
});

export const cookieNeedsHttps = defineProblem({
  code: 'cookie_needs_https',
  kind: 'conflict',
  title: 'Cookies need https',
  description:
    'Browsers keep the cookies of sessions over https and on this machine only, and APP_URL is neither. Put TLS in front and set APP_URL, or leave out `transport`.',
});

export const sessionInOtherBusiness = defineProblem({
  code: 'session_in_other_business',
  kind: 'conflict',
  title: 'This session is in another business',
  description:
    'The request names another business in Tenantry-Business than that of its session: another tab has switched. Nothing was done. Load the page again, or switch back.',
});

export const insufficientScope = defineProblem({
  code: 'insufficient_scope',
  kind: 'forbidden',
  title: 'This key does not have the scope',
  description:
    'GET /v1/api-keys shows the scopes of each API key; WWW-Authenticate names the one that is missing (RFC 6750). Use a key that has it, or create one.',
});

export const notForBrowsers = defineProblem({
  code: 'not_for_browsers',
  kind: 'forbidden',
  title: 'A service key must not be used in a browser',
  description:
    'The request has an Origin header, so a page sent it: everyone who opens that page can read the key. Revoke the key, and call from your own server.',
});

export const permissionDenied = defineProblem({
  code: 'permission_denied',
  kind: 'forbidden',
  title: 'Your role does not permit this',
  description: 'GET /v1/me lists the permissions you have. An owner or admin can change your role.',
});

export const reauthenticationRequired = defineProblem({
  code: 'reauthentication_required',
  kind: 'forbidden',
  title: 'Prove again who you are',
  description:
    'The last proof of this session, its login or POST /v1/auth/reauthenticate (staff: POST /v1/staff/auth/reauthenticate), is older than 10 minutes. Nothing was done. Prove it there, then send the request again.',
});

export const secondFactorRequired = defineProblem({
  code: 'second_factor_required',
  kind: 'forbidden',
  title: 'Set up a second factor first',
  description:
    'The business, or for staff the installation, demands one and you have none: until you set one up with POST /v1/me/mfa/totp (staff: POST /v1/staff/me/mfa/totp), this session opens only what concerns your own account.',
});

export const supportReadOnly = defineProblem({
  code: 'support_read_only',
  kind: 'forbidden',
  title: 'This support session is read-only',
  description: 'Open one in write mode, with a reason, to change something for the tenant.',
});

export const supportForbidden = defineProblem({
  code: 'support_forbidden',
  kind: 'forbidden',
  title: 'Support sessions cannot do this',
  description:
    "Passwords, sessions, members' roles, invitations, API keys, webhook endpoints, subscription, billing, the business and its support access can be changed by the tenant only.",
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
    'This session has no business. Create one with POST /v1/businesses, accept an invitation with POST /v1/invitations/accept, or switch to one of GET /v1/me/businesses with POST /v1/me/switch.',
});

export const businessNotFound = defineProblem({
  code: 'business_not_found',
  kind: 'not_found',
  title: 'Business not found',
  description: 'It does not exist, you do not belong to it, or the service key is bound to others.',
});

export const routeNotFound = defineProblem({
  code: 'route_not_found',
  kind: 'not_found',
  title: 'No such route',
  description: 'No route has this path. Paths match exactly, including letter case and slashes.',
});

export const methodNotAllowed = defineProblem({
  code: 'method_not_allowed',
  kind: 'method_not_allowed',
  title: 'Method not allowed',
  description: 'The Allow header lists the allowed methods.',
});

export const bodyTooLarge = defineProblem({
  code: 'body_too_large',
  kind: 'too_large',
  title: 'The body is too large',
  description:
    'A body may have 256 KiB, unless its route takes more and says so. A gzip body may have as much when it is unpacked.',
});

export const tooManyValues = defineProblem({
  code: 'too_many_values',
  kind: 'too_large',
  title: 'The body has too many fields and list entries',
  description:
    'All objects and lists of a body may have 10,000 fields and entries together, unless its route takes more and says so.',
});

export const unsupportedMediaType = defineProblem({
  code: 'unsupported_media_type',
  kind: 'unsupported_media_type',
  title: 'Send application/json in UTF-8',
  description:
    'The content type must be application/json, optionally with charset=utf-8. Routes that take a body with Content-Encoding: gzip say so; where that is the reason, `Accept-Encoding` says what is taken.',
});

export const expectationFailed = defineProblem({
  code: 'expectation_failed',
  kind: 'expectation_failed',
  title: 'Expectation not supported',
  description: 'The only supported Expect header is `100-continue`.',
});

export class FieldFaultResponse implements FieldFault {
  @Text({ description: 'JSON Pointer (RFC 6901) to the field', example: '/email' })
  pointer!: string;

  @Text({ example: 'email' })
  code!: string;

  @Text({ example: 'must be one e-mail address' })
  detail!: string;
}

export class ValidationFailedMembers {
  @ListOf(() => FieldFaultResponse)
  errors!: FieldFault[];
}

export const validationProblem = defineProblem({
  code: 'validation_failed',
  kind: 'invalid',
  title: 'Some fields are not valid',
  description:
    '`errors` points at each field (RFC 6901) and says what is wrong with it; only the first 50 faults are listed.',
  members: ValidationFailedMembers,
});

export const internalError = defineProblem({
  code: 'internal_error',
  kind: 'internal',
  title: 'Internal error',
  description: 'Find the cause in the server log by the request id in `instance`.',
});

export const databaseUnavailable = defineProblem({
  code: 'database_unavailable',
  kind: 'unavailable',
  title: 'The database is unavailable',
  description: 'No data was lost. Retry after `Retry-After` seconds.',
});

export const overloaded = defineProblem({
  code: 'overloaded',
  kind: 'unavailable',
  title: 'The server is overloaded',
  description: 'Nothing was done. Retry after `Retry-After` seconds.',
});

export const serverUnreachable = defineProblem({
  code: 'server_unreachable',
  kind: 'unavailable',
  title: 'The server does not answer',
  description:
    'A proxy of deploy/ sends this when no server answers in time. A GET changes nothing. Whether another request took effect is unknown: send it again after `Retry-After` seconds, with the same `Idempotency-Key` or `externalId`.',
});

export const tooManyAtOnce = defineProblem({
  code: 'too_many_at_once',
  kind: 'rate_limited',
  title: 'Too many concurrent requests of this business',
  description:
    'The requests of a business share a limited number of database connections and queue for them briefly. Nothing was done. Retry after `Retry-After` seconds, with fewer requests at once.',
});

export const storageFull = defineProblem({
  code: 'storage_full',
  kind: 'insufficient_storage',
  title: 'The database has no space left',
  description: 'The operator must free space. Nothing was stored.',
});

export class LimitReachedMembers {
  @Text({ description: 'The key of an allocated feature', example: 'seats' })
  feature!: string;

  @Integer({ min: 0 })
  used!: number;

  @Integer({ min: 0 })
  limit!: number;

  @Text({ description: 'Leads to a larger plan' })
  upgradeUrl!: string;
}

export const limitReached = defineProblem({
  code: 'limit_reached',
  kind: 'payment_required',
  title: 'The plan allows no more of these',
  description:
    '`feature`, `used` and `limit` say which limit; `upgradeUrl` leads to a larger plan.',
  members: LimitReachedMembers,
});

const MOST_FAULTS_NAMED = 50;

/** 422 with a pointer for each fault, at most for the first 50. */
export function validationFailed(faults: FieldFault[]): DomainError {
  const errors = faults.slice(0, MOST_FAULTS_NAMED);
  const details = errors.map((fault) => `${fault.pointer || 'the body'}: ${fault.detail}`);
  const unnamed = faults.length - errors.length;
  if (unnamed > 0) details.push(`and ${unnamed} more`);
  return validationProblem({ detail: details.join('; '), members: { errors } });
}

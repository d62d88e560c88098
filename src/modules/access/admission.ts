import type { FastifyRequest } from 'fastify';
import {
  audiencesOf,
  scopeFor,
  type Access,
  type Audience,
} from '../../common/access/access.decorator';
import type { Permission, Scope, ServiceScope } from '../../common/access/permissions';
import type { DomainError } from '../../common/problem';
import { BUSINESS_HEADER } from '../../common/session-cookies';
import {
  businessDeactivated,
  insufficientScope,
  noBusiness,
  notForBrowsers,
  permissionDenied,
  reauthenticationRequired,
  secondFactorRequired,
  sessionInOtherBusiness,
  supportForbidden,
  supportReadOnly,
  unauthenticated,
  wrongCredentialKind,
} from '../../common/problems';
import { AUDIENCE_OF_KIND, type Credential } from './credential';

const CHALLENGE = 'Bearer realm="tenantry"';

/**
 * Whether this credential may make this request. Pure: called when the headers arrive, and again by the guard, with the
 * body.
 * @throws 401 unauthenticated, 403 wrong_credential_kind, not_for_browsers, business_deactivated, no_business,
 * second_factor_required, insufficient_scope, permission_denied, support_read_only, support_forbidden,
 * reauthentication_required, 409 session_in_other_business
 */
export function assertAdmitted(
  access: Access,
  credential: Credential | null,
  { headers, method, body }: Pick<FastifyRequest, 'headers' | 'method' | 'body'>,
): asserts credential {
  if (!credential) throw noCredential(headers.authorization);
  const { kind, businessStatus, permissions, service, support } = credential;
  const audience = AUDIENCE_OF_KIND[kind];
  if (!audiencesOf(access).includes(audience)) throw wrongKind(access);
  if (service && headers.origin !== undefined) throw notForBrowsers();
  if (businessStatus === 'deactivated' && !access.whileDeactivated) throw businessDeactivated();
  if (kind === 'session' && !businessStatus && !access.withoutBusiness) throw noBusiness();
  if (audience === 'dashboard') assertInBusiness(access, credential, headers[BUSINESS_HEADER]);
  if (credential.mustEnrol && !isOpenWhileEnrolling(access, audience)) throw secondFactorRequired();
  const scope = scopeFor(access, audience);
  if (scope && !scopesOf(credential).includes(scope)) throw lacking(scope);
  if (support) return assertSupportMay(access, permissions, support.mode, method);
  const isPermitted =
    audience !== 'dashboard' || !access.permission || permissions.includes(access.permission);
  if (!isPermitted)
    throw permissionDenied({ detail: `This needs the permission ${access.permission}.` });
  if (!credential.isProven && needsProof(access, audience, body)) throw reauthenticationRequired();
}

/** What concerns a person's own account alone is open without a business too. */
function isOpenWhileEnrolling(access: Access, audience: Audience): boolean {
  return (audience === 'staff' ? access.whileEnrolling : access.withoutBusiness) === true;
}

/** Keys cannot prove anything; they have their scopes. */
function needsProof({ stepUp }: Access, audience: Audience, body: unknown): boolean {
  if (!stepUp || (audience !== 'dashboard' && audience !== 'staff')) return false;
  const isObject = typeof body === 'object' && body !== null;
  return stepUp === true || (isObject && stepUp(body as Readonly<Record<string, unknown>>));
}

/** RFC 6750, section 3: the error is named only when a token was sent. */
function noCredential(authorization: string | undefined): DomainError {
  const tokenWasSent = /^bearer +\S/i.test(authorization ?? '');
  const challenge = tokenWasSent ? `${CHALLENGE}, error="invalid_token"` : CHALLENGE;
  return unauthenticated({ headers: { 'WWW-Authenticate': challenge } });
}

/** Tabs share one cookie: after a switch in one, another must not write into the new business. */
function assertInBusiness(
  { withoutBusiness }: Access,
  { businessId }: Credential,
  named: string | string[] | undefined,
): void {
  if (named === undefined || withoutBusiness) return;
  if (String(named).toLowerCase() !== businessId) throw sessionInOtherBusiness();
}

function scopesOf({ key, service }: Credential): readonly (Scope | ServiceScope)[] {
  return key?.scopes ?? service?.scopes ?? [];
}

/** RFC 6750, section 3.1. */
function lacking(scope: Scope | ServiceScope): DomainError {
  const challenge = `${CHALLENGE}, error="insufficient_scope", scope="${scope}"`;
  return insufficientScope({
    detail: `This needs a key with the scope ${scope}.`,
    headers: { 'WWW-Authenticate': challenge },
  });
}

const WANTED: Record<Audience, string> = {
  public: 'no credential',
  dashboard: 'a dashboard session (tns_…)',
  sdk: 'an SDK API key (tnk_…)',
  service: 'a service key (tnv_…)',
  staff: 'a staff session (tnf_…)',
};

function wrongKind(access: Access): DomainError {
  const wanted = audiencesOf(access).map((audience) => WANTED[audience]);
  return wrongCredentialKind({ detail: `This route takes ${wanted.join(' or ')}.` });
}

/** In read mode only leaving is allowed as a change; what support never may is refused in either mode. */
function assertSupportMay(
  access: Access,
  permissions: readonly Permission[],
  mode: 'read' | 'write',
  method: string,
): void {
  const isAllowed = access.permission
    ? permissions.includes(access.permission)
    : access.support === true;
  const isOffered = isAllowed && !access.stepUp;
  const isReading = method === 'GET' || method === 'HEAD' || access.action === 'session.end';
  if (access.support === false) throw supportForbidden();
  if (mode === 'read' && !isReading) throw supportReadOnly();
  if (!isOffered) throw supportForbidden();
}

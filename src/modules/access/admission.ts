import type { FastifyRequest } from 'fastify';
import type { Access, Audience } from '../../common/access/access.decorator';
import type { Permission, Scope } from '../../common/access/permissions';
import type { DomainError } from '../../common/problem';
import {
  businessDeactivated,
  insufficientScope,
  noBusiness,
  permissionDenied,
  supportForbidden,
  supportReadOnly,
  unauthenticated,
  wrongCredentialKind,
} from '../../common/problems';
import { AUDIENCE_OF_KIND, type Credential } from './credential';

const CHALLENGE = 'Bearer realm="tenantry"';

/**
 * Whether this credential may make this request. Pure: called when the headers arrive, and again by the guard.
 * @throws 401 unauthenticated, 403 wrong_credential_kind, business_deactivated, no_business, insufficient_scope,
 * permission_denied, support_read_only, support_forbidden
 */
export function assertAdmitted(
  access: Access,
  credential: Credential | null,
  { headers, method }: Pick<FastifyRequest, 'headers' | 'method'>,
): asserts credential {
  if (!credential) throw noCredential(headers.authorization);
  const { kind, businessStatus, permissions, key, support } = credential;
  if (AUDIENCE_OF_KIND[kind] !== access.audience) throw wrongKind(access.audience);
  if (businessStatus === 'deactivated' && !access.whileDeactivated) throw businessDeactivated();
  if (kind === 'session' && !businessStatus && !access.withoutBusiness) throw noBusiness();
  if (access.scope && !key?.scopes.includes(access.scope)) throw lacking(access.scope);
  if (support) return assertSupportMay(access, permissions, support.mode, method);
  const isPermitted = !access.permission || permissions.includes(access.permission);
  if (!isPermitted)
    throw permissionDenied({ detail: `This needs the permission ${access.permission}.` });
}

/** RFC 6750, section 3: the error is named only when a token was sent. */
function noCredential(authorization: string | undefined): DomainError {
  const tokenWasSent = /^bearer +\S/i.test(authorization ?? '');
  const challenge = tokenWasSent ? `${CHALLENGE}, error="invalid_token"` : CHALLENGE;
  return unauthenticated({ headers: { 'WWW-Authenticate': challenge } });
}

/** RFC 6750, section 3.1. */
function lacking(scope: Scope): DomainError {
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
  staff: 'a staff session (tnf_…)',
};

function wrongKind(audience: Audience): DomainError {
  return wrongCredentialKind({ detail: `This route takes ${WANTED[audience]}.` });
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
  const isReading = method === 'GET' || method === 'HEAD' || access.action === 'session.end';
  if (mode === 'read' && !isReading) throw supportReadOnly();
  if (!isAllowed) throw supportForbidden();
}

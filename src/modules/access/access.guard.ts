import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { accessOf, type Access, type Audience } from '../../common/access/access.decorator';
import type { Permission } from '../../common/access/permissions';
import type { DomainError } from '../../common/problem';
import {
  businessDeactivated,
  permissionDenied,
  supportForbidden,
  supportReadOnly,
  unauthenticated,
  wrongCredentialKind,
} from '../../common/problems';
import { RequestContext } from '../../common/request-context';
import { requestOf } from '../../platform/http/request';
import { BearerStrategy } from './bearer.strategy';
import { AUDIENCE_OF_KIND, type Credential } from './credential';

const CHALLENGE = 'Bearer realm="tenantry"';

/** Lets a request in as its route's decorator says. A route without the decorator lets nobody in. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(private readonly bearer: BearerStrategy) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = accessOf(context.getHandler());
    if (!access)
      throw new Error(
        `${context.getClass().name}.${context.getHandler().name} does not say who may call it`,
      );
    const request = requestOf(context);
    request.requestContext =
      access.audience === 'public'
        ? new RequestContext({ requestId: request.id, action: access.action, ip: request.ip })
        : await this.admit(access, request, context.switchToHttp().getResponse<FastifyReply>());
    return true;
  }

  private async admit(
    access: Access,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<RequestContext> {
    const { authorization } = request.headers;
    const credential = await this.bearer.authenticate(authorization);
    if (!credential) throw noCredential(authorization);
    announceSupport(credential, reply);
    assertAdmitted(access, credential, request.method);
    return toContext(access, credential, request);
  }
}

/** RFC 6750, section 3: the error is named only when a token was sent. */
function noCredential(authorization: string | undefined): DomainError {
  const tokenWasSent = /^bearer +\S/i.test(authorization ?? '');
  const challenge = tokenWasSent ? `${CHALLENGE}, error="invalid_token"` : CHALLENGE;
  return unauthenticated({ headers: { 'WWW-Authenticate': challenge } });
}

/** Every answer under a support session says so, refusals too. */
function announceSupport({ support }: Credential, reply: FastifyReply): void {
  if (support) void reply.header('x-support-session', support.sessionId);
}

function assertAdmitted(access: Access, credential: Credential, method: string): void {
  const { kind, businessStatus, permissions, support } = credential;
  if (AUDIENCE_OF_KIND[kind] !== access.audience) throw wrongKind(access.audience);
  if (businessStatus === 'deactivated') throw businessDeactivated();
  if (support) return assertSupportMay(access, permissions, support.mode, method);
  const isPermitted = !access.permission || permissions.includes(access.permission);
  if (!isPermitted)
    throw permissionDenied({ detail: `This needs the permission ${access.permission}.` });
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

/** In read mode nothing is changed, but for leaving; what support never does is refused in either mode. */
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

function toContext(
  access: Access,
  credential: Credential,
  request: FastifyRequest,
): RequestContext {
  const { actor, businessId, member, permissions, support, staffSessionId } = credential;
  return new RequestContext({
    requestId: request.id,
    action: access.action,
    ip: request.ip,
    ...{ actor, businessId, member, permissions, staffSessionId },
    onBehalfOf: support && member ? member.memberId : null,
    supportSessionId: support?.sessionId ?? null,
  });
}

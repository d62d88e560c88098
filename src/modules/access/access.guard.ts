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
import { RequestLimiter } from '../../platform/rate-limit/request-limiter';
import { BearerStrategy } from './bearer.strategy';
import { AUDIENCE_OF_KIND, type Credential } from './credential';

const CHALLENGE = 'Bearer realm="tenantry"';

/** Lets a request in as its route's decorator says. A route without the decorator lets nobody in. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly bearer: BearerStrategy,
    private readonly limiter: RequestLimiter,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = accessOf(context.getHandler());
    if (!access)
      throw new Error(
        `${context.getClass().name}.${context.getHandler().name} does not say who may call it`,
      );
    const request = requestOf(context);
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    request.requestContext =
      access.audience === 'public'
        ? await this.admitAnybody(access, request, reply)
        : await this.admit(access, request, reply);
    return true;
  }

  private async admitAnybody(
    access: Access,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<RequestContext> {
    await this.limiter.countAddress(request, reply);
    return new RequestContext({ ...originOf(request), action: access.action });
  }

  private async admit(
    access: Access,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<RequestContext> {
    const { authorization } = request.headers;
    const credential = await this.bearer.authenticate(authorization);
    await this.count(credential, request, reply);
    if (!credential) throw noCredential(authorization);
    announceSupport(credential, reply);
    assertAdmitted(access, credential, request.method);
    return toContext(access, credential, request);
  }

  /** People are counted by who they are, in all their sessions together. */
  private count(
    credential: Credential | null,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const { kind, actor, member } = credential ?? {};
    if (kind === 'api_key' && member)
      return this.limiter.countSharedKey(member.credentialId, request, reply);
    return actor?.id
      ? this.limiter.countCaller(actor.id, request, reply)
      : this.limiter.countAddress(request, reply);
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
    ...originOf(request),
    action: access.action,
    ...{ actor, businessId, member, permissions, staffSessionId },
    onBehalfOf: support && member ? member.memberId : null,
    supportSessionId: support?.sessionId ?? null,
  });
}

function originOf({
  id,
  trace,
  ip,
}: FastifyRequest): Pick<RequestContext, 'requestId' | 'trace' | 'ip'> {
  return { requestId: id, trace, ip };
}

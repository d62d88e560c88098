import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { accessOf, type Access } from '../../common/access/access.decorator';
import { RequestContext } from '../../common/request-context';
import { requestOf } from '../../platform/http/request';
import { assertAdmitted } from './admission';
import { BearerGuard } from './bearer.guard';
import { CredentialCache } from './credential-cache';
import type { Credential } from './credential';

/** Enforces the access that a route's decorator declares. A route without the decorator refuses every request. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly bearer: BearerGuard,
    private readonly cache: CredentialCache,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = accessOf(context.getHandler());
    const request = requestOf(context);
    if (!access || request.caller?.access !== access)
      throw new Error(
        `${context.getClass().name}.${context.getHandler().name} does not say who may call it`,
      );
    request.requestContext =
      access.audience === 'public'
        ? new RequestContext({ ...originOf(request), action: access.action })
        : await this.admit(access, request);
    return true;
  }

  private async admit(access: Access, request: FastifyRequest): Promise<RequestContext> {
    const credential = await this.credentialOf(request);
    assertAdmitted(access, credential, request);
    return toContext(access, credential, request);
  }

  /** The credential from the request hook; looked up again where it may have ended while the body arrived. */
  private async credentialOf(request: FastifyRequest): Promise<Credential | null> {
    const { credential = null, askedAt } = request.caller ?? {};
    const isRecent = askedAt && this.cache.isRecent(askedAt);
    return isRecent ? credential : this.bearer.authenticate(request);
  }
}

function toContext(
  access: Access,
  credential: Credential,
  request: FastifyRequest,
): RequestContext {
  const { actor, businessId, member, person, permissions, staffSessionId } = credential;
  const { key, support } = credential;
  return new RequestContext({
    ...originOf(request),
    action: access.action,
    ...{ actor, businessId, member, person, permissions, staffSessionId },
    boundTo: key?.boundTo ?? null,
    onBehalfOf: support && member ? member.memberId : null,
    supportSessionId: support?.sessionId ?? null,
  });
}

function originOf({
  id,
  trace,
  ip,
}: FastifyRequest): Pick<RequestContext, 'requestId' | 'trace' | 'ip' | 'connection'> {
  return { requestId: id, trace, ip, connection: { isHeld: false } };
}

import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { accessOf, type Access } from '../../common/access/access.decorator';
import { isId } from '../../common/ids';
import { validationFailed } from '../../common/problems';
import { RequestContext } from '../../common/request-context';
import { requestOf } from '../../platform/http/request';
import { RequestLimiter } from '../../platform/rate-limit/request-limiter';
import { ServiceKeysService } from '../service-keys/service-keys.service';
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
    private readonly serviceKeys: ServiceKeysService,
    private readonly limiter: RequestLimiter,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = accessOf(context.getHandler());
    const request = requestOf(context);
    if (!access || request.caller?.access !== access)
      throw new Error(
        `${context.getClass().name}.${context.getHandler().name} does not say who may call it`,
      );
    await this.admitTo(access, request, context.switchToHttp().getResponse<FastifyReply>());
    return true;
  }

  /** Builds the context of the request. @throws what `assertAdmitted` does, 429 rate_limited, 422 validation_failed */
  async admitTo(access: Access, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    request.requestContext =
      access.audience === 'public'
        ? new RequestContext({
            requestId: request.id,
            trace: request.trace,
            ip: request.ip,
            connection: { isHeld: false },
            action: access.action,
          })
        : await this.admit(access, request, reply);
  }

  private async admit(
    access: Access,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<RequestContext> {
    const credential = await this.credentialOf(request);
    assertAdmitted(access, credential, request);
    const context = toContext(access, credential, request);
    if (!context.serviceKey || access.businessPerItem) return context;
    return this.inNamedBusiness(context, request, reply);
  }

  /** Where the body's is no id, the context has no business, and validation refuses the request. */
  private async inNamedBusiness(
    context: RequestContext,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<RequestContext> {
    const businessId = takeBusinessId(request);
    if (businessId === null) return context;
    await this.limiter.countBusiness(businessId, request, reply);
    return this.serviceKeys.contextFor(context, businessId);
  }

  /** The credential from the request hook; looked up again where it may have ended while the body arrived. */
  private async credentialOf(request: FastifyRequest): Promise<Credential | null> {
    const { credential = null, cookie = null, askedAt } = request.caller ?? {};
    const isRecent = askedAt && this.cache.isRecent(askedAt);
    return isRecent ? credential : this.bearer.authenticate(request, cookie);
  }
}

/**
 * The `businessId` of the body, or of its evaluation context; else that of the query, which is taken out of it, since it is no parameter for other
 * callers of the route.
 * @returns null where the body's is no id: its field says so
 * @throws 422 validation_failed where there is none
 */
function takeBusinessId(request: FastifyRequest): string | null {
  const { body, query } = request as { body: Named; query: Named };
  const named = body?.businessId ?? body?.context?.businessId; // OFREP's providers send nothing but a context
  if (named !== undefined) return toId(named);
  const businessId = toId(query?.businessId);
  if (!businessId)
    throw validationFailed([{ pointer: '/businessId', code: 'uuid', detail: 'must be a UUID' }]);
  delete query!.businessId;
  return businessId;
}

type Named = { businessId?: unknown; context?: { businessId?: unknown } | null } | null | undefined;

function toId(value: unknown): string | null {
  return isId(value) ? value.toLowerCase() : null;
}

/** Field by field: spread, they took three times as long, a twentieth of a short request. */
function toContext(
  access: Access,
  credential: Credential,
  request: FastifyRequest,
): RequestContext {
  const { key, member, service, support } = credential;
  return new RequestContext({
    requestId: request.id,
    trace: request.trace,
    ip: request.ip,
    connection: { isHeld: false },
    action: access.action,
    actor: credential.actor,
    businessId: credential.businessId,
    member,
    person: credential.person,
    permissions: credential.permissions,
    staffSessionId: credential.staffSessionId,
    boundTo: key?.boundTo ?? null,
    serviceKey: service && { id: service.id, businessIds: service.businessIds },
    onBehalfOf: support && member ? member.memberId : null,
    supportSessionId: support?.sessionId ?? null,
    cookie: request.caller?.cookie?.kind ?? null,
  });
}

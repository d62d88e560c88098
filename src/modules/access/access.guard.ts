import { Injectable, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { accessOf, type Access } from '../../common/access/access.decorator';
import { permissionsOf } from '../../common/access/permissions';
import type { DomainError } from '../../common/problem';
import {
  businessDeactivated,
  permissionDenied,
  unauthenticated,
  wrongCredentialKind,
} from '../../common/problems';
import { RequestContext } from '../../common/request-context';
import { requestOf } from '../../platform/http/request';
import { AUDIENCE_OF_KIND, type Credential } from './credential';

const CHALLENGE = 'Bearer realm="tenantry"';

/** Lets a request in as its route's decorator says. A route without the decorator lets nobody in. */
@Injectable()
export class AccessGuard extends AuthGuard('bearer') {
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = accessOf(context.getHandler());
    if (!access)
      throw new Error(
        `${context.getClass().name}.${context.getHandler().name} does not say who may call it`,
      );
    if (access.audience !== 'public') return (await super.canActivate(context)) as boolean;
    const request = requestOf(context);
    request.requestContext = new RequestContext({
      requestId: request.id,
      action: access.action,
      ip: request.ip,
    });
    return true;
  }

  /** passport-http-bearer would also take ?access_token= and a field of the body: it sees the header alone. */
  override getRequest(context: ExecutionContext): Pick<FastifyRequest, 'headers'> {
    return { headers: { authorization: requestOf(context).headers.authorization } };
  }

  override handleRequest<T>(
    error: unknown,
    credential: Credential | false,
    _info: unknown,
    context: ExecutionContext,
  ): T {
    const request = requestOf(context);
    if (error) throw error as Error;
    if (!credential) throw noCredential(request.headers.authorization);
    const access = accessOf(context.getHandler())!; // canActivate has seen it
    assertAdmitted(access, credential);
    request.requestContext = toContext(access, credential, request);
    return credential as T;
  }
}

/** RFC 6750, section 3: the error is named only when a token was sent. */
function noCredential(authorization: string | undefined): DomainError {
  const tokenWasSent = /^bearer +\S/i.test(authorization ?? '');
  const challenge = tokenWasSent ? `${CHALLENGE}, error="invalid_token"` : CHALLENGE;
  return unauthenticated({ headers: { 'WWW-Authenticate': challenge } });
}

function assertAdmitted(access: Access, { kind, businessStatus, member }: Credential): void {
  if (AUDIENCE_OF_KIND[kind] !== access.audience) throw wrongCredentialKind();
  if (businessStatus !== 'active') throw businessDeactivated();
  const permitted = !access.permission || permissionsOf(member.role).includes(access.permission);
  if (!permitted)
    throw permissionDenied({ detail: `This needs the permission ${access.permission}.` });
}

function toContext(
  access: Access,
  credential: Credential,
  request: FastifyRequest,
): RequestContext {
  const { actor, businessId, member } = credential;
  const permissions = permissionsOf(member.role);
  return new RequestContext({
    requestId: request.id,
    action: access.action,
    ip: request.ip,
    actor,
    businessId,
    member,
    permissions,
  });
}

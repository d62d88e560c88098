import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { map, type Observable } from 'rxjs';
import { accessOf, opensSession, type Access } from '../../common/access/access.decorator';
import { toClearedCookie, toSetCookie, type SessionKind } from '../../common/session-cookies';
import { CookieSessions } from './cookie-sessions';
import { requestOf } from './request';

/** A new token, in an answer or in its `session`. */
interface Opened {
  token: string;
  expiresAt: string;
}

/**
 * Moves the token of an opened session from the answer into a cookie. Outside the Idempotency-Key: the answer that is
 * kept, encrypted, has the token, so a repeated request gets the cookie again, and never the token.
 */
@Injectable()
export class CookieSessionsInterceptor implements NestInterceptor {
  constructor(private readonly cookies: CookieSessions) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const access = accessOf(context.getHandler());
    if (!access?.session) return next.handle();
    const request = requestOf(context);
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const kind = this.kindToSet(access, request);
    if (kind && access.session !== 'ended')
      return next.handle().pipe(map((answer) => this.moveToken(kind, answer as object, reply)));
    return next.handle().pipe(
      map((answer: unknown) => {
        if (kind) clear(kind, reply);
        return answer;
      }),
    );
  }

  /** Null: the caller takes no cookie. @throws 403 cross_site_request, 409 cookie_needs_https */
  private kindToSet(access: Access, request: FastifyRequest): SessionKind | null {
    const opened = opensSession(access);
    if (!opened) return request.requestContext?.cookie ?? null;
    const { transport } = (request.body ?? {}) as { transport?: unknown };
    if (transport !== 'cookie') return null;
    this.cookies.assertMaySet(request);
    return opened;
  }

  /** @returns the answer without the token; nothing where it had nothing else */
  private moveToken(kind: SessionKind, answer: object, reply: FastifyReply): object | undefined {
    const { session, ...others } = answer as Partial<Opened> & { session?: Opened };
    const { token, ...rest } = session ?? (answer as Opened);
    void reply.header('set-cookie', toSetCookie(kind, token, rest.expiresAt));
    if (reply.statusCode === 204) return undefined;
    return session ? { ...others, session: rest } : rest;
  }
}

/** The support sessions of staff end with theirs. */
function clear(kind: SessionKind, reply: FastifyReply): void {
  const ended: SessionKind[] = kind === 'staff' ? ['staff', 'support'] : [kind];
  void reply.header('set-cookie', ended.map(toClearedCookie));
}

import { Injectable } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import type { CookieSession } from '../../platform/http/cookie-sessions';
import type { BearerRequest } from './bearer.strategy';
import type { Credential } from './credential';
import { CredentialsService } from './credentials.service';

/** As passport-http-bearer reads it. */
const BEARER = /^Bearer ([^ ]+)$/i;

/** Passport's guard, under the access guard: it authenticates and refuses no request. */
@Injectable()
export class BearerGuard extends AuthGuard('bearer') {
  constructor(private readonly credentials: CredentialsService) {
    super();
  }

  /**
   * A known token costs passport ten objects and five promises, and its strategy would find the same credential.
   * @param cookie in place of the header
   * @returns null without a token, and for an invalid one
   * @throws 429 rate_limited where too many invalid tokens come from this network
   */
  async authenticate(
    { headers, ip }: FastifyRequest,
    cookie: CookieSession | null,
  ): Promise<Credential | null> {
    const ofCookie = cookie?.token ? `Bearer ${cookie.token}` : undefined;
    const authorization = cookie ? ofCookie : headers.authorization;
    const { credentials } = this;
    const [, token] = BEARER.exec(authorization ?? '') ?? [];
    const known = token && credentials.findKnown(token);
    if (known) return known;
    const request: BearerRequest = { headers: { authorization }, ip, credentials, user: null };
    await this.canActivate(new ExecutionContextHost([request]));
    return request.user;
  }

  override handleRequest<T = Credential | null>(error: Error | null, found: T | false): T {
    if (error) throw error;
    return (found || null) as T;
  }
}

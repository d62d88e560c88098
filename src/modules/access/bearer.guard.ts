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
   * On a hot route a known token does not pass through passport, whose strategy would find the same credential: it makes
   * ten objects and five promises.
   * @param cookie in place of the header
   * @returns null without a token, and for an invalid one
   * @throws 429 rate_limited where too many invalid tokens come from this network
   */
  async authenticate(
    { headers, ip, routeOptions }: FastifyRequest,
    cookie: CookieSession | null,
  ): Promise<Credential | null> {
    const ofCookie = cookie?.token ? `Bearer ${cookie.token}` : undefined;
    const authorization = cookie ? ofCookie : headers.authorization;
    const { credentials } = this;
    const known = routeOptions.config.isHot && this.findKnown(authorization);
    if (known) return known;
    const request: BearerRequest = { headers: { authorization }, ip, credentials, user: null };
    await this.canActivate(new ExecutionContextHost([request]));
    return request.user;
  }

  private findKnown(authorization = ''): Credential | null {
    const [, token] = BEARER.exec(authorization) ?? [];
    return token === undefined ? null : this.credentials.findKnown(token);
  }

  override handleRequest<T = Credential | null>(error: Error | null, found: T | false): T {
    if (error) throw error;
    return (found || null) as T;
  }
}

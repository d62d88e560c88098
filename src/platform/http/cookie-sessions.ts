import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import {
  cookieNeedsHttps,
  credentialsAmbiguous,
  crossSiteRequest,
  validationFailed,
} from '../../common/problems';
import {
  findCookie,
  isSameOrigin,
  isSessionKind,
  keepsSecureCookies,
  SESSION_HEADER,
  SESSION_KINDS,
  type SessionKind,
} from '../../common/session-cookies';
import { CONFIG, type Config } from '../config/config';

/** The cookie that a request means; without a token, it is not valid. */
export interface CookieSession {
  kind: SessionKind;
  token: string | null;
}

/** What browsers keep for the console: who may send it, and who may have it. */
@Injectable()
export class CookieSessions {
  private readonly mayKeep: boolean;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    this.mayKeep = keepsSecureCookies(config.appUrl);
  }

  /**
   * The cookie that Tenantry-Session names; null without that header, and without that cookie.
   * @throws 400 credentials_ambiguous, 403 cross_site_request, 422 validation_failed for an unknown kind
   */
  find({ headers }: FastifyRequest): CookieSession | null {
    const kind = headers[SESSION_HEADER];
    if (kind === undefined) return null;
    if (typeof kind !== 'string' || !isSessionKind(kind)) throw unknownKind();
    const cookie = findCookie(headers.cookie, kind);
    if (!cookie) return null;
    if (headers.authorization !== undefined) throw credentialsAmbiguous();
    this.assertSameOrigin(headers);
    return { kind, ...cookie };
  }

  /**
   * Another site must not sign a browser in to an account of its own.
   * @throws 403 cross_site_request, 409 cookie_needs_https
   */
  assertMaySet({ headers }: FastifyRequest): void {
    this.assertSameOrigin(headers);
    if (!this.mayKeep) throw cookieNeedsHttps();
  }

  private assertSameOrigin(headers: FastifyRequest['headers']): void {
    if (!isSameOrigin(headers, this.config.appUrl)) throw crossSiteRequest();
  }
}

function unknownKind(): Error {
  const detail = `must be one of ${SESSION_KINDS.join(', ')}`;
  return validationFailed([{ pointer: '/Tenantry-Session', code: 'choice', detail }]);
}

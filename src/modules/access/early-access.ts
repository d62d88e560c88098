import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { audiencesOf, type Access } from '../../common/access/access.decorator';
import type { LookUp } from '../../platform/database/announced-cache';
import { assertBodyIsWelcome } from '../../platform/http/body-reader';
import { CookieSessions, type CookieSession } from '../../platform/http/cookie-sessions';
import { RequestLimiter } from '../../platform/rate-limit/request-limiter';
import { assertAdmitted } from './admission';
import { BearerGuard } from './bearer.guard';
import { CredentialCache } from './credential-cache';
import type { Credential } from './credential';
import { SdkPages } from './sdk-pages';

/** The caller, as far as the headers tell. */
interface Caller {
  access: Access;
  /** Null on public routes, which need none. */
  credential: Credential | null;
  /** That bore it, in place of the Authorization header. */
  cookie: CookieSession | null;
  /** When the credential was looked up. */
  askedAt: LookUp | null;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null where the route declares no access. */
    caller: Caller | null;
  }
}

/**
 * Counts and authenticates a request as soon as its headers arrive, so that the body of an unauthenticated request is
 * neither awaited nor read. It only refuses; the guard, after the body, admits.
 */
@Injectable()
export class EarlyAccess implements OnModuleInit {
  constructor(
    private readonly bearer: BearerGuard,
    private readonly cache: CredentialCache,
    private readonly cookies: CookieSessions,
    private readonly pages: SdkPages,
    private readonly limiter: RequestLimiter,
    private readonly host: HttpAdapterHost,
  ) {}

  /** Early enough for all routes: Fastify attaches hooks when it gets ready. Commands have no HTTP. */
  onModuleInit(): void {
    const adapter = this.host.httpAdapter as HttpAdapterHost['httpAdapter'] | undefined;
    const fastify = adapter?.getInstance<FastifyInstance>();
    fastify?.decorateRequest('caller', null);
    fastify?.addHook('onRequest', (request, reply) => this.meet(request, reply));
  }

  private async meet(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { access } = request.routeOptions.config;
    if (!access || access.audience === 'public') return this.meetAnybody(access, request, reply);
    const askedAt = this.cache.beginLookUp();
    const cookie = takesCookies(access) ? await this.findCookie(request, reply) : null;
    const credential = await this.bearer.authenticate(request, cookie);
    if (audiencesOf(access).includes('sdk')) await this.pages.allow(credential, request, reply);
    await this.count(access, credential, request, reply);
    assertBodyIsWelcome(request);
    if (credential?.support) void reply.header('x-support-session', credential.support.sessionId);
    assertAdmitted(access, credential, request);
    request.caller = { access, credential, cookie, askedAt };
  }

  /** A refusal counts too. */
  private async findCookie(
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<CookieSession | null> {
    try {
      return this.cookies.find(request);
    } catch (refusal) {
      await this.limiter.countAddress(request, reply);
      throw refusal;
    }
  }

  /** Public routes, and files without a decorator, like those of /docs. */
  private async meetAnybody(
    access: Access | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    await this.limiter.countAddress(request, reply);
    assertBodyIsWelcome(request);
    if (access) request.caller = { access, credential: null, cookie: null, askedAt: null };
  }

  /** People are counted across all their sessions and businesses. */
  private count(
    access: Access,
    credential: Credential | null,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const { kind, actor, member, person } = credential ?? {};
    if (access.ownAllowance && person)
      return this.limiter.countOwn(`${access.action} ${person.sessionId}`, request, reply);
    if (kind === 'api_key' && member)
      return this.limiter.countSharedKey(member.credentialId, request, reply);
    const caller = person?.userId ?? actor?.id;
    return caller
      ? this.limiter.countCaller(caller, request, reply)
      : this.limiter.countAddress(request, reply);
  }
}

function takesCookies(access: Access): boolean {
  return audiencesOf(access).some((audience) => audience === 'dashboard' || audience === 'staff');
}

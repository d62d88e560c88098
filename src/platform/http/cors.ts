import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { audiencesOf } from '../../common/access/access.decorator';
import type { Config } from '../config/config';
import { isForPages, type RouteTable } from './route-table';

const ASKED_HEADERS =
  'Authorization, Content-Encoding, Content-Type, Idempotency-Key, If-None-Match, X-Request-Id';
const SHOWN_HEADERS =
  'ETag, X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, Idempotency-Replayed, X-Support-Session';
const PREFLIGHT_IS_KEPT_SECONDS = '600';

/**
 * Allows the pages of CORS_ORIGINS to read answers; other pages get no header, and browsers withhold the answer from
 * them. Never with credentials: tokens travel in a header that no browser sends by itself. Not @fastify/cors: it
 * answers a preflight for any path, with methods that the path may not have.
 */
export function allowOrigins(fastify: FastifyInstance, config: Config, routes: RouteTable): void {
  const origins = new Set(config.corsOrigins);
  if (origins.size > 0) allowOriginsOfSettings(fastify, origins, routes);
  allowOriginsOfSdks(fastify, routes);
}

function allowOriginsOfSettings(
  fastify: FastifyInstance,
  origins: ReadonlySet<string>,
  routes: RouteTable,
): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const { origin } = request.headers;
    reply.header('vary', 'Origin'); // also without a match: a cache must not serve that answer to a page
    if (!origin || !origins.has(origin) || !isOpenToPages(request)) return done();
    const methods = isPreflight(request) ? routes.methodsOf(request.url, 'pages') : null;
    if (!methods || methods.length > 0) showAnswers(reply, origin);
    if (!methods?.length) return done();
    answerPreflight(reply, methods);
  });
}

/**
 * Answers a preflight for the SDK's routes where its origin is one of some business. Whether a page may read the answer
 * to the request itself, early-access.ts decides: it knows the key.
 */
function allowOriginsOfSdks(fastify: FastifyInstance, routes: RouteTable): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const methods = isPreflight(request) ? routes.methodsOf(request.url, 'sdks') : [];
    if (methods.length === 0) return done();
    reply.header('vary', 'Origin');
    const { origin } = request.headers;
    const asked = origin ? routes.sdkOrigins.source?.isKnown(origin) : undefined;
    Promise.resolve(asked).then((isKnown) => {
      if (!isKnown) return done();
      showAnswers(reply, origin!);
      answerPreflight(reply, methods);
    }, done);
  });
}

/** All but what only service keys open. */
function isOpenToPages({ routeOptions }: FastifyRequest): boolean {
  const { access } = routeOptions.config;
  return !access || isForPages(audiencesOf(access));
}

/** Lets the page of an origin read the answer. */
export function showAnswers(reply: FastifyReply, origin: string): void {
  reply.headers({
    'access-control-allow-origin': origin,
    'access-control-expose-headers': SHOWN_HEADERS,
  });
}

/** Browsers send it before a request that a form could not make. */
function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

function answerPreflight(reply: FastifyReply, methods: string[]): void {
  void reply
    .code(204)
    .headers({
      'access-control-allow-methods': methods.join(', '),
      'access-control-allow-headers': ASKED_HEADERS,
      'access-control-max-age': PREFLIGHT_IS_KEPT_SECONDS,
    })
    .send();
}

import { NotFoundException } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { newId } from '../../common/ids';
import { malformedRequest, unsupportedMediaType } from '../../common/problems';
import { monotonicMs } from '../../common/clock';
import type { Config } from '../config/config';
import { answerBrokenHttp } from './broken-http';
import { sendProblem } from './problem.filter';
import type { RouteTable } from './route-table';
import { parseStrictJson } from './strict-json';

const BODY_LIMIT_BYTES = 256 * 1024;
const SANE_REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;
const JSON_IN_UTF8 = /^application\/json(?:\s*;\s*charset=(?:utf-8|"utf-8"))?$/i;

/** Fastify with the rules of the edge: strict bodies, request ids, time-outs, one log line a request. */
export function createHttpServer(
  config: Config,
  routes: RouteTable,
  logger: Logger,
): FastifyAdapter {
  const adapter = new FastifyAdapter({
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: 60_000, // Fastify would wait for a slow body for ever
    connectionTimeout: 65_000,
    keepAliveTimeout: 72_000,
    trustProxy: config.trustProxy.length > 0 ? [...config.trustProxy] : false,
    genReqId: (request: { headers: Record<string, unknown> }) =>
      requestId(request.headers['x-request-id']),
    // An overlong id is a missing thing, not a missing route: longer than Node's limit for a request's head.
    routerOptions: { maxParamLength: 100_000 },
    frameworkErrors: (cause: Error, request: FastifyRequest, reply: FastifyReply) =>
      answerBadAddress(config, cause, request, reply),
    clientErrorHandler: (cause, socket) => answerBrokenHttp(config.appUrl, cause, socket),
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  rememberRoutes(fastify, routes);
  replaceBodyParsers(fastify);
  identifyAnswers(fastify);
  refuseUnknownRoutesFirst(fastify);
  logAnswers(fastify, logger);
  return adapter;
}

function requestId(given: unknown): string {
  return typeof given === 'string' && SANE_REQUEST_ID.test(given) ? given : newId();
}

function rememberRoutes(fastify: FastifyInstance, routes: RouteTable): void {
  fastify.addHook('onRoute', (route) => {
    routes.add(route.url, route.method);
    if (route.config?.bodyLimitBytes) route.bodyLimit = route.config.bodyLimitBytes;
  });
}

/** Fastify has taken odd spellings of content types without checking the body; only one is taken here. */
function replaceBodyParsers(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      done(null, parseBody(request, body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
}

function parseBody(request: FastifyRequest, body: Buffer): unknown {
  const type = request.headers['content-type'] ?? '';
  if (body.length === 0 && type === '') return undefined;
  if (!JSON_IN_UTF8.test(type) || request.headers['content-encoding'] !== undefined)
    throw unsupportedMediaType();
  return parseStrictJson(body);
}

function identifyAnswers(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
}

/** Fastify would read the body first, and refuse that: a stranger learns that there is no such route before all else. */
function refuseUnknownRoutesFirst(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    done(request.is404 ? new NotFoundException() : undefined);
  });
}

/** A path with a broken percent-encoding reaches no route, no hook and no filter. */
function answerBadAddress(
  config: Config,
  cause: Error,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  void reply.header('x-request-id', request.id);
  const error = malformedRequest({ detail: 'the address is not a URL', cause });
  sendProblem(reply, error, config.appUrl, request.id);
}

/** One line an answer. The path goes without its query, where the key of an invitation may stand. */
function logAnswers(fastify: FastifyInstance, logger: Logger): void {
  const starts = new WeakMap<FastifyRequest, number>();
  fastify.addHook('onRequest', (request, _reply, done) => {
    starts.set(request, monotonicMs());
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const { businessId, actor, supportSessionId } = request.requestContext ?? {};
    const durationMs = Math.round((monotonicMs() - (starts.get(request) ?? 0)) * 10) / 10;
    const path = request.url.split('?', 1)[0];
    const who = {
      requestId: request.id,
      businessId,
      actorId: actor?.id,
      supportSessionId,
      ip: request.ip,
    };
    logger.info(
      { ...who, status: reply.statusCode, durationMs },
      `${request.method} ${path} ${reply.statusCode}`,
    );
    done();
  });
}

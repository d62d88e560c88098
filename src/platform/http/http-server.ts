import { NotFoundException } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { malformedRequest, routeNotFound } from '../../common/problems';
import { monotonicMs } from '../../common/clock';
import type { Config } from '../config/config';
import { logIdsOf } from '../logging/log-scope';
import { replaceBodyParsers } from './body-reader';
import { answerBrokenHttp, answerUnknownExpectations, toRequestId } from './broken-http';
import {
  CONNECTION_OPTIONS,
  cutAnsweredBodies,
  limitConnections,
  REQUEST_TIMEOUT_MS,
} from './connection-limits';
import { allowOrigins } from './cors';
import { sendProblem } from './problem.filter';
import type { RouteTable } from './route-table';
import { secureAnswers, securityHeaders } from './security-headers';
import { refuseAmbiguousHeads } from './strict-head';
import { traceRequests } from './trace-requests';

const BODY_LIMIT_BYTES = 256 * 1024;

/** Fastify with the rules of the edge: strict bodies, request ids, time-outs, one log line a request. */
export function createHttpServer(
  config: Config,
  routes: RouteTable,
  logger: Logger,
): FastifyAdapter {
  const adapter = new FastifyAdapter({
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    http: CONNECTION_OPTIONS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: 65_000,
    keepAliveTimeout: 72_000,
    return503OnClosing: false, // what comes over open connections while the server stops is served, and closes them
    trustProxy: config.trustProxy.length > 0 ? [...config.trustProxy] : false,
    genReqId: (request: { headers: Record<string, unknown> }) =>
      toRequestId(request.headers['x-request-id']),
    // An overlong id is a missing thing, not a missing route: longer than Node's limit for a request's head.
    routerOptions: { maxParamLength: 100_000 },
    frameworkErrors: (cause: Error, request: FastifyRequest, reply: FastifyReply) =>
      answerBadAddress(config, cause, request, reply),
    clientErrorHandler: (cause, socket) => answerBrokenHttp(config, cause, socket),
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  rememberRoutes(fastify, routes);
  replaceBodyParsers(fastify, config);
  limitConnections(fastify.server);
  cutAnsweredBodies(fastify);
  answerUnknownExpectations(fastify.server, config);
  identifyAnswers(fastify);
  secureAnswers(fastify, config);
  traceRequests(fastify);
  logAnswers(fastify, logger);
  refuseAmbiguousHeads(fastify);
  allowOrigins(fastify, config, routes);
  if (!config.roles.includes('web')) serveOperationsOnly(fastify);
  refuseUnknownRoutesFirst(fastify);
  return adapter;
}

function rememberRoutes(fastify: FastifyInstance, routes: RouteTable): void {
  fastify.addHook('onRoute', (route) => {
    routes.add(route.url, route.method);
    if (route.config?.bodyLimitBytes) route.bodyLimit = route.config.bodyLimitBytes;
  });
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

/** A process for jobs and schedules answers for its health and its metrics, and has no other route. */
function serveOperationsOnly(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    done(request.routeOptions.config.access?.everyRole ? undefined : routeNotFound());
  });
}

/**
 * A path with a broken percent-encoding reaches no route, no hook and no filter. It is 400 even where an id would
 * stand: it is not a malformed id, which is a missing thing, but no address at all.
 */
function answerBadAddress(
  config: Config,
  cause: Error,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  void reply.headers({ 'x-request-id': request.id, ...securityHeaders(config) });
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
    const durationMs = Math.round((monotonicMs() - (starts.get(request) ?? 0)) * 10) / 10;
    const path = request.url.split('?', 1)[0];
    logger.info(
      { ...logIdsOf(request), ip: request.ip, status: reply.statusCode, durationMs },
      `${request.method} ${path} ${reply.statusCode}`,
    );
    done();
  });
}

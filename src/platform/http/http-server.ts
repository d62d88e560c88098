import { NotFoundException } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { audiencesOf } from '../../common/access/access.decorator';
import { malformedRequest, routeNotFound } from '../../common/problems';
import type { Config } from '../config/config';
import { logIdsOf } from '../logging/log-scope';
import { replaceBodyParsers } from './body-reader';
import { answerBrokenHttp, answerUnknownExpectations, toRequestId } from './broken-http';
import { compressAnswers } from './compressed-answers';
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

/** Fastify with the rules of the edge: strict bodies, request ids, time-outs, one log line per request. */
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
    return503OnClosing: false, // requests on open connections are served while the server stops, and close them
    trustProxy: config.trustProxy.length > 0 ? [...config.trustProxy] : false,
    genReqId: (request: { headers: Record<string, unknown> }) =>
      toRequestId(request.headers['x-request-id']),
    // An overlong id is a missing thing, not a missing route: longer than Node's limit for headers.
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
  endConnectionsWhenStopping(fastify);
  compressAnswers(fastify);
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
    const { access, isHot } = route.config ?? {};
    routes.add(route.url, route.method, access && audiencesOf(access));
    if (access && isHot) route.handler = routes.shortened(access.action, route.handler);
    if (route.config?.bodyLimitBytes) route.bodyLimit = route.config.bodyLimitBytes;
  });
}

function identifyAnswers(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
}

/** Fastify closes idle connections and those of later requests; one that is answered after that would stay for 72 s. */
function endConnectionsWhenStopping(fastify: FastifyInstance): void {
  let isStopping = false;
  fastify.addHook('preClose', (done) => {
    isStopping = true;
    done();
  });
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (isStopping) void reply.header('connection', 'close');
    done();
  });
}

/** Fastify would first read the body and refuse that; an unknown route is reported before anything else. */
function refuseUnknownRoutesFirst(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    done(request.is404 ? new NotFoundException() : undefined);
  });
}

/** A process without the `web` role serves health and metrics and no other route. */
function serveOperationsOnly(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    done(request.routeOptions.config.access?.everyRole ? undefined : routeNotFound());
  });
}

/**
 * A path with a broken percent-encoding reaches no route, hook or filter. It is 400 even in place of an id: it is not
 * a malformed id, which is a missing thing, but no URL at all.
 */
function answerBadAddress(
  config: Config,
  cause: Error,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  void reply.headers({ 'x-request-id': request.id, ...securityHeaders(config) });
  const error = malformedRequest({ detail: 'the request target is not a valid URL', cause });
  sendProblem(reply, error, config.appUrl, request.id);
}

/**
 * One line per answer. Logs the path without its query, which may contain an invitation's key. No field of it is a
 * secret, so it does not pay for their search, which takes longer than the rest of the line.
 */
function logAnswers(fastify: FastifyInstance, logger: Logger): void {
  const lines = logger.child({}, { redact: [] });
  fastify.addHook('onResponse', (request, reply, done) => {
    const { ip, method, url } = request;
    const { statusCode: status } = reply;
    const durationMs = Math.round(reply.elapsedTime * 10) / 10;
    const line = Object.assign(logIdsOf(request), { ip, status, durationMs });
    lines.info(line, `${method} ${url.split('?', 1)[0]} ${status}`);
    done();
  });
}

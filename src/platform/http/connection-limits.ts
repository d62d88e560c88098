import type { IncomingMessage, Server, ServerOptions } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** A request, its body included, has to arrive in this time; Fastify would wait for ever. */
export const REQUEST_TIMEOUT_MS = 60_000;
/** The part before the body, in this time. */
const HEADERS_TIMEOUT_MS = 20_000;
/** How often Node looks for connections that are late: one is cut so much later at most. */
const LATE_CHECK_INTERVAL_MS = 5_000;
/** A body that was answered before its end may go on for so long, so that its sender hears the answer, no reset. */
const ANSWERED_BODY_TIMEOUT_MS = 5_000;
/** More than a process of this kind can serve; past it, new ones are closed at once instead of filling its memory. */
const MAXIMUM_CONNECTIONS = 10_000;

export const CONNECTION_OPTIONS: ServerOptions = {
  headersTimeout: HEADERS_TIMEOUT_MS,
  connectionsCheckingInterval: LATE_CHECK_INTERVAL_MS,
  requireHostHeader: false, // strict-head.ts asks for it, and answers with a problem
};

export function limitConnections(server: Server): void {
  server.maxConnections = MAXIMUM_CONNECTIONS;
}

/** Cuts connections whose request was answered, and whose body still comes: nothing of it is kept. */
export function cutAnsweredBodies(fastify: FastifyInstance): void {
  fastify.addHook('onResponse', ({ raw }, _reply, done) => {
    if (!raw.complete) setTimeout(() => cut(raw), ANSWERED_BODY_TIMEOUT_MS).unref();
    done();
  });
}

function cut(request: IncomingMessage): void {
  if (!request.complete) request.socket.destroy();
}

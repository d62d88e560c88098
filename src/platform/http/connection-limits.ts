import type { IncomingMessage, Server, ServerOptions } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** A request, its body included, has to arrive in this time; Fastify would wait for ever. */
export const REQUEST_TIMEOUT_MS = 60_000;
/** The part before the body, in this time. */
const HEADERS_TIMEOUT_MS = 20_000;
/** How often Node looks for connections that are late: one is cut so much later at most. */
const LATE_CHECK_INTERVAL_MS = 5_000;
/** A body that was answered before its end may go on for so long, so that its sender hears the answer, no reset. */
const ANSWERED_BODY_TIMEOUT_MS = 5_000;
const HELD_BODY_MS = 500;
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

/**
 * Call where a refusal goes out before the end of the body. Fastify would close the connection, and its sender would
 * hear a reset instead of the answer; Node would read on, as fast as it comes. Here the body waits in the network for
 * half a second: who sends 2 MiB with each refused request sends two of them a second and connection.
 */
export function holdBody(reply: FastifyReply): void {
  reply.removeHeader('connection');
  const { raw } = reply.request;
  raw.pause();
  raw.read(0); // it counts as read now, or Node would throw it away at once
  setTimeout(() => raw.resume(), HELD_BODY_MS).unref();
}

/** Cuts connections whose request was answered, and whose body still comes. */
export function cutAnsweredBodies(fastify: FastifyInstance): void {
  fastify.addHook('onResponse', ({ raw }, _reply, done) => {
    if (!raw.complete) setTimeout(() => cut(raw), ANSWERED_BODY_TIMEOUT_MS).unref();
    done();
  });
}

function cut(request: IncomingMessage): void {
  if (!request.complete) request.socket.destroy();
}

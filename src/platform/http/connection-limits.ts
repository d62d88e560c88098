import type { IncomingMessage, Server, ServerOptions } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** A request must arrive completely within this time; Fastify would wait forever. */
export const REQUEST_TIMEOUT_MS = 60_000;
/** The headers must arrive within this time. */
const HEADERS_TIMEOUT_MS = 20_000;
/** How often Node checks for late connections: one is cut at most this much later. */
const LATE_CHECK_INTERVAL_MS = 5_000;
/**
 * A body answered before its end may continue for this long, so that its sender reads the answer instead of a reset.
 */
const ANSWERED_BODY_TIMEOUT_MS = 5_000;
const HELD_BODY_MS = 500;
/** More than a process of this kind can serve; further connections are closed at once instead of filling its memory. */
const MAXIMUM_CONNECTIONS = 10_000;

export const CONNECTION_OPTIONS: ServerOptions = {
  headersTimeout: HEADERS_TIMEOUT_MS,
  connectionsCheckingInterval: LATE_CHECK_INTERVAL_MS,
  requireHostHeader: false, // strict-head.ts requires it, and answers with a problem
};

export function limitConnections(server: Server): void {
  server.maxConnections = MAXIMUM_CONNECTIONS;
}

/**
 * Call where a refusal is sent before the end of the body. Fastify would close the connection, and its sender would
 * see a reset instead of the answer; Node would read on at full speed. Here the body waits in the network for half a
 * second, so a client that sends 2 MiB with each refused request sends two of them per second and connection.
 */
export function holdBody(reply: FastifyReply): void {
  reply.removeHeader('connection');
  const { raw } = reply.request;
  raw.pause();
  raw.read(0); // it counts as being read now; Node would discard the body at once otherwise
  setTimeout(() => raw.resume(), HELD_BODY_MS).unref();
}

/** Cuts connections whose request was answered while its body still arrives. */
export function cutAnsweredBodies(fastify: FastifyInstance): void {
  fastify.addHook('onResponse', ({ raw }, _reply, done) => {
    if (!raw.complete) setTimeout(() => cut(raw), ANSWERED_BODY_TIMEOUT_MS).unref();
    done();
  });
}

function cut(request: IncomingMessage): void {
  if (!request.complete) request.socket.destroy();
}

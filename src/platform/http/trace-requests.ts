import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readTraceparent, startSpan } from '../../common/trace';
import { openLogScope } from '../logging/log-scope';

const SERVER = { kind: SpanKind.SERVER };

/**
 * Each request is a span of the caller's trace, or of a new one, until its answer is sent or its client disconnects.
 * The scope begins after the body: its last bytes arrive in the context of the socket, not of the request.
 */
export function traceRequests(fastify: FastifyInstance): void {
  fastify.decorateRequest('trace', null);
  fastify.decorateRequest('span', null);
  fastify.addHook('onRequest', (request, _reply, done) => {
    const caller = readTraceparent(request.headers.traceparent);
    request.span = startSpan(request.method, caller, SERVER);
    request.trace = request.span.spanContext();
    done();
  });
  fastify.addHook('preValidation', (request, reply, done) => {
    if (request.routeOptions.config.isHot) return done();
    openLogScope(request, reply.raw, done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    if (request.span?.isRecording()) endSpan(request, reply);
    done();
  });
}

/**
 * Attribute names follow OpenTelemetry's semantic conventions for HTTP. The path is left out: it contains tenants'
 * ids.
 */
function endSpan(
  { span, method, routeOptions, requestContext }: FastifyRequest,
  reply: FastifyReply,
): void {
  const { url: route } = routeOptions;
  if (route) span!.updateName(`${method} ${route}`).setAttribute('http.route', route);
  if (requestContext?.businessId)
    span!.setAttribute('tenantry.business_id', requestContext.businessId);
  if (reply.statusCode >= 500) span!.setStatus({ code: SpanStatusCode.ERROR });
  span!
    .setAttributes({
      'http.request.method': method,
      'http.response.status_code': reply.statusCode,
    })
    .end();
}

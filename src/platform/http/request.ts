import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Span, SpanContext } from '@opentelemetry/api';
import type { FastifyRequest } from 'fastify';
import type { Access } from '../../common/access/access.decorator';
import type { RequestContext } from '../../common/request-context';
import type { BodyShare } from './body-budget';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the caller's trace or a new one; null until the first hook, which an address that is no URL never reaches. */
    trace: SpanContext | null;
    /** Of the same; ends with the answer. */
    span: Span | null;
    /** Set by the access guard; inside an idempotent POST, the transaction. */
    requestContext?: RequestContext;
    /** What its body holds of the budget; null where it has none. */
    bodyShare: BodyShare | null;
  }
  interface FastifyContextConfig {
    /** Of the route's decorator, for hooks that run before its body is read. */
    access?: Access;
    /** Larger than the server's, for routes that take batches. */
    bodyLimitBytes?: number;
    /** How many fields and list entries a body may have together; more than elsewhere, for routes that take batches. */
    mostValues?: number;
    /** The handler gets the bytes as they were sent, for a signature that is of them. */
    takesRawBody?: boolean;
    /** Opens no scope for its log lines, which costs a fifth of its time on Node 20; those it has are given their ids. */
    isHot?: boolean;
  }
}

export function requestOf(context: ExecutionContext): FastifyRequest {
  return context.switchToHttp().getRequest<FastifyRequest>();
}

/** The request's context, first parameter of every handler. */
export const Ctx = createParamDecorator((_: unknown, context: ExecutionContext): RequestContext => {
  const { requestContext } = requestOf(context);
  if (!requestContext) throw new Error('the access guard has not run');
  return requestContext;
});

import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Span, SpanContext } from '@opentelemetry/api';
import type { FastifyRequest } from 'fastify';
import type { Access } from '../../common/access/access.decorator';
import type { RequestContext } from '../../common/request-context';
import type { BodyShare } from './body-budget';

declare module 'fastify' {
  interface FastifyRequest {
    /** Of the caller's trace or a new one; null until the first hook, which an invalid URL never reaches. */
    trace: SpanContext | null;
    /** Of the same trace; ends with the answer. */
    span: Span | null;
    /** Set by the access guard; inside an idempotent POST, the transaction. */
    requestContext?: RequestContext;
    /** The body's share of the budget; null without a body. */
    bodyShare: BodyShare | null;
  }
  interface FastifyContextConfig {
    /** From the route's decorator, for hooks that run before the body is read. */
    access?: Access;
    /** A higher limit than the server's, for batch routes. */
    bodyLimitBytes?: number;
    /** How many fields and list entries a body may have together; a higher limit for batch routes. */
    mostValues?: number;
    /** Bodies may be gzip; `@TakesGzip` sets it. */
    takesGzip?: boolean;
    /** The handler gets the raw bytes, to verify a signature over them. */
    takesRawBody?: boolean;
    /**
     * Takes a short way to its handler (ShortWays), and opens no scope for its log lines, which costs a fifth of its
     * time on Node 20; its lines are given their ids explicitly.
     */
    isHot?: boolean;
  }
}

export function requestOf(context: ExecutionContext): FastifyRequest {
  return context.switchToHttp().getRequest<FastifyRequest>();
}

/** The request's context, first parameter of every handler. */
export const Ctx = createParamDecorator((_: unknown, context: ExecutionContext) =>
  contextOf(requestOf(context)),
);

/** @throws Error before the access guard has run */
export function contextOf({ requestContext }: FastifyRequest): RequestContext {
  if (!requestContext) throw new Error('the access guard has not run');
  return requestContext;
}

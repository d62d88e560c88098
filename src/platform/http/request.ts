import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { RequestContext } from '../../common/request-context';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the access guard; inside an idempotent POST, the transaction. */
    requestContext?: RequestContext;
  }
  interface FastifyContextConfig {
    /** Larger than the server's, for routes that take batches. */
    bodyLimitBytes?: number;
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

import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { accessOf, type Access, IDEMPOTENCY_KEY } from '../../../common/access/access.decorator';
import { validationFailed } from '../../../common/problems';
import type { IdempotentRequest, RequestContext } from '../../../common/request-context';
import { requestOf } from '../request';
import { Idempotency } from './idempotency';

/**
 * Handles the Idempotency-Key of every POST; the handler runs inside the transaction that stores the answer, or,
 * where it works in several steps, under a claim of its key.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly idempotency: Idempotency) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const access = accessOf(context.getHandler());
    const request = requestOf(context);
    const key = request.headers['idempotency-key'];
    if (request.method !== 'POST' || key === undefined || !access || access.idempotency === 'none')
      return next.handle();
    return from(
      this.handle(
        access,
        request,
        context.switchToHttp().getResponse<FastifyReply>(),
        String(key),
        next,
      ),
    );
  }

  private async handle(
    access: Access,
    request: FastifyRequest,
    reply: FastifyReply,
    key: string,
    next: CallHandler,
  ): Promise<unknown> {
    const idempotency = describe(access, request, reply, key);
    const context = requireContext(request).with({ idempotency });
    request.requestContext = context;
    const answer =
      access.idempotency === 'in_steps'
        ? await this.idempotency.runInSteps(context, () => lastValue(next))
        : await this.inTransaction(context, request, reply, next);
    if (idempotency.replayed)
      void reply.code(idempotency.status).header('idempotency-replayed', 'true');
    return answer;
  }

  private inTransaction(
    context: RequestContext,
    request: FastifyRequest,
    reply: FastifyReply,
    next: CallHandler,
  ): Promise<unknown> {
    return this.idempotency.run(context, async (tx) => {
      request.requestContext = tx;
      const answer = await lastValue(next);
      context.idempotency!.status = reply.statusCode; // a handler may choose another status than its decorator's
      return answer;
    });
  }
}

function lastValue(next: CallHandler): Promise<unknown> {
  return lastValueFrom(next.handle() as Observable<unknown>, { defaultValue: undefined });
}

function requireContext(request: FastifyRequest): RequestContext {
  if (!request.requestContext) throw new Error('the access guard has not run');
  return request.requestContext;
}

/** Keys are scoped to the caller: for SDKs that is the business, or what the API key is bound to. On public routes, which have no caller, to the route and its body. */
function describe(
  access: Access,
  request: FastifyRequest,
  reply: FastifyReply,
  key: string,
): IdempotentRequest {
  if (!IDEMPOTENCY_KEY.test(key)) {
    const detail =
      'must have 1 to 255 printable ASCII characters and be no placeholder: send a new UUID, or leave it out';
    throw validationFailed([{ pointer: '/Idempotency-Key', code: 'format', detail }]);
  }
  const { actor, member, boundTo, supportSessionId } = requireContext(request);
  const body = canonical(request.body);
  const caller = actor.id
    ? [
        actor.kind,
        actor.id,
        member?.memberId,
        supportSessionId,
        ...(boundTo ? [boundTo] : []),
      ].join(':')
    : `public:${request.url}:${body}`;
  const fingerprint = `${request.method} ${request.url}\n${body}`;
  const isRepeatable = access.idempotency === 'repeatable';
  const outcome = { replayed: false, status: reply.statusCode, claimId: null };
  return { key, caller, fingerprint, isRepeatable, ...outcome };
}

/** The body as a canonical value: the order of an object's fields does not matter. */
function canonical(body: unknown): string {
  return JSON.stringify(body ?? null, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(
      Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)),
    );
  });
}

import {
  Catch,
  HttpException,
  Inject,
  Logger,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../common/problem';
import { STATUS_OF_KIND } from '../../common/problem-status';
import {
  bodyTooLarge,
  internalError,
  malformedRequest,
  methodNotAllowed,
  routeNotFound,
  unsupportedMediaType,
} from '../../common/problems';
import { CONFIG, type Config } from '../config/config';
import { translateDatabaseError } from '../database/database-errors';
import { writeInLogScope } from '../logging/log-scope';
import { QuotaRefusals } from '../metrics/quota-refusals';
import { RequestLimiter } from '../rate-limit/request-limiter';
import { holdBody } from './connection-limits';
import { RouteTable } from './route-table';

export const PROBLEM_TYPE = 'application/problem+json';

/** An answer of application/problem+json, RFC 9457. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  code: string;
  [member: string]: unknown;
}

/** Turns every error of every route into a problem document; a 5xx reveals no internals. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem');

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly routes: RouteTable,
    private readonly refusals: QuotaRefusals,
    private readonly limiter: RequestLimiter,
  ) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = this.toDomainError(exception, request);
    this.refusals.observe(error);
    this.log(error, exception, request);
    const answer = (refusal: DomainError) =>
      sendProblem(reply, refusal, this.config.appUrl, request.id);
    if (request.is404 || this.limiter.hasCounted(reply)) return answer(error);
    this.limiter.countAddress(request, reply).then(() => answer(error), answer);
  }

  private toDomainError(exception: unknown, request: FastifyRequest): DomainError {
    const translated = translateDatabaseError(exception);
    if (translated instanceof DomainError) return translated;
    if (translated instanceof HttpException && translated.getStatus() === 404)
      return this.noSuchRoute(request);
    return fromFramework(translated) ?? internalError({ cause: exception });
  }

  /** A known path with another method is 405 and says which methods it has; a missing file of a folder is 404. */
  private noSuchRoute(request: FastifyRequest): DomainError {
    const methods = this.routes.methodsOf(request.url);
    if (methods.length === 0 || methods.includes(request.method)) return routeNotFound();
    return methodNotAllowed({ headers: { Allow: methods.join(', ') } });
  }

  private log(error: DomainError, exception: unknown, request: FastifyRequest): void {
    const status = STATUS_OF_KIND[error.definition.kind];
    if (status < 500) return;
    const cause = exception instanceof DomainError ? exception.cause : exception;
    const stack = cause instanceof Error ? cause.stack : undefined;
    writeInLogScope(request, () =>
      this.logger.error(`${error.code} in request ${request.id}: ${stack ?? error.message}`),
    );
  }
}

/** The problem document of an error. `type` is a URL at which the server itself explains it. */
export function toProblem(error: DomainError, baseUrl: string, requestId: string): Problem {
  const { code, kind, title } = error.definition;
  const status = STATUS_OF_KIND[kind];
  const type = `${baseUrl}/problems/${code}`;
  return {
    type,
    title,
    status,
    detail: error.message,
    instance: `urn:request:${requestId}`,
    code,
    ...error.members,
  };
}

/** Sends the problem document of an error. */
export function sendProblem(
  reply: FastifyReply,
  error: DomainError,
  baseUrl: string,
  requestId: string,
): void {
  const problem = withMembersOfRoute(toProblem(error, baseUrl, requestId), reply.request);
  if (!reply.request.raw.complete) holdBody(reply);
  void reply
    .code(problem.status)
    .headers(withChallenge(error.headers, problem.status))
    .type(PROBLEM_TYPE)
    .send(JSON.stringify(problem));
}

function withMembersOfRoute(problem: Problem, { routeOptions, params }: FastifyRequest): Problem {
  const members = routeOptions.config.access?.refusalMembers?.(
    problem,
    params as Record<string, string>,
  );
  return { ...problem, ...members };
}

/** Every 401 names the authentication scheme (RFC 9110, section 15.5.2). */
function withChallenge(headers: Record<string, string>, status: number): Record<string, string> {
  return status === 401 ? { 'WWW-Authenticate': 'Bearer realm="tenantry"', ...headers } : headers;
}

/** Fastify's own refusals; Nest passes them on as its HttpException, so the status identifies them. */
function fromFramework(exception: unknown): DomainError | null {
  if (!(exception instanceof HttpException)) return null;
  const status = exception.getStatus();
  if (status === 413) return bodyTooLarge({ cause: exception });
  if (status === 415) return unsupportedMediaType({ cause: exception });
  return status >= 400 && status < 500 ? malformedRequest({ cause: exception }) : null;
}

import { STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { newId } from '../../common/ids';
import type { DomainError, ProblemFactory } from '../../common/problem';
import {
  expectationFailed,
  headersTooLarge,
  malformedRequest,
  requestTimeout,
} from '../../common/problems';
import type { Config } from '../config/config';
import { PROBLEM_TYPE, toProblem } from './problem.filter';
import { securityHeaders } from './security-headers';

/** What Node's HTTP parser refuses, by its codes; any other code means that it is not HTTP. */
const PROBLEMS: Record<string, ProblemFactory> = {
  HPE_HEADER_OVERFLOW: headersTooLarge,
  ERR_HTTP_REQUEST_TIMEOUT: requestTimeout,
};

const SANE_REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** The caller's own request id, if it is well-formed. */
export function toRequestId(given: unknown): string {
  return typeof given === 'string' && SANE_REQUEST_ID.test(given) ? given : newId();
}

/** Input that is not HTTP becomes no request: it is answered on the connection, which then closes. */
export function answerBrokenHttp(
  config: Config,
  error: Error & { code?: string },
  socket: Socket,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const refusal = (PROBLEMS[error.code ?? ''] ?? malformedRequest)({ cause: error });
  const { status, headers, body } = toAnswer(refusal, config);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines].join('\r\n');
  socket.end(`${head}\r\n\r\n${body}`, () => socket.destroy());
}

/** Node answers an unknown `Expect` itself, with an empty body. */
export function answerUnknownExpectations(server: Server, config: Config): void {
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    const id = toRequestId(request.headers['x-request-id']);
    const { status, headers, body } = toAnswer(expectationFailed(), config, id);
    response.writeHead(status, headers).end(body);
  });
}

function toAnswer(
  refusal: DomainError,
  config: Config,
  requestId = newId(),
): { status: number; headers: Record<string, string | number>; body: string } {
  const problem = toProblem(refusal, config.appUrl, requestId);
  const body = JSON.stringify(problem);
  const headers = {
    connection: 'close',
    'content-type': PROBLEM_TYPE,
    'content-length': Buffer.byteLength(body),
    'x-request-id': requestId,
    ...securityHeaders(config),
  };
  return { status: problem.status, headers, body };
}

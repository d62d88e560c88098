import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { newId } from '../../common/ids';
import type { ProblemFactory } from '../../common/problem';
import { headersTooLarge, malformedRequest, requestTimeout } from '../../common/problems';
import { PROBLEM_TYPE, toProblem } from './problem.filter';

/** What Node's HTTP parser refuses, by its codes; anything else is not HTTP. */
const PROBLEMS: Record<string, ProblemFactory> = {
  HPE_HEADER_OVERFLOW: headersTooLarge,
  ERR_HTTP_REQUEST_TIMEOUT: requestTimeout,
};

/** What is not HTTP becomes no request: it is answered on the connection itself, which then ends. */
export function answerBrokenHttp(
  baseUrl: string,
  error: Error & { code?: string },
  socket: Socket,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const refusal = (PROBLEMS[error.code ?? ''] ?? malformedRequest)({ cause: error });
  const requestId = newId();
  const problem = toProblem(refusal, baseUrl, requestId);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'connection: close',
    `content-type: ${PROBLEM_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

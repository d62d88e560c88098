import type { FieldFault } from '../../src/common/problem';
import type { Problem } from '../../src/platform/http/problem.filter';

/** What all answers have, those of supertest and those from a raw socket. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** Whether a refusal closes the connection depends on how much of the body has arrived. */
const OF_THE_MOMENT = new Set(['date', 'x-request-id', 'connection', 'keep-alive']);

/** The answer is a whole problem document (RFC 9457) of this status and code. */
export function expectProblem(answer: Answer, status: number, code: string): Problem {
  const { 'content-type': type = '', 'x-request-id': requestId } = answer.headers;
  const problem = (answer.text ? JSON.parse(answer.text) : {}) as Problem;
  expect({ status: answer.status, code: problem.code }).toEqual({ status, code });
  expect(type).toMatch(/^application\/problem\+json(;|$)/);
  expect(problem).toMatchObject({
    type: expect.stringMatching(new RegExp(`^https?://.+/problems/${code}$`)) as string,
    title: expect.stringMatching(/\S/) as string,
    detail: expect.stringMatching(/\S/) as string,
    status,
    instance: `urn:request:${String(requestId)}`,
  });
  return problem;
}

/** 422 at these fields and at no others. */
export function expectFaults(answer: Answer, ...pointers: string[]): FieldFault[] {
  const { errors } = expectProblem(answer, 422, 'validation_failed') as { errors?: FieldFault[] };
  expect(errors?.map(({ pointer }) => pointer).sort()).toEqual([...pointers].sort());
  return errors ?? [];
}

/** All of an answer but what tells this request from another: for "the same, byte for byte". */
export function comparable({ status, headers, text }: Answer): Answer {
  const requestId = String(headers['x-request-id']);
  const kept = Object.entries(headers).filter(([name]) => !OF_THE_MOMENT.has(name));
  return {
    status,
    headers: Object.fromEntries(kept),
    text: text.replaceAll(requestId, '<request id>'),
  };
}

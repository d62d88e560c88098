import type { Json } from './json.ts';
import type { ProblemResponse } from './generated/schemas.ts';

/** An answer of the API that is a problem: `code` tells which, `details` is all of it. A subclass a code is generated. */
export class ProblemError<P extends ProblemResponse = ProblemResponse> extends Error {
  readonly details: P;
  readonly code: P['code'];
  readonly status: P['status'];

  constructor(
    details: ProblemResponse,
    /** When to try again, where the answer says so. */
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(details.detail);
    this.name = details.code; // names of classes do not survive a bundler
    this.details = details as P; // the contract says so of this code
    this.code = details.code;
    this.status = details.status;
  }
}

/** An answer that is not of the contract: a proxy's page, or a problem that is newer than this client. */
export class UnexpectedAnswerError extends Error {
  readonly code = 'unexpected_answer';

  constructor(
    readonly status: number,
    /** Parsed where it is JSON, else its text. */
    readonly body: Json,
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(`The server answered ${status} in a form that this client does not know`);
    this.name = 'UnexpectedAnswerError';
  }
}

/** No answer came: offline, refused, cut, or later than `timeoutMs`. Whether the server did the work is not known. */
export class ConnectionError extends Error {
  readonly code = 'connection_failed';

  constructor(cause: unknown) {
    super('The server did not answer', { cause });
    this.name = 'ConnectionError';
  }
}

/** What a call may fail with, other than the reason of its signal. */
export type Refusal = ProblemError | UnexpectedAnswerError | ConnectionError;

export function isRefusal(error: unknown): error is Refusal {
  return [ProblemError, UnexpectedAnswerError, ConnectionError].some(
    (kind) => error instanceof kind,
  );
}

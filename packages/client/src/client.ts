import type { ProblemError, Refusal } from './errors.ts';
import { ConnectionError, isRefusal, UnexpectedAnswerError } from './errors.ts';
import type { EventsOptions, EventsReset } from './event-stream.ts';
import { follow } from './event-stream.ts';
import type { LogEvent } from './generated/events.ts';
import { eventStream } from './generated/operations.ts';
import { PROBLEMS } from './generated/problems.ts';
import type { ProblemResponse } from './generated/schemas.ts';
import { newId } from './ids.ts';
import type { Json } from './json.ts';
import type { FailureOf, NoParameters, Operation, ParametersOf, ResultOf } from './operation.ts';
import type { Attempted } from './retry.ts';
import { computeDelayMs, isWorthRepeating, readRetryAfter, wait } from './retry.ts';

export type SessionKind = 'team' | 'staff' | 'support';

export interface TenantryOptions {
  /** The server's origin, such as `https://api.example.com`; in a page that it serves itself: `''`. */
  baseUrl: string;
  /** A session, an SDK key or a service key, or what gives it at each request. */
  token?: string | (() => string | undefined | Promise<string | undefined>) | undefined;
  /** In a browser: the session whose cookie counts, instead of a token. */
  session?: SessionKind | undefined;
  /** The business that a page shows: 409 `session_in_other_business` after a switch in another tab. */
  businessId?: string | undefined;
  /** How often a failed request is repeated; 2 by default. */
  retries?: number;
  /** A `Retry-After` above this is not waited for; 30,000 by default. */
  longestWaitMs?: number;
  /** Of one try; 30,000 by default. */
  timeoutMs?: number;
  fetch?: typeof fetch;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** Made for each call by default; give your own to repeat a call from elsewhere. */
  idempotencyKey?: string;
  /** Goes on when the page goes away; bodies up to 64 KB. */
  keepalive?: boolean;
}

export interface Answer<Result> {
  data: Result;
  status: number;
  headers: Headers;
}

export type Outcome<Result, Failure> =
  | { ok: true; data: Result }
  | { ok: false; error: Failure | UnexpectedAnswerError | ConnectionError };

type AnyOperation = Operation<object, Json | object | undefined, ProblemError>;
type Arguments<O> =
  NoParameters extends ParametersOf<O>
    ? [parameters?: ParametersOf<O>, options?: CallOptions]
    : [parameters: ParametersOf<O>, options?: CallOptions];

/** A page of a list that goes on at `nextCursor`. */
interface Page {
  data: readonly object[];
  nextCursor: string | null;
}
type ItemOf<O> = ResultOf<O> extends { data: readonly (infer Item)[] } ? Item : never;
type PagedOperation = Operation<{ cursor?: string }, Page, ProblemError>;

/** Calls the API. Holds no state: one for the whole application, or one a credential. */
export class Tenantry {
  constructor(private readonly options: TenantryOptions) {}

  /** The same server with other options, such as another token. */
  with(options: Partial<TenantryOptions>): Tenantry {
    return new Tenantry({ ...this.options, ...options });
  }

  /** @throws a subclass of ProblemError, UnexpectedAnswerError, ConnectionError, or the reason of the signal */
  async call<O extends AnyOperation>(operation: O, ...rest: Arguments<O>): Promise<ResultOf<O>> {
    return (await this.send(operation, ...rest)).data;
  }

  /** As `call`, with status and headers. */
  async send<O extends AnyOperation>(
    operation: O,
    ...[parameters, options]: Arguments<O>
  ): Promise<Answer<ResultOf<O>>> {
    const { retries = 2, longestWaitMs = 30_000 } = this.options;
    const request = prepare(operation, parameters ?? {}, options ?? {});
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await this.attempt<ResultOf<O>>(request);
      if (outcome.ok) return outcome.answer;
      const delayMs = computeDelayMs(outcome.attempted, attempt);
      const isWorth = isWorthRepeating(outcome.attempted, request.isRepeatable);
      if (!isWorth || attempt >= retries || delayMs > longestWaitMs) throw outcome.error;
      await wait(delayMs, options?.signal);
    }
  }

  /** As `call`, with failures as values, typed by the operation. @throws the reason of the signal alone */
  async try<O extends AnyOperation>(
    operation: O,
    ...rest: Arguments<O>
  ): Promise<Outcome<ResultOf<O>, FailureOf<O>>> {
    try {
      return { ok: true, data: await this.call(operation, ...rest) };
    } catch (error) {
      if (isFailure<FailureOf<O>>(error)) return { ok: false, error };
      throw error;
    }
  }

  /** All items of a list, page by page as they are read. */
  async *list<O extends PagedOperation>(
    operation: O,
    ...rest: Arguments<O>
  ): AsyncGenerator<ItemOf<O>> {
    const [parameters, options] = rest;
    const paged: PagedOperation = operation;
    let cursor = parameters?.cursor;
    do {
      const page: Page = await this.call(paged, { ...parameters, cursor }, options);
      yield* page.data as readonly ItemOf<O>[];
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
  }

  /**
   * The events of the session's business as they happen, over `GET /v1/stream`. It connects again after the last event,
   * until the loop is left; a server that is not there is waited for, 30 seconds at most between tries.
   * @throws a ProblemError that time does not mend, as 401 and 403, or the reason of the signal
   */
  events(options: EventsOptions = {}): AsyncGenerator<LogEvent | EventsReset> {
    return follow((lastEventId, signal) => this.openStream(lastEventId, signal), options);
  }

  private async openStream(
    lastEventId: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<ReadableStream<Uint8Array>> {
    const { baseUrl, fetch: send = fetch, timeoutMs = 30_000 } = this.options;
    const request = prepare(eventStream, {}, {});
    request.headers.accept = STREAM_TYPE;
    if (lastEventId !== undefined) request.headers['last-event-id'] = lastEventId;
    const late = new AbortController(); // for the headers of the answer: its body has no end
    const timer = setTimeout(() => late.abort(), timeoutMs);
    try {
      const init = await this.toRequestInit(request, anyOf(signal, late.signal));
      const response = await send(`${baseUrl}${request.url}`, init).catch(toConnectionError);
      const isStream = response.headers.get('content-type')?.startsWith(STREAM_TYPE);
      if (response.ok && isStream && response.body) return response.body;
      const answer = await read(response);
      throw answer.ok ? new UnexpectedAnswerError(response.status, null) : answer.error;
    } finally {
      clearTimeout(timer);
    }
  }

  private async attempt<Result>(request: Prepared): Promise<Attempt<Result>> {
    const { baseUrl, fetch: send = fetch, timeoutMs = 30_000 } = this.options;
    const signal = anyOf(request.signal, AbortSignal.timeout(timeoutMs));
    const init = await this.toRequestInit(request, signal);
    try {
      return await read<Result>(await send(`${baseUrl}${request.url}`, init));
    } catch (cause) {
      request.signal?.throwIfAborted();
      const error = new ConnectionError(cause);
      return { ok: false, error, attempted: { retryAfterSeconds: null } };
    }
  }

  private async toRequestInit(request: Prepared, signal: AbortSignal): Promise<RequestInit> {
    const { token, session, businessId } = this.options;
    const bearer = typeof token === 'function' ? await token() : token;
    const headers = { ...request.headers };
    if (session) headers['tenantry-session'] = session;
    if (businessId !== undefined) headers['tenantry-business'] = businessId;
    if (!session && bearer !== undefined) headers.authorization = `Bearer ${bearer}`;
    return {
      method: request.method,
      headers,
      body: request.body,
      // Workers refuse options that they do not know.
      ...(session && { credentials: 'same-origin' }),
      ...(request.keepalive && { keepalive: true }),
      signal,
    };
  }
}

const STREAM_TYPE = 'text/event-stream';

function toConnectionError(cause: unknown): never {
  throw new ConnectionError(cause);
}

function anyOf(given: AbortSignal | undefined, own: AbortSignal): AbortSignal {
  return given ? AbortSignal.any([given, own]) : own;
}

interface Prepared {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | undefined;
  isRepeatable: boolean;
  keepalive: boolean;
  signal: AbortSignal | undefined;
}

type Attempt<Result> =
  | { ok: true; answer: Answer<Result> }
  | { ok: false; error: Refusal; attempted: Attempted };

function prepare(operation: AnyOperation, parameters: object, options: CallOptions): Prepared {
  const { body, ...others } = parameters as { body?: object; [name: string]: Parameter | object };
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (operation.takesIdempotencyKey) headers['idempotency-key'] = options.idempotencyKey ?? newId();
  return {
    method: operation.method,
    url: toUrl(operation.path, others as Record<string, Parameter>),
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    // A POST has its key, or the contract gives it none because to repeat it is harmless.
    isRepeatable: operation.method !== 'PATCH',
    keepalive: options.keepalive ?? false,
    signal: options.signal,
  };
}

type Parameter = string | number | boolean | null | undefined;

/** Puts parameters into the path where it names them, the others into the query. */
function toUrl(path: string, parameters: Record<string, Parameter>): string {
  const query = new URLSearchParams();
  let url = path;
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined || value === null) continue;
    if (path.includes(`{${name}}`)) url = url.replace(`{${name}}`, encodeURIComponent(value));
    else query.set(name, String(value));
  }
  return query.size > 0 ? `${url}?${query.toString()}` : url;
}

async function read<Result>(response: Response): Promise<Attempt<Result>> {
  const { status, headers } = response;
  const body = parse(await response.text(), headers.get('content-type') ?? '');
  if (response.ok) return { ok: true, answer: { data: body as Result, status, headers } };
  const retryAfterSeconds = readRetryAfter(headers.get('retry-after'));
  const error = toError(status, body, retryAfterSeconds);
  return { ok: false, error, attempted: { status, code: error.code, retryAfterSeconds } };
}

function parse(text: string, contentType: string): Json | undefined {
  if (text === '') return undefined;
  return contentType.includes('json') ? (JSON.parse(text) as Json) : text;
}

type ProblemClass = new (
  details: ProblemResponse,
  retryAfterSeconds: number | null,
) => ProblemError;
const CLASSES: Partial<Record<string, ProblemClass>> = PROBLEMS;

function toError(
  status: number,
  body: Json | undefined,
  retryAfterSeconds: number | null,
): ProblemError | UnexpectedAnswerError {
  const Problem = isProblem(body) ? CLASSES[body.code] : undefined;
  if (Problem) return new Problem(body as ProblemResponse, retryAfterSeconds);
  return new UnexpectedAnswerError(status, body ?? null, retryAfterSeconds);
}

function isProblem(body: object | Json | undefined): body is ProblemResponse {
  return typeof body === 'object' && body !== null && 'code' in body;
}

/** Of the problems, the contract says which an operation has. */
function isFailure<F>(error: unknown): error is F | UnexpectedAnswerError | ConnectionError {
  return isRefusal(error);
}

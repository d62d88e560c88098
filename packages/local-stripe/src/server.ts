import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerCall, answerOf, assertAuthorized, type RawCall } from './api';
import { ApiFaults, type FaultPlan, type LoggedRequest } from './api-faults';
import { IdempotencyKeys, type Answer } from './idempotency';
import { answerPage, isPage } from './pages';
import { API_VERSION } from './settings';
import { newId } from './store';
import { StripeFault } from './stripe-fault';
import type { World } from './world';

const MAXIMUM_BODY_BYTES = 1_048_576;

/** The HTTP side: credentials, idempotency, ordered faults, the log; and the pages for people. */
export class StripeServer {
  readonly faults = new ApiFaults();
  readonly requests: LoggedRequest[] = [];
  private readonly keys = new IdempotencyKeys();
  private readonly server: Server;

  constructor(
    private readonly world: World,
    private readonly apiKey: string,
    /** Called when something may have happened. */
    private readonly afterwards: () => void,
  ) {
    this.server = createServer((request, response) => void this.serve(request, response));
  }

  /** @returns its address */
  async listen(port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await readBody(request);
      const url = new URL(request.url ?? '/', this.world.url);
      if (isPage(url.pathname)) this.page(request, url, body, response);
      else this.api(request, url, body, response);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      send(response, answerOf(new StripeFault(500, 'api_error', message)), newId('req'));
    } finally {
      this.afterwards();
    }
  }

  private page(request: IncomingMessage, url: URL, body: string, response: ServerResponse): void {
    const page = answerPage(this.world, request.method ?? 'GET', url.pathname, body);
    response.writeHead(page.status, page.headers).end(page.body);
  }

  private api(request: IncomingMessage, url: URL, body: string, response: ServerResponse): void {
    const call = rawCall(request, url, body);
    const logged = this.log(call);
    const plan = this.faults.take(logged);
    const key = call.method === 'POST' ? call.idempotencyKey : null;
    if (plan && !plan.afterEffect) return this.spoil(plan, response, call, key);
    const { answer, replayed } = this.answer(call, key);
    if (plan) this.spoil(plan, response, call, null);
    else send(response, answer, call.id, replayed);
  }

  private log({ id, method, path, form, idempotencyKey }: RawCall): LoggedRequest {
    const params = Object.fromEntries(new URLSearchParams(form));
    const logged = { id, method, path, params, idempotencyKey };
    this.requests.push(logged);
    return logged;
  }

  private answer(call: RawCall, key: string | null): { answer: Answer; replayed: boolean } {
    try {
      assertAuthorized(call.authorization, this.apiKey);
      const first = key === null ? null : this.keys.begin(key, fingerprintOf(call));
      if (first) return { answer: first, replayed: true };
    } catch (error) {
      if (error instanceof StripeFault) return { answer: answerOf(error), replayed: false };
      throw error;
    }
    return { answer: this.perform(call, key), replayed: false };
  }

  private perform(call: RawCall, key: string | null): Answer {
    try {
      const answer = answerCall(this.world, call);
      if (key !== null) this.keys.end(key, answer);
      return answer;
    } finally {
      if (key !== null) this.keys.abandon(key);
    }
  }

  /** A call that hangs holds its key for as long as its connection is open. */
  private spoil(
    { how }: FaultPlan,
    response: ServerResponse,
    call: RawCall,
    key: string | null,
  ): void {
    if (how === 'reset') return void response.socket?.destroy();
    if (how !== 'hang') return send(response, answerOf(how), call.id);
    if (key === null) return;
    this.keys.begin(key, fingerprintOf(call));
    response.once('close', () => this.keys.abandon(key));
  }
}

function rawCall(request: IncomingMessage, url: URL, body: string): RawCall {
  const method = request.method ?? 'GET';
  const key = request.headers['idempotency-key'];
  return {
    id: newId('req'),
    method,
    path: url.pathname,
    form: method === 'POST' ? body : [url.search.slice(1), body].filter(Boolean).join('&'),
    authorization: request.headers.authorization ?? '',
    version: request.headers['stripe-version']?.toString(),
    idempotencyKey: typeof key === 'string' ? key : null,
  };
}

function fingerprintOf({ method, path, form }: RawCall): string {
  return `${method} ${path} ${form}`;
}

function send(response: ServerResponse, answer: Answer, id: string, replayed = false): void {
  response.writeHead(answer.status, {
    'content-type': 'application/json',
    'request-id': id,
    'stripe-version': API_VERSION,
    ...(replayed && { 'idempotent-replayed': 'true' }),
  });
  response.end(answer.body);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAXIMUM_BODY_BYTES) throw new Error('The body is too large.');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

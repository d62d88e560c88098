import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServerResponse } from 'node:http';
import type { SpanContext } from '@opentelemetry/api';

/** The request or job during which lines are written: a Fastify request is one; the job runner makes one. */
export interface LogScope {
  readonly id: string;
  readonly trace: SpanContext | null;
  /** Known once the access guard has run. */
  readonly requestContext?: {
    readonly businessId: string | null;
    readonly actor: { readonly id: string | null };
    readonly supportSessionId: string | null;
  };
}

/** The ids on every line of a request or a job. */
export interface LogIds {
  requestId?: string;
  traceId?: string;
  spanId?: string;
  businessId?: string;
  actorId?: string;
  supportSessionId?: string;
}

// For the ids of log lines and spans only: everything that decides is passed as the RequestContext.
const scopes = new AsyncLocalStorage<LogScope>();

/**
 * On Node 20 every promise of the process costs more while a storage is enabled, a fifth of a short request. So it
 * is disabled whenever no scope is open, and hot routes open none (`RouteConfig`).
 */
let openScopes = 0;

/** Lines written by this work, and by what it triggers, carry the ids of the scope. */
export async function runInLogScope<T>(scope: LogScope, work: () => Promise<T>): Promise<T> {
  openScopes += 1;
  try {
    return await scopes.run(scope, work);
  } finally {
    closeScope();
  }
}

/** The same for a request, until its answer is sent or its client disconnects. */
export function openLogScope(scope: LogScope, response: ServerResponse, work: () => void): void {
  if (response.closed) return work();
  openScopes += 1;
  response.once('close', closeScope);
  scopes.run(scope, work);
}

/** For a line where no scope may be open. */
export function writeInLogScope(scope: LogScope, write: () => void): void {
  openScopes += 1;
  scopes.run(scope, write);
  closeScope();
}

function closeScope(): void {
  openScopes -= 1;
  if (openScopes === 0) scopes.disable();
}

/** For shared work that one request happens to trigger: its lines carry no ids. */
export function outsideLogScope<T>(work: () => T): T {
  return scopes.exit(work);
}

/** The ids of the current scope; empty outside any. Always a new object. */
export function currentLogIds(): LogIds {
  const scope = scopes.getStore();
  return scope ? logIdsOf(scope) : {};
}

/** The span of the current work, where a scope is open. */
export function currentTrace(): SpanContext | null {
  return scopes.getStore()?.trace ?? null;
}

export function logIdsOf({ id, trace, requestContext }: LogScope): LogIds {
  return {
    requestId: id,
    traceId: trace?.traceId,
    spanId: trace?.spanId,
    businessId: requestContext?.businessId ?? undefined,
    actorId: requestContext?.actor.id ?? undefined,
    supportSessionId: requestContext?.supportSessionId ?? undefined,
  };
}

import { randomFillSync } from 'node:crypto';
import {
  ProxyTracerProvider,
  ROOT_CONTEXT,
  SpanStatusCode,
  TraceFlags,
  trace,
  type Span,
  type SpanContext,
  type SpanOptions,
  type Tracer,
} from '@opentelemetry/api';
import { DomainError } from './problem';

const TRACER = 'tenantry';
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const ZEROES = /^0+$/;

/** What a `traceparent` names (W3C Trace Context); null where it is not valid. */
export function readTraceparent(given: unknown): SpanContext | null {
  if (typeof given !== 'string') return null;
  const [, version, traceId, spanId, flags, rest] = TRACEPARENT.exec(given) ?? [];
  if (!version || !traceId || !spanId || !flags) return null;
  // Version 00 is all there is; a later one may have more at its end, and `ff` is none.
  if (version === 'ff' || (version === '00' && rest !== undefined)) return null;
  if (ZEROES.test(traceId) || ZEROES.test(spanId)) return null;
  return { traceId, spanId, traceFlags: parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
}

/** The header with which the next service, or a job, continues the trace. */
export function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags & TraceFlags.SAMPLED ? '01' : '00'}`;
}

/**
 * Begins a piece of work, in the trace of its parent or in a new one. Where nothing records, it has ids for the log
 * and costs as much as they do. End it.
 */
export function startSpan(name: string, parent: SpanContext | null, options?: SpanOptions): Span {
  const tracer = findTracer();
  return tracer
    ? tracer.startSpan(name, options, below(parent))
    : trace.wrapSpanContext(newSpanContext(parent));
}

/** Runs work as a span of its own where spans are recorded; elsewhere it is the work and nothing else. */
export async function inSpan<T>(
  name: string,
  parent: SpanContext | null,
  optionsOf: () => SpanOptions,
  work: () => Promise<T>,
): Promise<T> {
  const span = findTracer()?.startSpan(name, optionsOf(), below(parent));
  return span ? untilEnd(span, work) : work();
}

/** Ends the span with the work. An error is told by its kind: its words may hold what only the log may have. */
export async function untilEnd<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', kindOf(error));
    throw error;
  } finally {
    span.end();
  }
}

function kindOf(error: unknown): string {
  if (error instanceof DomainError) return error.code;
  return error instanceof Error ? error.name : typeof error;
}

/** Null unless somebody has registered a provider: one a process, for all its applications. */
function findTracer(): Tracer | undefined {
  const provider = trace.getTracerProvider();
  return provider instanceof ProxyTracerProvider
    ? provider.getDelegateTracer(TRACER)
    : provider.getTracer(TRACER);
}

function below(parent: SpanContext | null) {
  return parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
}

function newSpanContext(parent: SpanContext | null): SpanContext {
  return {
    traceId: parent?.traceId ?? randomHex(16),
    spanId: randomHex(8),
    traceFlags: parent?.traceFlags ?? TraceFlags.SAMPLED,
  };
}

/** One call of the kernel for some two hundred spans: it is dearer than all else that a span costs. */
const pool = Buffer.alloc(4096);
let taken = pool.length;

function randomHex(bytes: number): string {
  if (taken + bytes > pool.length) {
    randomFillSync(pool);
    taken = 0;
  }
  taken += bytes;
  return pool.toString('hex', taken - bytes, taken);
}

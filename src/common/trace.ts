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
import { takeRandom } from './random-pool';

const TRACER = 'tenantry';
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const ZEROES = /^0+$/;

/** Parses a `traceparent` (W3C Trace Context); null where it is not valid. */
export function readTraceparent(given: unknown): SpanContext | null {
  if (typeof given !== 'string') return null;
  const [, version, traceId, spanId, flags, rest] = TRACEPARENT.exec(given) ?? [];
  if (!version || !traceId || !spanId || !flags) return null;
  // Version 00 has nothing after the flags; a later one may, and `ff` is invalid.
  if (version === 'ff' || (version === '00' && rest !== undefined)) return null;
  if (ZEROES.test(traceId) || ZEROES.test(spanId)) return null;
  return { traceId, spanId, traceFlags: parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote: true };
}

/** The header with which the next service, or a job, continues the trace. */
export function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags & TraceFlags.SAMPLED ? '01' : '00'}`;
}

/**
 * Starts a span in the trace of its parent or in a new one. Where nothing records, it has ids for the log and costs
 * nothing else. End it.
 */
export function startSpan(name: string, parent: SpanContext | null, options?: SpanOptions): Span {
  const tracer = findTracer();
  return tracer
    ? tracer.startSpan(name, options, below(parent))
    : trace.wrapSpanContext(newSpanContext(parent));
}

/** Runs work as its own span where spans are recorded; elsewhere it just runs the work. */
export async function inSpan<T>(
  name: string,
  parent: SpanContext | null,
  optionsOf: () => SpanOptions,
  work: () => Promise<T>,
): Promise<T> {
  const span = findTracer()?.startSpan(name, optionsOf(), below(parent));
  return span ? untilEnd(span, work) : work();
}

/**
 * Ends the span with the work. Records only the kind of an error: its message may contain what only the log may show.
 */
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

/** Null unless a provider is registered: one per process, for all its servers. */
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

function randomHex(bytes: number): string {
  return takeRandom(bytes).toString('hex');
}

import { randomBytes } from 'node:crypto';

/** Where a piece of work stands among all that one cause has led to: W3C Trace Context. */
export interface Trace {
  /** Of the whole; the same in every service and job. */
  readonly traceId: string;
  /** Of this piece of work. */
  readonly spanId: string;
  /** Whether the caller records it: `01` or `00`, handed on as it came. */
  readonly flags: string;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const ZEROES = /^0+$/;

/** A new span of the caller's trace; of a new trace where there is no valid `traceparent`. */
export function continueTrace(traceparent: unknown): Trace {
  const random = randomBytes(24).toString('hex');
  const caller = typeof traceparent === 'string' ? readTraceparent(traceparent) : null;
  return {
    traceId: caller?.traceId ?? random.slice(0, 32),
    spanId: random.slice(32),
    flags: caller?.flags ?? '01',
  };
}

/** The header with which the next service, or a job, continues the trace. */
export function traceparentOf({ traceId, spanId, flags }: Trace): string {
  return `00-${traceId}-${spanId}-${flags}`;
}

/** Version 00 is all there is; a later one may have more at its end, and `ff` is none. */
function readTraceparent(text: string): Pick<Trace, 'traceId' | 'flags'> | null {
  const [, version, traceId, parentId, flags, rest] = TRACEPARENT.exec(text) ?? [];
  if (!version || !traceId || !parentId || !flags) return null;
  if (version === 'ff' || (version === '00' && rest !== undefined)) return null;
  if (ZEROES.test(traceId) || ZEROES.test(parentId)) return null;
  return { traceId, flags: parseInt(flags, 16) & 1 ? '01' : '00' };
}

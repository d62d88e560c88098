import type { SpanContext } from '@opentelemetry/api';
import type { RequestContext } from '../../common/request-context';
import { readTraceparent, traceparentOf } from '../../common/trace';

/** The payload field that handlers do not see: who enqueued the job. Ids for the log, no rights. */
export const ORIGIN_FIELD = '_origin';

interface Origin {
  traceparent?: string;
  businessId?: string;
  actorId?: string;
  supportSessionId?: string;
}

/** A payload for its handler, and its origin. */
export interface ReceivedPayload {
  payload: unknown;
  /** The enqueuer's span. A job without one, of an older version say, begins a trace. */
  parent: SpanContext | null;
  businessId: string | null;
  actorId: string | null;
  supportSessionId: string | null;
}

/** What a job records of the request or job that enqueues it. */
export function originOf({ trace, businessId, actor, supportSessionId }: RequestContext): Origin {
  return {
    traceparent: trace ? traceparentOf(trace) : undefined,
    businessId: businessId ?? undefined,
    actorId: actor.id ?? undefined,
    supportSessionId: supportSessionId ?? undefined,
  };
}

/** Separates the origin from a payload. */
export function receivePayload(given: unknown): ReceivedPayload {
  const { [ORIGIN_FIELD]: origin, ...payload } = asObject(given);
  const { traceparent, businessId, actorId, supportSessionId } = asObject(origin) as Origin;
  return {
    payload,
    parent: readTraceparent(traceparent),
    businessId: businessId ?? null,
    actorId: actorId ?? null,
    supportSessionId: supportSessionId ?? null,
  };
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

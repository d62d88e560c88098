import type { SpanContext } from '@opentelemetry/api';
import type { RequestContext } from '../../common/request-context';
import { readTraceparent, traceparentOf } from '../../common/trace';

/** The field of a payload that no handler sees: on whose account the job was asked for. Ids for the log, no rights. */
export const ORIGIN_FIELD = '_origin';

interface Origin {
  traceparent?: string;
  businessId?: string;
  actorId?: string;
  supportSessionId?: string;
}

/** A payload as its handler is given it, and where it comes from. */
export interface ReceivedPayload {
  payload: unknown;
  /** Of whoever asked for the job. A job without one, of an older version say, begins a trace. */
  parent: SpanContext | null;
  businessId: string | null;
  actorId: string | null;
  supportSessionId: string | null;
}

/** What a job takes along of the request, or job, that asks for it. */
export function originOf({ trace, businessId, actor, supportSessionId }: RequestContext): Origin {
  return {
    traceparent: trace ? traceparentOf(trace) : undefined,
    businessId: businessId ?? undefined,
    actorId: actor.id ?? undefined,
    supportSessionId: supportSessionId ?? undefined,
  };
}

/** Takes the origin out of a payload. */
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

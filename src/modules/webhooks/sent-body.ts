import type { StoredEvent } from '../events/events.service';

/** The body that is sent, byte for byte the same on every try. Pure. */
export function toSentBody(event: StoredEvent): string {
  const { type, createdAt, businessId, sequence, data } = event;
  return JSON.stringify({ type, timestamp: createdAt.toISOString(), businessId, sequence, data });
}

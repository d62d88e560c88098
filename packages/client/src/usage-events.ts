import type { Tenantry } from './client.ts';
import { usageEventRecordBatch } from './generated/operations.ts';
import type { RecordEventRequest } from './generated/schemas.ts';
import { OfflineQueue, type QueueOptions } from './offline-queue.ts';
import { judgeResult } from './queue-verdict.ts';

/** A use of a feature, without its id. */
export type UsageEvent = Omit<RecordEventRequest, 'eventId'>;

/**
 * Counts uses from a back end without waiting for the answer: `queue.add({ businessId, feature, amount })`. A used up
 * feature stops the events of that feature and business, and no others.
 * @param client with a service key
 */
export function usageEventQueue(
  client: Tenantry,
  options: Omit<QueueOptions<UsageEvent>, 'send' | 'laneOf'> = {},
): OfflineQueue<UsageEvent> {
  const once = client.with({ retries: 0 }); // the queue repeats
  return new OfflineQueue({
    ...options,
    laneOf: ({ businessId, feature }) => `${businessId} ${feature}`,
    send: async (items, { keepalive }) => {
      const events = items.map(({ id, body }) => ({ ...body, eventId: id }));
      const answer = await once.call(usageEventRecordBatch, { body: { events } }, { keepalive });
      return answer.results.map((result) => judgeResult(result));
    },
  });
}

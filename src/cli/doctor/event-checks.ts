import type { Query } from './database-checks';
import { fail, ok, warn, type Finding } from './finding';

const LATE_AFTER_SECONDS = 300;
const STUCK_AFTER_SECONDS = 3_600;
const FIX =
  'Start a server with `worker` among its ROLES. Where one runs, search its log for "webhooks.dispatch"; the check of failed jobs names what it has given up.';

/** Events in the log of which the enabled webhook endpoints have no deliveries, and for how long. */
export async function checkEvents(query: Query): Promise<Finding> {
  const [behind] = (await query(BEHIND)) as [{ count: number; ageSeconds: number }];
  const { count, ageSeconds } = behind;
  const age = Math.round(ageSeconds);
  if (count === 0) return ok('events', 'webhook endpoints have deliveries of all');
  const detail = `webhook endpoints are ${count} behind, the oldest for ${age} s`;
  if (age <= LATE_AFTER_SECONDS) return ok('events', detail);
  return age > STUCK_AFTER_SECONDS ? fail('events', detail, FIX) : warn('events', detail, FIX);
}

const BEHIND = `
  SELECT coalesce(sum(counter.last_sequence - cursor.last_sequence), 0)::float8 AS count,
         coalesce(extract(epoch FROM now() - min(first.created_at)), 0)::float8 AS "ageSeconds"
  FROM webhook_cursors AS cursor
  JOIN webhook_endpoints AS endpoint ON endpoint.business_id = cursor.business_id AND endpoint.id = endpoint_id
  JOIN event_counters AS counter ON counter.business_id = event_business_id
  LEFT JOIN LATERAL (
    SELECT created_at FROM events
    WHERE business_id = event_business_id AND sequence > cursor.last_sequence ORDER BY sequence LIMIT 1
  ) AS first ON true
  WHERE endpoint.status = 'enabled' AND counter.last_sequence > cursor.last_sequence`;

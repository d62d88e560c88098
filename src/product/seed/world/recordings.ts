import { DEVICES } from '../chance/names';
import type { Random } from '../chance/random';
import { between, type Row } from '../rows/rows';
import type { SeededSubscription, UsedPeriod } from '../subscriptions/subscription';

const DELETED = 0.01;
const WITHOUT_APPLICATION = 0.05;
const LONGEST_MS = 20 * 60_000;
const LONGEST_UPLOAD_MS = 10_000;
const KEPT_FOR_MS = 3_600_000; // before it is deleted

/** All recordings of a subscription, oldest first, one at a time: those of a large tenant do not fit into memory. */
export function* makeRecordings(
  subscription: SeededSubscription,
  applicationIds: readonly string[],
  random: Random,
): Generator<Row> {
  let sequence = 0;
  for (const period of subscription.periods) {
    for (let index = 0; index < period.recordings; index += 1) {
      sequence += 1;
      const createdAt = between(
        period.start,
        period.until,
        (index + random.next()) / period.recordings,
      );
      yield {
        ...placeOf(subscription, period),
        id: random.id(),
        external_id: `session-${String(sequence).padStart(6, '0')}-${random.hex()}`,
        application_id: pickApplication(applicationIds, random),
        created_at: createdAt,
        ...makePayload(createdAt, period.until, random),
      };
    }
  }
}

function placeOf({ id, businessId }: SeededSubscription, { ordinal }: UsedPeriod): Row {
  return { business_id: businessId, subscription_id: id, period_ordinal: ordinal };
}

function pickApplication(ids: readonly string[], random: Random): string | null {
  return ids.length === 0 || random.chance(WITHOUT_APPLICATION) ? null : random.pick(ids);
}

/** A deleted recording has no payload, and still counts. */
function makePayload(createdAt: Date, until: Date, random: Random): Row {
  if (random.chance(DELETED)) {
    const deletedAt = new Date(Math.min(createdAt.getTime() + KEPT_FOR_MS, until.getTime()));
    return {
      deleted_at: deletedAt,
      started_at: null,
      duration_ms: null,
      device: null,
      metadata: null,
    };
  }
  const { model, os, osVersion } = random.pick(DEVICES);
  const durationMs = Math.floor(LONGEST_MS * random.next() ** 3); // most are short
  const startedAt = new Date(
    createdAt.getTime() - durationMs - random.integer(0, LONGEST_UPLOAD_MS),
  );
  const appVersion = `2.${random.integer(0, 9)}.${random.integer(0, 9)}`;
  return {
    deleted_at: null,
    started_at: startedAt,
    duration_ms: durationMs,
    device: { model, os, osVersion, appVersion },
    metadata: { screens: random.integer(1, 30) },
  };
}

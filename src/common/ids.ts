import { v7 } from 'uuid';
import { systemMs } from './clock';
import { takeRandom } from './random-pool';

const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The id of the installation itself, for rows that need a tenant and have none (an audit row of staff, say). */
export const PLATFORM_ID = '00000000-0000-0000-0000-000000000000';

const RANDOM_BYTES = 16;

let lastMs = 0;
let sequence = 0;

/**
 * A new UUIDv7, larger than all before it of this process: within a millisecond it counts on (RFC 9562, section 6.2).
 * Made here because PostgreSQL 15 to 17 have no `uuidv7()`.
 */
export function newId(): string {
  const random = takeRandom(RANDOM_BYTES);
  const now = systemMs();
  if (now > lastMs) [lastMs, sequence] = [now, random.readUInt32BE() >>> 1]; // half of the room is left to count on
  else sequence += 1;
  return v7({ random, msecs: lastMs, seq: sequence });
}

const ONE_DAY_MS = 86_400_000;

/** An upper bound for all ids made by this moment, with a day's margin for clock skew. */
export function idsUntil(moment: Date): string {
  const hex = Math.max(0, moment.getTime() + ONE_DAY_MS)
    .toString(16)
    .padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** True for the text of any UUID, in either letter case. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && UUID_PATTERN.test(value);
}

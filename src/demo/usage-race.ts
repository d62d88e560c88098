import { Pool, type DatabaseError, type PoolClient } from 'pg';

/** What a race is about. The names are put into SQL: they are made here, never sent. */
export interface RaceTrack {
  businessId: string;
  feature: string;
  /** With the columns `way` and `business_id`. */
  table: string;
  limit: number;
}

/** One caller's try. @returns whether it got through */
export type Attempt = (client: PoolClient, track: RaceTrack) => Promise<boolean>;

/** PostgreSQL's code of `tenantry.consume` when the quota is used up. */
const REFUSED = 'TQ402';
/** How its message begins when another transaction holds the counter. Its code is also that of a period that has ended. */
const BUSY = 'counter_busy';

const CONNECTIONS = 15;

/** The connections of a program beside the server. One that breaks ends the attempt on it, never this process. */
export function openPool(connectionString: string | undefined): Pool {
  const pool = new Pool({ connectionString, max: CONNECTIONS });
  pool.on('error', () => undefined); // of one that is not in use, which the pool replaces
  pool.on('connect', (client) => client.on('error', () => undefined)); // its statement fails with the same error
  return pool;
}

/** All callers at once, on the connections of the pool. @returns how many got through */
export async function race(
  pool: Pool,
  track: RaceTrack,
  callers: number,
  attempt: Attempt,
): Promise<number> {
  const attempts = Array.from({ length: callers }, async () => {
    const client = await pool.connect();
    try {
      return await attempt(client, track);
    } finally {
      client.release();
    }
  });
  const ends = await Promise.allSettled(attempts); // none goes on when the race is over
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
  return ends.filter((end) => end.status === 'fulfilled' && end.value).length;
}

/** What most programs do: each sees room, and all of them insert. */
export const checkThenInsert: Attempt = async (client, { table, businessId, limit }) => {
  await client.query('BEGIN');
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::integer FROM ${table} WHERE way = 'check' AND business_id = $1`,
    [businessId],
  );
  const hasRoom = rows[0]!.count < limit;
  if (hasRoom)
    await client.query(`INSERT INTO ${table} (way, business_id) VALUES ('check', $1)`, [
      businessId,
    ]);
  await client.query('COMMIT');
  return hasRoom;
};

/** The row and the count are one commit; what is refused leaves neither. A busy counter is asked again. */
export const insertAndConsume: Attempt = async (client, { table, businessId, feature }) => {
  for (;;) {
    await client.query('BEGIN');
    try {
      await client.query(`INSERT INTO ${table} (way, business_id) VALUES ('consume', $1)`, [
        businessId,
      ]);
      await client.query('SELECT tenantry.consume($1, $2)', [businessId, feature]);
      await client.query('COMMIT');
      return true;
    } catch (error) {
      await client.query('ROLLBACK');
      const { code, message } = error as DatabaseError;
      if (code === REFUSED) return false;
      if (!message.startsWith(BUSY)) throw error;
    }
  }
};

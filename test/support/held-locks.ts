import { withConnection } from './connection';
import type { TestDatabase } from './test-database';
import { until } from './until';

/** Until so many transactions wait for a lock. */
type UntilWaited = (count?: number) => Promise<void>;

/**
 * Runs work while another connection holds the locks of a statement, so that those who need them meet, on a machine
 * of any speed. Then the statement is undone.
 */
export async function holdingLocks<T>(
  database: TestDatabase,
  sql: string,
  parameters: unknown[],
  work: (untilWaited: UntilWaited) => Promise<T>,
): Promise<T> {
  const untilWaited = (count = 1) =>
    until(`${count} transactions wait for a lock`, async () => {
      const waiting = await database.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return waiting.length >= count;
    });
  return withConnection(database.url, { scope: 'platform' }, async (holder) => {
    await holder.query('BEGIN');
    await holder.query(sql, parameters);
    return work(untilWaited); // the connection ends with it, and the transaction with the connection
  });
}

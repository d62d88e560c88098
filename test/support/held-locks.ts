import { withConnection } from './connection';
import type { TestDatabase } from './test-database';
import { until } from './until';

/** Until so many transactions wait for a lock. @returns the process ids of their backends */
type UntilWaited = (count?: number) => Promise<number[]>;

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
  const untilWaited = async (count = 1) => {
    let waiting: { pid: number }[] = [];
    await until(`${count} transactions wait for a lock`, async () => {
      waiting = await database.query(
        `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return waiting.length >= count;
    });
    return waiting.map(({ pid }) => pid);
  };
  return withConnection(database.url, { scope: 'platform' }, async (holder) => {
    await holder.query('BEGIN');
    await holder.query(sql, parameters);
    return work(untilWaited); // the connection ends with it, and the transaction with the connection
  });
}

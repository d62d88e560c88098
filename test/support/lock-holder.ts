import { Client } from 'pg';
import type { TestDatabase } from './test-database';
import { until } from './until';

const LOCK = 4_711;

/**
 * Blocks a transaction midway: an insert of a row of this business into the table waits
 * for `release`, by a trigger and an advisory lock, with all the locks it has taken by then.
 */
export class LockHolder {
  private constructor(
    private readonly database: TestDatabase,
    private readonly table: string,
    private readonly holder: Client,
  ) {}

  static async ofInserts(
    database: TestDatabase,
    table: 'recordings' | 'subscription_periods' | 'support_sessions',
    businessId: string,
  ): Promise<LockHolder> {
    await database.query(FUNCTION);
    await database.query(`
      CREATE TRIGGER hold_up AFTER INSERT ON ${table} FOR EACH ROW
      WHEN (NEW.business_id = '${businessId}') EXECUTE FUNCTION hold_up()`);
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('SELECT pg_advisory_lock($1)', [LOCK]);
    return new LockHolder(database, table, holder);
  }

  /** Until a transaction is blocked. */
  async untilReached(): Promise<void> {
    await until('a transaction is blocked', () => this.isWaitedFor('advisory'));
  }

  /** Until another transaction waits for a row that the blocked one has locked. */
  async untilOthersWait(): Promise<void> {
    await until('a transaction waits for a row', () => this.isWaitedFor('transactionid'));
  }

  async release(): Promise<void> {
    await this.holder.end();
    await this.database.query(`DROP TRIGGER hold_up ON ${this.table}`);
  }

  private async isWaitedFor(event: 'advisory' | 'transactionid'): Promise<boolean> {
    const waiting = await this.database.query(
      `SELECT FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = $1`,
      [event],
    );
    return waiting.length > 0;
  }
}

const FUNCTION = `
  CREATE OR REPLACE FUNCTION hold_up() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_advisory_xact_lock_shared(${LOCK});
    RETURN NULL;
  END $$`;

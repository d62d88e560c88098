import type { Transaction } from '../../platform/database/transaction';
import { dayOf } from './batches';
import { insertInto } from './rows/insert';
import { SEEDED_TABLES, type Row, type SeededTable } from './rows/rows';
import type { SeededBusiness } from './world/world';

const ROWS_AT_ONCE = 20_000;

/** Collects rows and writes them with one statement per table; a business with many recordings is written in parts. */
export class SeedWriter {
  private readonly waiting = new Map<SeededTable, Row[]>();
  private waitingCount = 0;

  /** @param onRecordings receives the number of recordings as they are written */
  constructor(
    private readonly tx: Transaction,
    private readonly onRecordings: (written: number) => void,
  ) {}

  async add(business: SeededBusiness): Promise<void> {
    for (const table of SEEDED_TABLES)
      for (const row of business.rows[table] ?? []) this.put(table, row);
    const days = new Map<string, number>();
    for (const row of business.recordings()) {
      this.put('recordings', row);
      const day = dayOf(row.created_at as Date);
      days.set(day, (days.get(day) ?? 0) + 1);
      if (this.waitingCount >= ROWS_AT_ONCE) await this.flush();
    }
    for (const row of toDayRows(business.id, days)) this.put('usage_days', row);
  }

  async flush(): Promise<void> {
    for (const table of SEEDED_TABLES) {
      const rows = this.waiting.get(table) ?? [];
      if (rows.length === 0) continue;
      const { sql, parameters } = insertInto(table, rows);
      await this.tx.execute(sql, parameters);
      if (table === 'recordings') this.onRecordings(rows.length);
    }
    this.waiting.clear();
    this.waitingCount = 0;
  }

  private put(table: SeededTable, row: Row): void {
    const rows = this.waiting.get(table);
    if (rows) rows.push(row);
    else this.waiting.set(table, [row]);
    this.waitingCount += 1;
  }
}

/** What the counter would have kept of each day that is over. */
function toDayRows(businessId: string, days: ReadonlyMap<string, number>): Row[] {
  return [...days].map(([day, used]) => ({
    ...{ business_id: businessId, feature: 'recordings', day, used },
  }));
}

import type { Transaction } from '../../platform/database/transaction';
import { SEEDED_TABLES, type Row, type SeededTable } from './rows';
import type { SeededBusiness } from './world';

const ROWS_A_BATCH = 5_000;
const COUNTED_AS_PROGRESS: readonly SeededTable[] = ['businesses', 'recordings'];

/** Writes made-up businesses in batches: one statement a table and batch, whatever the number of rows. */
export class SeedWriter {
  private readonly waiting = new Map<SeededTable, Row[]>();
  private waitingCount = 0;
  private written = 0;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly tx: Transaction,
    private readonly onProgress: (written: number) => void,
  ) {}

  async add(business: SeededBusiness): Promise<void> {
    for (const table of SEEDED_TABLES)
      for (const row of business.rows[table] ?? []) this.put(table, row);
    for (const row of business.recordings()) {
      this.put('recordings', row);
      if (this.waitingCount >= ROWS_A_BATCH) await this.flush();
    }
    if (this.waitingCount >= ROWS_A_BATCH) await this.flush();
  }

  /** Writes what is left, and lets the planner know how much there is now. */
  async finish(): Promise<void> {
    await this.flush();
    await this.writing;
    await this.tx.execute(`ANALYZE ${SEEDED_TABLES.join(', ')}`);
  }

  private put(table: SeededTable, row: Row): void {
    const rows = this.waiting.get(table);
    if (rows) rows.push(row);
    else this.waiting.set(table, [row]);
    this.waitingCount += 1;
  }

  /** While the database writes one batch, the next is made up. */
  private async flush(): Promise<void> {
    const batch = new Map(this.waiting);
    this.waiting.clear();
    this.waitingCount = 0;
    await this.writing;
    this.writing = this.write(batch);
    this.writing.catch(() => undefined); // whoever awaits it next hears of it
  }

  private async write(batch: Map<SeededTable, Row[]>): Promise<void> {
    for (const table of SEEDED_TABLES) {
      const rows = batch.get(table) ?? [];
      if (rows.length === 0) continue;
      await this.tx.execute(insertInto(table, rows[0]!), [JSON.stringify(rows)]);
      if (COUNTED_AS_PROGRESS.includes(table)) this.onProgress((this.written += rows.length));
    }
  }
}

function insertInto(table: SeededTable, example: Row): string {
  const columns = Object.keys(example).join(', ');
  return `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM json_populate_recordset(null::${table}, $1)`;
}

import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Config } from '../../src/platform/config/config';
import type { Database } from '../../src/platform/database/database';
import type { Transaction } from '../../src/platform/database/transaction';
import { openPool, type Pool } from './pool';
import { createTestDatabase, type TestDatabase } from './test-database';

@Entity('transaction_notes')
export class Note {
  @PrimaryColumn({ type: 'integer' })
  id!: number;

  @Column({ type: 'text' })
  text!: string;
}

/** A database with a table of notes without tenants, and the application's pool over it. */
export class NoteBook {
  private constructor(
    readonly testDatabase: TestDatabase,
    readonly pool: Pool,
  ) {}

  static async open(changes: Partial<Config> = {}): Promise<NoteBook> {
    const testDatabase = await createTestDatabase();
    await testDatabase.query(
      'CREATE TABLE transaction_notes (id integer PRIMARY KEY, text text NOT NULL)',
    );
    return new NoteBook(testDatabase, await openPool(testDatabase.url, [Note], changes));
  }

  get database(): Database {
    return this.pool.database;
  }

  /** Notes with these ids, and no others. */
  async reset(...ids: number[]): Promise<void> {
    await this.testDatabase.query('TRUNCATE transaction_notes');
    await this.testDatabase.query(
      `INSERT INTO transaction_notes SELECT id, '' FROM unnest($1::integer[]) AS id`,
      [ids],
    );
  }

  write(tx: Transaction, id: number): Promise<number> {
    return tx.execute(`INSERT INTO transaction_notes VALUES ($1, '')`, [id]);
  }

  /** Adds to the text of a note. */
  mark(tx: Transaction, id: number, mark = '+'): Promise<number> {
    return tx.execute(MARK, [id, mark]);
  }

  /** The same, by another connection, and committed at once. */
  async markElsewhere(id: number, mark: string): Promise<void> {
    await this.testDatabase.query(MARK, [id, mark]);
  }

  /** The committed texts by id. */
  async read(): Promise<Record<number, string>> {
    const notes = await this.testDatabase.query<Note>(
      'SELECT id, text FROM transaction_notes ORDER BY id',
    );
    return Object.fromEntries(notes.map(({ id, text }) => [id, text]));
  }

  async ids(): Promise<number[]> {
    return Object.keys(await this.read()).map(Number);
  }

  async close(): Promise<void> {
    await this.pool.close();
    await this.testDatabase.drop();
  }
}

const MARK = 'UPDATE transaction_notes SET text = text || $2 WHERE id = $1';

/** The process of the server that the transaction runs in. */
export async function backendOf(tx: Transaction): Promise<number> {
  const [row] = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return row!.pid;
}

import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { Client } from 'pg';

/** Another program's own schema in the same database, migrated by Drizzle: its tables are in `public`. */
export class Founder {
  private constructor(
    private readonly client: Client,
    private readonly folder: string,
  ) {}

  static async open(connectionString: string): Promise<Founder> {
    const client = new Client({ connectionString, options: '-c search_path=public' });
    await client.connect();
    return new Founder(client, mkdtempSync(join(tmpdir(), 'tenantry-founder-')));
  }

  /** Applies those of these migrations that were not applied before. */
  async migrate(...migrations: string[]): Promise<void> {
    mkdirSync(join(this.folder, 'meta'), { recursive: true });
    const entries = migrations.map((sql, idx) => {
      writeFileSync(join(this.folder, `${idx}.sql`), sql);
      return { idx, tag: `${idx}`, when: idx + 1, version: '7', breakpoints: true };
    });
    const journal = { version: '7', dialect: 'postgresql', entries };
    writeFileSync(join(this.folder, 'meta/_journal.json'), JSON.stringify(journal));
    await migrate(drizzle(this.client), { migrationsFolder: this.folder });
  }

  async query<Row>(sql: string): Promise<Row[]> {
    return (await this.client.query(sql)).rows as Row[];
  }

  async close(): Promise<void> {
    await this.client.end();
    rmSync(this.folder, { recursive: true });
  }
}

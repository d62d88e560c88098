import type { TestDatabase } from './test-database';

/** Every row of every table as text, as in a stolen dump; bytes as hexadecimal digits. */
export async function dumpDatabase(database: TestDatabase): Promise<string> {
  const tables = await database.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  const texts = await Promise.all(
    tables.map(({ name }) =>
      database.query<{ text: string | null }>(
        `SELECT string_agg(one::text, E'\\n') AS text FROM ${name} AS one`,
      ),
    ),
  );
  return texts.map(([row]) => row?.text ?? '').join('\n');
}

/** True when the secret stands in the dump as text, or as the bytes of that text. */
export function dumpHolds(dump: string, secret: string): boolean {
  return dump.includes(secret) || dump.includes(Buffer.from(secret).toString('hex'));
}

/** How many rows each of these tables has. */
export async function countRows(
  database: TestDatabase,
  ...tables: string[]
): Promise<Record<string, number>> {
  const counts = await Promise.all(
    tables.map(async (table) => {
      const [row] = await database.query<{ count: number }>(
        `SELECT count(*)::integer AS count FROM ${table}`,
      );
      return [table, row?.count] as const;
    }),
  );
  return Object.fromEntries(counts) as Record<string, number>;
}
